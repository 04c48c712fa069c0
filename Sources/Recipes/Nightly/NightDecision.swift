import Files
import JSONText
import Registry

/// The decision of a night with everything that its end needs, as it stands in `decision.json`.
///
/// It is written before anything is promoted or noted: a night that was killed after that is ended by the next start from the
/// file alone.
struct NightDecision {
  enum Outcome: String {
    case promoted, refused
    /// Nothing was new but files that cannot be read.
    case leftOut = "left-out"
  }

  static let name = "decision.json"

  private(set) var object: JSONObject

  /// Begins the decision of a night.
  ///
  /// - Parameters:
  ///   - night: The digest that names the night.
  ///   - champion: The version that served when it began.
  init(of night: String, _ outcome: Outcome, reasons: [String], champion: VersionNumber?) {
    object = JSONObject([
      ("night", JSONValue(night)), ("time", JSONValue(Files.timestamp)), ("outcome", JSONValue(outcome.rawValue)),
      ("reasons", .array(reasons.map { JSONValue($0) })),
      ("champion", champion.map { JSONValue($0.description) } ?? .null),
    ])
  }

  /// Reads the decision in a folder; nil if there is none.
  init?(in folder: String) {
    guard let bytes = try? Files.read(Files.join(folder, Self.name), maximumBytes: 1 << 28),
      let object = (try? JSONReader.parse(bytes))?.objectValue, object["night"]?.stringValue != nil
    else { return nil }
    self.object = object
  }

  func write(to folder: String) throws(FileError) {
    try Files.write(JSONValue.object(object).text(indented: true) + "\n", to: Files.join(folder, Self.name))
  }

  /// Adds what the decision is made of, or what its end needs.
  mutating func add(_ members: [(name: String, value: JSONValue)]) { object.members += members }

  /// Refuses what was to be promoted; the next night does the same work again.
  mutating func refuse(_ reason: String) {
    object["outcome"] = JSONValue(Outcome.refused.rawValue)
    object["reasons"] = [JSONValue(reason)]
    (object["seen"], object["work"]) = (nil, nil)
  }

  // MARK: - Reading

  var night: String { object["night"]?.stringValue ?? "" }
  var outcome: Outcome { object["outcome"]?.stringValue.flatMap(Outcome.init(rawValue:)) ?? .refused }
  var reasons: [String] { texts("reasons") }
  var champion: VersionNumber? { object["champion"]?.stringValue.flatMap { VersionNumber($0) } }
  var measures: JSONValue { object["measures"] ?? [] }
  /// The digests by which later nights know this one, see ``NightJournal/Entry``.
  var work: String? { object["work"]?.stringValue }
  var seen: String? { object["seen"]?.stringValue }
  /// The names of what the night used in its folder.
  var used: [String] { texts("used") }
  /// What was left out, in words.
  var leftOut: [String] { list("leftOut").compactMap { $0["reason"]?.stringValue } }
  /// The files of rows that no earlier night had.
  var newFiles: [(name: String, sha256: String)] { files("new") }
  /// Those of them that are not used again.
  var setAside: [(name: String, sha256: String)] { files("setAside") }

  /// The models of the candidate by their names in a version.
  var parts: [(name: String, folder: String)] {
    object["candidate"]?.objectValue?.members.compactMap { name, value in value.stringValue.map { (name, $0) } } ?? []
  }

  private func texts(_ name: String) -> [String] { object[name]?.arrayValue?.compactMap(\.stringValue) ?? [] }

  private func list(_ name: String) -> [JSONObject] { object[name]?.arrayValue?.compactMap(\.objectValue) ?? [] }

  private func files(_ name: String) -> [(name: String, sha256: String)] {
    list(name).compactMap { entry in
      guard let file = entry["file"]?.stringValue, let digest = entry["sha256"]?.stringValue else { return nil }
      return (file, digest)
    }
  }
}
