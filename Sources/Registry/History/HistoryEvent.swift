import Files
package import JSONText
import Pages
import Runs

/// One line of `history.jsonl`: something that happened to a model's versions.
package struct HistoryEvent: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    /// A version became champion.
    case promoted
    /// A candidate was not good enough, or could not be judged.
    case refused
    /// An older version became champion again.
    case rolledBack
    /// Old versions were removed.
    case pruned
  }

  package let kind: Kind
  /// The time in UTC.
  package let time: String
  /// The champion after it.
  package let champion: VersionNumber?
  /// The version before the champion, to which a rollback goes.
  package let previous: VersionNumber?
  /// The reasons, in words.
  package let reasons: [String]
  /// What else is known: measures, the decision, the run's folder, the versions that were removed.
  package private(set) var details: JSONObject

  package init(
    _ kind: Kind, time: String, champion: VersionNumber?, previous: VersionNumber?, reasons: [String] = [],
    details: JSONObject = JSONObject()
  ) {
    (self.kind, self.time, self.champion, self.previous) = (kind, time, champion, previous)
    (self.reasons, self.details) = (reasons, details)
  }

  private static let own = ["event", "time", "champion", "previous", "reasons"]

  package var json: JSONValue {
    var object = JSONObject([
      ("event", JSONValue(kind.rawValue)), ("time", JSONValue(time)),
      ("champion", champion.map { JSONValue($0.description) } ?? .null),
      ("previous", previous.map { JSONValue($0.description) } ?? .null),
      ("reasons", .array(reasons.map { JSONValue($0) })),
    ])
    object.members += details.members.filter { !Self.own.contains($0.name) }
    return .object(object)
  }

  /// Reads a line; nil if it is not one, as a line that a crash cut short.
  init?(_ line: JSONValue) {
    guard let object = line.objectValue, let kind = object["event"]?.stringValue.flatMap(Kind.init(rawValue:)),
      let time = object["time"]?.stringValue
    else { return nil }
    self.init(
      kind, time: time, champion: object["champion"]?.stringValue.flatMap { VersionNumber($0) },
      previous: object["previous"]?.stringValue.flatMap { VersionNumber($0) },
      reasons: object["reasons"]?.arrayValue?.compactMap(\.stringValue) ?? [],
      details: JSONObject(object.members.filter { !Self.own.contains($0.name) }))
  }

  /// An event with the place of its run's report beside its run, where there is one.
  ///
  /// The path is relative to the registry's folder, so that it leads there from any working directory.
  init(_ event: HistoryEvent, withReportFrom folder: String) {
    self = event
    guard details[ModelRegistry.reportKey] == nil, let run = details["run"]?.stringValue,
      let report = try? Files.resolve(Files.join(run, RunFolder.reportName)), let start = try? Files.resolve(folder)
    else { return }
    details[ModelRegistry.reportKey] = JSONValue(PageLink.path(from: start, to: report))
  }
}
