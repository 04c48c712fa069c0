import Evaluation
import Retrieval
import Runs
import Words

extension RunReport {
  /// The content of `report.html`: one self-contained file for light and dark screens and for paper.
  var page: String {
    get throws { try PageTemplates.html(of: pageContent) }
  }

  private var pageContent: ReportPage {
    var sections =
      [verdictSection, scoreSection].compactMap { $0 } + tableSections
      + [
        changeSection, trainingSection, mined.map { Self.section("mining", of: $0) }, pairSection, distributionSection,
      ].compactMap { $0 }
    sections += [runSection, settingSection]
    var number = 0
    for section in sections.indices {
      for plot in sections[section].plots.indices {
        number += 1
        sections[section].plots[plot].number = number
      }
    }
    return ReportPage(
      recipe: recipe, folder: ShownText.line(folder), verdict: ShownText.line(outcome, 1000),
      verdictStyle: verdict.map(Self.style) ?? "none", remarks: remarks, sections: sections)
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

  private var verdictSection: ReportPage.Section? {
    guard !comparisons.isEmpty else { return nil }
    func table(_ title: String?, _ comparisons: [Comparison], base: String) -> ReportPage.Table {
      ReportPage.Table(
        title, name: "Verdict", Comparison.columns(base: base, tuned: names.tuned), comparisons.map(\.cells),
        styles: comparisons.map { Self.style($0.test.verdict) })
    }
    var tables = [table(nil, comparisons, base: names.base)]
    if !firstStage.isEmpty { tables.append(table("Against the first stage", firstStage, base: Self.firstStageName)) }
    return ReportPage.Section(
      id: "verdict", title: "Verdict", lead: RunReport.verdictNote, tables: tables)
  }

  private static func style(_ verdict: Verdict) -> String {
    switch verdict {
    case .improved: "improved"
    case .noDifference: "same"
    case .worse: "worse"
    }
  }

  private var scoreSection: ReportPage.Section? {
    guard !values.isEmpty else { return nil }
    let rows = values.map { [$0.split, $0.measure.description, NumberText.fixed($0.value, decimals: 4)] }
    return ReportPage.Section(
      id: "scores", title: "Scores",
      tables: [ReportPage.Table(nil, name: "Scores", [("split", .left), ("measure", .left), ("score", .right)], rows)])
  }

  // MARK: - Content of one program

  private var tableSections: [ReportPage.Section] {
    tables.enumerated().map { Self.section("table\($0.offset + 1)", of: $0.element) }
  }

  private static func section(_ id: String, of table: ReportTable) -> ReportPage.Section {
    let rows = table.rows.map { $0.map { ShownText.line($0) } }
    let note = table.note.isEmpty ? nil : ShownText.line(table.note, 2000)
    return ReportPage.Section(
      id: id, title: table.title,
      tables: [ReportPage.Table(nil, name: table.title, table.columns, rows, note: note)], plots: table.plots)
  }

  private var changeSection: ReportPage.Section? {
    guard let changes else { return nil }
    func lists(_ title: String, _ queries: [QueryChanges.Change]) -> ReportPage.Changes? {
      queries.isEmpty ? nil : ReportPage.Changes(title, queries, of: changes)
    }
    return ReportPage.Section(
      id: "queries", title: "Winners and losers",
      lead: "The queries of \(changes.split) whose \(changes.measure) changes most from \(changes.names.base) to "
        + "\(changes.names.tuned), with the documents that each ranks first. Texts are cut.",
      changes: [lists("Largest gains", changes.gains), lists("Largest losses", changes.losses)].compactMap { $0 })
  }

  private var trainingSection: ReportPage.Section? {
    let plots = (charts + developmentCharts).compactMap(\.plot)
    if plots.isEmpty && warnings.isEmpty { return nil }
    return ReportPage.Section(
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

  private var pairSection: ReportPage.Section? {
    if pairs.isEmpty { return nil }
    return ReportPage.Section(
      id: "pairs", title: "Pairs to look at", pairs: pairs.map { ReportPage.Pairs($0) })
  }

  private var distributionSection: ReportPage.Section? {
    let plots = histograms.compactMap(\.plot)
    if plots.isEmpty { return nil }
    return ReportPage.Section(
      id: "distributions", title: "Lengths and scores",
      lead: "Each bar is the share of its own kind, so that few and many can be compared.", plots: plots)
  }

  // MARK: - Run

  private var runSection: ReportPage.Section {
    var shown = allFacts
    if let memory = RunEnvironment.peakMemory {
      shown.insert(("memory at most", NumberText.bytes(memory)), at: facts.count)
    }
    return ReportPage.Section(
      id: "run", title: "Run",
      facts: shown.map { ReportPage.Fact(name: $0.name, value: ShownText.line($0.value, 2000)) })
  }

  private var settingSection: ReportPage.Section {
    ReportPage.Section(id: "settings", title: "Settings", source: ShownText.lines(settings))
  }
}
