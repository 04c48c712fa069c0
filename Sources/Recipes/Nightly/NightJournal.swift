import Files
import JSONText

/// The nights of a folder, one line for the beginning and one for the end of each: `nights.jsonl`.
struct NightJournal {
  /// A line.
  struct Entry: Equatable {
    enum Event: String { case begun, ended }

    let event: Event
    /// The night: a digest of everything that it was to work on, the champion included.
    let night: String
    /// The digest of all files that were there, readable or not; nil where the next night is to look again.
    var seen: String?
    /// The digest of everything that shapes the candidate but the champion.
    var work: String?
    /// The champion at the beginning, or after the end.
    var champion: String?
    /// The end: `promoted`, `refused`, `left-out`.
    var status: String?
    /// What was left out, in words.
    var leftOut: [String] = []
    /// The folders and files in the folder of all nights that the night used.
    var used: [String] = []

    fileprivate var json: JSONValue {
      var object = JSONObject([
        ("time", JSONValue(Files.timestamp)), ("event", JSONValue(event.rawValue)), ("night", JSONValue(night)),
      ])
      object["seen"] = seen.map { JSONValue($0) }
      object["work"] = work.map { JSONValue($0) }
      object["champion"] = champion.map { JSONValue($0) }
      object["status"] = status.map { JSONValue($0) }
      if event == .ended {
        object["leftOut"] = .array(leftOut.map { JSONValue($0) })
        object["used"] = .array(used.map { JSONValue($0) })
      }
      return .object(object)
    }

    init(_ event: Event, night: String) { (self.event, self.night) = (event, night) }

    /// Reads a line; nil if it is not one, as a line that a crash cut short.
    fileprivate init?(_ line: ArraySlice<UInt8>) {
      guard let object = (try? JSONReader.parse(line))?.objectValue,
        let event = object["event"]?.stringValue.flatMap(Event.init(rawValue:)),
        let night = object["night"]?.stringValue
      else { return nil }
      self.init(event, night: night)
      (seen, work) = (object["seen"]?.stringValue, object["work"]?.stringValue)
      (champion, status) = (object["champion"]?.stringValue, object["status"]?.stringValue)
      leftOut = object["leftOut"]?.arrayValue?.compactMap(\.stringValue) ?? []
      used = object["used"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }
  }

  private let file: AppendingFile
  private(set) var entries: [Entry]

  static let name = "nights.jsonl"

  /// Opens the journal of a folder; makes it where the folder has none.
  init(in folder: String) throws {
    let path = Files.join(folder, Self.name)
    let isNew = !Files.exists(path)
    entries =
      isNew
      ? []
      : try Files.read(path, maximumBytes: 1 << 28).split(separator: UInt8(ascii: "\n")).compactMap { Entry($0) }
    file = try AppendingFile(path)
    if isNew { try Files.synchronizeFolder(folder) }
  }

  /// The night that began and did not end.
  var open: Entry? { entries.last.flatMap { $0.event == .begun ? $0 : nil } }

  /// The number of nights that have ended.
  var ended: Int { entries.count { $0.event == .ended } }

  /// The last end that says what the next night need not do again.
  var last: Entry? { entries.last { $0.event == .ended && $0.work != nil } }

  mutating func add(_ entry: Entry) throws {
    try file.append(line: entry.json.text())
    try file.synchronize()
    entries.append(entry)
  }
}
