import Evaluation
import Pages
import Retrieval
import Runs
import Words

extension RunReport {
  /// The content of `report.html`: one self-contained file for light and dark screens and for paper.
  var page: String {
    get throws { try pageContent.html }
  }

  private var pageContent: Page {
    var sections =
      [verdictSection, scoreSection].compactMap { $0 } + tableSections
      + [
        changeSection, trainingSection, mined.map { Self.section("mining", of: $0) }, pairSection, distributionSection,
      ].compactMap { $0 }
    sections += [runSection, settingSection]
    return Page(
      kind: recipe, title: ShownText.line(folder),
      verdict: (ShownText.line(outcome, 1000), verdict.map(Self.style) ?? "none"), remarks: remarks,
      sections: sections, version: Hone.version)
  }

  // MARK: - Verdict

  /// The verdict, or else what there is to say in a sentence.
  private var outcome: String {
    let score = values.first.map {
      "\($0.measure) on \($0.split) is \(NumberText.fixed($0.value, decimals: 4)), with no baseline to compare with"
    }
    return sentence ?? headline ?? score ?? "finished"
  }

  /// The verdict in plain words.
  private var remarks: [String] {
    guard let first = comparisons.first else { return [] }
    let test = first.test
    let counts =
      "Of \(NumberText.counted(test.queryCount, "query", plural: "queries")), "
      + "\(NumberText.count(test.wins)) \(test.wins == 1 ? "gains" : "gain") from \(names.base) to \(names.tuned), "
      + "\(NumberText.count(test.losses)) \(test.losses == 1 ? "loses" : "lose"), "
      + "\(NumberText.count(test.ties)) \(test.ties == 1 ? "stays" : "stay") the same."
    switch test.verdict {
    case .improved: return ["\(counts) So large a gain is unlikely to be chance."]
    case .worse: return ["\(counts) So large a loss is unlikely to be chance."]
    case .noDifference: return ["\(counts) Such a difference may well be chance."]
    }
  }

  private var verdictSection: Page.Section? {
    guard !comparisons.isEmpty else { return nil }
    func table(_ title: String?, _ comparisons: [Comparison], base: String) -> Page.Table {
      Page.Table(
        title, name: "Verdict", Comparison.columns(base: base, tuned: names.tuned), comparisons.map(\.cells),
        styles: comparisons.map { Self.style($0.test.verdict) })
    }
    var tables = [table(nil, comparisons, base: names.base)]
    if !firstStage.isEmpty { tables.append(table("Against the first stage", firstStage, base: Self.firstStageName)) }
    return Page.Section(
      id: "verdict", title: "Verdict", lead: RunReport.verdictNote, tables: tables)
  }

  private static func style(_ verdict: Verdict) -> String {
    switch verdict {
    case .improved: "improved"
    case .noDifference: "same"
    case .worse: "worse"
    }
  }

  private var scoreSection: Page.Section? {
    guard !values.isEmpty else { return nil }
    let rows = values.map { [$0.split, $0.measure.description, NumberText.fixed($0.value, decimals: 4)] }
    return Page.Section(
      id: "scores", title: "Scores",
      tables: [Page.Table(nil, name: "Scores", [("split", .left), ("measure", .left), ("score", .right)], rows)])
  }

  // MARK: - Content of one program

  private var tableSections: [Page.Section] {
    ([merge?.table].compactMap { $0 } + tables).enumerated().map {
      Self.section("table\($0.offset + 1)", of: $0.element)
    }
  }

  private static func section(_ id: String, of table: ReportTable) -> Page.Section {
    let rows = table.rows.map { $0.map { ShownText.line($0) } }
    let note = table.note.isEmpty ? nil : ShownText.line(table.note, 2000)
    return Page.Section(
      id: id, title: table.title,
      tables: [Page.Table(nil, name: table.title, table.columns, rows, note: note)], plots: table.plots)
  }

  private var changeSection: Page.Section? {
    guard let changes else { return nil }
    func lists(_ title: String, _ queries: [QueryChanges.Change]) -> Page.Changes? {
      queries.isEmpty ? nil : Page.Changes(title, queries, of: changes)
    }
    return Page.Section(
      id: "queries", title: "Winners and losers",
      lead: "The queries of \(changes.split) whose \(changes.measure) changes most from \(changes.names.base) to "
        + "\(changes.names.tuned), with the documents that each ranks first. Texts are cut. A document that is "
        + "not among the first \(NumberText.count(changes.depth)) counts as not found.",
      changes: [lists("Largest gains", changes.gains), lists("Largest losses", changes.losses)].compactMap { $0 })
  }

  private var trainingSection: Page.Section? {
    let plots = (charts + developmentCharts).compactMap(\.plot)
    if plots.isEmpty && warnings.isEmpty { return nil }
    return Page.Section(
      id: "training", title: "Training",
      lead: warnings.isEmpty ? nil : "Warnings during training:",
      items: warnings.map { ShownText.line($0, 500) }, plots: plots)
  }

  /// A chart of every measure that was taken during training.
  private var developmentCharts: [LineChart] {
    (development.first?.values ?? []).indices.compactMap { place in
      guard let measure = development.first?.values[place].measure else { return nil }
      let points = development.compactMap { record in
        record.values.first { $0.measure == measure }.map { LineChart.Point(step: record.step, value: $0.value) }
      }
      let before = points.first.flatMap { $0.step == 0 ? (name: names.base, value: $0.value) : nil }
      return LineChart(
        title: "\(measure) during training", points: points, reference: before,
        mark: exportedStep.map { ("exported", $0) })
    }
  }

  private var pairSection: Page.Section? {
    if pairs.isEmpty { return nil }
    return Page.Section(
      id: "pairs", title: "Pairs to look at", pairs: pairs.map { Page.Pairs($0) })
  }

  private var distributionSection: Page.Section? {
    let plots = histograms.compactMap(\.plot)
    if plots.isEmpty { return nil }
    return Page.Section(
      id: "distributions", title: "Lengths and scores",
      lead: "Each bar is the share of its own kind, so that few and many can be compared.", plots: plots)
  }

  // MARK: - Run

  private var runSection: Page.Section {
    var shown = allFacts
    if let memory = RunEnvironment.peakMemory {
      shown.insert(("memory at most", NumberText.bytes(memory)), at: facts.count)
    }
    return Page.Section(
      id: "run", title: "Run",
      facts: shown.map { Page.Fact(name: $0.name, value: ShownText.line($0.value, 2000)) })
  }

  private var settingSection: Page.Section {
    Page.Section(id: "settings", title: "Settings", source: ShownText.lines(settings))
  }
}
