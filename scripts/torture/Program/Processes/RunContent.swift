import Files
import JSONText
import Trials

/// What a run has left that must not depend on how often it was interrupted, by path.
///
/// Times are left out: members of JSON that name seconds, and rows of the model card. So are the report and the events.
struct RunContent: Equatable {
  private var files: [String: [UInt8]] = [:]

  init(of folder: String) throws { try read(folder, "") }

  /// The paths of the files that differ.
  func differences(from other: RunContent) -> [String] {
    Set(files.keys).union(other.files.keys).filter { files[$0] != other.files[$0] }.sorted()
  }

  /// The paths of all files.
  var paths: [String] { files.keys.sorted() }

  private mutating func read(_ folder: String, _ prefix: String) throws {
    for name in try Files.list(Files.join(folder, prefix)) {
      let path = Files.join(prefix, name)
      let full = Files.join(folder, path)
      if Files.isFolder(full) {
        try read(folder, path)
      } else if !["run.lock", "report.html"].contains(path) && !name.hasPrefix("events.out.tfevents.") {
        files[path] = try Self.timeless(Files.read(full), name)
      }
    }
  }

  /// The bytes of a file without times and without the digests of files that hold times.
  private static func timeless(_ bytes: [UInt8], _ name: String) throws -> [UInt8] {
    switch name {
    case "log.jsonl":
      let lines = try bytes.split(separator: UInt8(ascii: "\n")).map { line in
        try timeless(JSONReader.parse(Array(line))).text()
      }
      return Array(lines.joined(separator: "\n").utf8)
    case "README.md":
      let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      let timed = ["| training | ", "| whole run | ", "| negatives | "].map { Array($0.utf8) }
      let kept = lines.filter { line in !timed.contains { line.starts(with: $0) } }
      return Array(kept.joined(separator: [UInt8(ascii: "\n")]))
    case "result.json", "progress.json", "MANIFEST.json":
      return Array(timeless(try JSONReader.parse(bytes)).text().utf8)
    default: return bytes
    }
  }

  private static func timeless(_ value: JSONValue) -> JSONValue {
    switch value {
    case .array(let values): return .array(values.map(timeless))
    case .object(let object):
      // The manifest of a checkpoint has the digest of its progress.
      if object["name"] == "progress.json" { return "progress.json" }
      let kept = object.members.filter { member in
        !["seconds", "trainingSeconds", "rowsPerSecond"].contains(member.name)
      }
      // The order of members says nothing.
      return .object(JSONObject(kept.map { ($0.name, timeless($0.value)) }.sorted { $0.0 < $1.0 }))
    default: return value
    }
  }
}
