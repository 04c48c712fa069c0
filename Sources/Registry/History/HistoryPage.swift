import Files
import JSONText
import Pages
import Runs
import Words

/// The content of `history.html`: what serves, the trend of every measure, all events with their reasons, and the versions.
struct HistoryPage {
  private let registry: ModelRegistry
  /// All events, oldest first.
  private let events: [HistoryEvent]
  /// The events that the page shows.
  private let shown: ArraySlice<HistoryEvent>
  private let champion: VersionNumber?
  private let previous: VersionNumber?

  /// The most events that a page shows: those of more than a year of nights.
  private static let mostEvents = 400
  /// The most charts.
  private static let mostCharts = 16

  init(_ registry: ModelRegistry) throws(FileError) {
    self.registry = registry
    events = try registry.history()
    shown = events.suffix(Self.mostEvents)
    (champion, previous) = (try registry.champion(), try registry.previous())
  }

  /// The page as HTML.
  var html: String {
    get throws {
      try Page(
        kind: "history of a model", title: registry.name, verdict: (verdict, "none"), remarks: remarks,
        sections: [measureSection, eventSection, try versionSection].compactMap { $0 }, version: Hone.version
      ).html
    }
  }

  // MARK: - At the top

  private var verdict: String {
    guard let champion else { return "no version has been promoted yet" }
    let since = events.last { $0.champion == champion && [.promoted, .rolledBack].contains($0.kind) }
    return "\(champion) serves" + (since.map { ", since \(Self.time($0)) UTC" } ?? "")
  }

  private var remarks: [String] {
    var remarks: [String] = []
    if let previous { remarks.append("\(previous) served before it; a rollback goes there.") }
    if let last = events.last(where: { $0.kind != .pruned }), last.kind == .refused {
      remarks.append("The newest candidate was refused on \(Self.time(last)) UTC: \(Self.reasons(last)).")
    }
    let counts = [("promotion", HistoryEvent.Kind.promoted), ("refusal", .refused), ("rollback", .rolledBack)].map {
      name, kind in NumberText.counted(events.count { $0.kind == kind }, name)
    }
    if !events.isEmpty { remarks.append("\(counts.joined(separator: ", ")) since \(Self.time(events[0])) UTC.") }
    return remarks
  }

  // MARK: - Measures

  /// A chart of every measure over all events but those of pruning.
  private var measureSection: Page.Section? {
    let kept = shown.filter { $0.kind != .pruned }
    let measures = kept.map { self.measures(of: $0) }
    var names: [String] = []
    for name in measures.joined().map(\.name) where !names.contains(name) { names.append(name) }
    let plots = names.compactMap { chart(of: $0, kept, measures).plot }
    guard !plots.isEmpty else { return nil }
    return Page.Section(
      id: "measures", title: "Measures",
      lead:
        "Each point is a version or a refused candidate, in the order of the events. A champion that was measured again "
        + "on other data has another value from there on."
        + (plots.count > Self.mostCharts ? " The first \(Self.mostCharts) of \(plots.count) measures." : ""),
      plots: Array(plots.prefix(Self.mostCharts)))
  }

  private func chart(of name: String, _ events: [HistoryEvent], _ measures: [[HistoryMeasure]]) -> HistoryChart {
    var values: [VersionNumber: Double] = [:]
    let points = zip(events, measures).map { event, measures in
      let found = measures.first { $0.name == name }
      if let champion = event.champion {
        values[champion] = (event.kind == .promoted ? found?.value : found?.champion) ?? values[champion]
      }
      let serving = event.champion.flatMap { values[$0] }
      return HistoryChart.Point(
        kind: event.kind, day: Self.day(event),
        name: event.kind == .refused ? "refused" : event.champion?.description ?? "",
        value: event.kind == .rolledBack ? serving : found?.value, serving: serving)
    }
    return HistoryChart(title: ShownText.line(name, 80), points: points)
  }

  /// The measures of an event; a promotion that was noted after a crash has those of the version's own decision.
  private func measures(of event: HistoryEvent) -> [HistoryMeasure] {
    let known = HistoryMeasure.all(in: event.details)
    guard known.isEmpty, event.kind == .promoted, let version = event.champion else { return known }
    let path = Files.join(registry.folder(of: version), RegistryWriter.decisionName)
    guard Files.exists(path), let bytes = try? Files.read(path, maximumBytes: 1 << 22),
      let decision = try? JSONReader.parse(bytes)
    else { return [] }
    return HistoryMeasure.all(in: JSONObject([(HistoryMeasure.decisionKey, decision)]))
  }

  // MARK: - Events

  private var eventSection: Page.Section? {
    guard !shown.isEmpty else { return nil }
    let newest = Array(shown.reversed())
    let rows = newest.map { event in
      let measures = measures(of: event).prefix(4).map { measure in
        let change = measure.champion.map { " (\(NumberText.signed(measure.value - $0, decimals: 4)))" } ?? ""
        return "\(measure.name) \(NumberText.fixed(measure.value, decimals: 4))\(change)"
      }
      return [
        Self.time(event), Self.word(event.kind), event.champion?.description ?? "none", Self.reasons(event),
        measures.joined(separator: "; "), run(of: event),
      ].map { ShownText.line($0, 1000) }
    }
    let hidden = events.count - shown.count
    let table = Page.Table(
      nil, name: "Events",
      [
        ("time (UTC)", .left), ("event", .left), ("then serves", .left), ("reasons", .left), ("measures", .left),
        ("run", .left),
      ], rows, styles: newest.map(\.kind.rawValue), links: newest.map { report(of: $0) },
      note: hidden == 0
        ? nil
        : "\(NumberText.counted(hidden, "earlier event")) \(hidden == 1 ? "is" : "are") in \(ModelRegistry.historyName)."
    )
    return Page.Section(id: "events", title: "Events", tables: [table])
  }

  /// The name of the run that an event came of.
  private func run(of event: HistoryEvent) -> String {
    event.details["run"]?.stringValue.map { Files.name(of: $0) } ?? (report(of: event) == nil ? "" : "report")
  }

  /// The address of the report of an event's run: the copy in the version, or else the run's own.
  private func report(of event: HistoryEvent) -> String? {
    var paths: [String] = []
    if event.kind == .promoted, let version = event.champion {
      paths.append(Files.join(version.description, RunFolder.reportName))
    }
    if let path = event.details[ModelRegistry.reportKey]?.stringValue { paths.append(path) }
    return paths.lazy.filter { Files.exists(Files.join(registry.folder, $0)) }.compactMap { PageLink.address(of: $0) }
      .first
  }

  // MARK: - Versions

  private var versionSection: Page.Section? {
    get throws {
      let versions = try registry.versions()
      guard !versions.isEmpty else { return nil }
      var bytes = 0
      let rows = versions.reversed().map { version in
        let mark = version == champion ? "champion" : version == previous ? "previous" : ""
        guard let manifest = try? registry.manifest(of: version) else {
          return [version.description, mark, "damaged", "", "", "", ""]
        }
        bytes += manifest.size
        return [
          version.description, mark, Self.shortened(manifest.created), manifest.parent?.description ?? "",
          manifest.parts.joined(separator: ", "), NumberText.bytes(manifest.size), "decision",
        ].map { ShownText.line($0) }
      }
      let links = versions.reversed().map { version in
        PageLink.address(of: Files.join(version.description, RegistryWriter.decisionName))
      }
      return Page.Section(
        id: "versions", title: "Versions",
        lead: "\(NumberText.counted(versions.count, "version")), \(NumberText.bytes(bytes)) on the disk.",
        tables: [
          Page.Table(
            nil, name: "Versions",
            [
              ("version", .left), ("", .left), ("made (UTC)", .left), ("parent", .left), ("parts", .left),
              ("size", .right), ("", .left),
            ], rows, links: links)
        ])
    }
  }

  // MARK: - Words

  private static func word(_ kind: HistoryEvent.Kind) -> String {
    switch kind {
    case .promoted: "promoted"
    case .refused: "refused"
    case .rolledBack: "rolled back"
    case .pruned: "pruned"
    }
  }

  private static func reasons(_ event: HistoryEvent) -> String {
    var reasons = event.reasons
    if let version = event.details["from"]?.stringValue { reasons.append("back from \(version)") }
    if event.kind == .pruned, let versions = event.details["versions"]?.arrayValue?.compactMap(\.stringValue) {
      reasons.append("removed \(versions.joined(separator: ", "))")
    }
    return ShownText.line(reasons.joined(separator: "; "), 1000)
  }

  /// `2026-01-31 23:59` for `2026-01-31T23:59:59Z`; any other text as it is.
  private static func time(_ event: HistoryEvent) -> String { shortened(event.time) }

  private static func shortened(_ time: String) -> String {
    guard time.utf8.count == 20, time.utf8.last == UInt8(ascii: "Z") else { return ShownText.line(time, 30) }
    return ShownText.line(String(time.dropLast(4)).replacing("T", with: " "), 30)
  }

  private static func day(_ event: HistoryEvent) -> String { ShownText.line(String(event.time.prefix(10)), 10) }
}
