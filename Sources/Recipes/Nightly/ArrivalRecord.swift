import Files
import JSONText

/// What became of files of rows, by their content: `arrivals.jsonl` in the folder of all nights.
///
/// A file that was set aside is not used again until its line is removed.
struct ArrivalRecord {
  enum State: String {
    /// A night that was decided has used it.
    case used
    /// It was new in a night whose candidate was worse than the champion.
    case setAside
  }

  private let path: String
  private var states: [String: State] = [:]

  static let name = "arrivals.jsonl"

  /// Reads the record of a folder; a line that a crash cut short is none.
  init(in folder: String) throws {
    path = Files.join(folder, Self.name)
    guard Files.exists(path) else { return }
    for line in try Files.read(path, maximumBytes: 1 << 28).split(separator: UInt8(ascii: "\n")) {
      guard let object = (try? JSONReader.parse(line))?.objectValue, let digest = object["sha256"]?.stringValue,
        let state = object["state"]?.stringValue.flatMap(State.init(rawValue:))
      else { continue }
      states[digest] = state
    }
  }

  /// The state of a file; nil for one that no night has used.
  func state(of file: Arrivals.File) -> State? { states[file.sha256] }

  /// Notes the state of files, durably; what is noted already stays.
  mutating func note(_ state: State, of files: [(name: String, sha256: String)], night: String) throws {
    let new = files.filter { states[$0.sha256] != state }
    guard !new.isEmpty else { return }
    let isNew = !Files.exists(path)
    let file = try AppendingFile(path)
    for (name, digest) in new {
      states[digest] = state
      let line: JSONValue = [
        "time": JSONValue(Files.timestamp), "state": JSONValue(state.rawValue), "file": JSONValue(name),
        "sha256": JSONValue(digest), "night": JSONValue(night),
      ]
      try file.append(line: line.text())
    }
    try file.synchronize()
    if isNew { try Files.synchronizeFolder(Files.parent(of: path)) }
  }
}
