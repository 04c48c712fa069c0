import Files
import Foundation
import JSONText
import TestSupport
import Testing

/// A suite whose commands run in a temporary folder of its own.
protocol HoneSuite {
  var folder: TemporaryFolder { get }
}

extension HoneSuite {
  /// Runs a command in the folder.
  func hone(_ arguments: String..., input: String = "", whileRunning: (Process) throws -> Void = { _ in }) throws
    -> HoneProcess.Ended
  {
    try HoneProcess.run(arguments, input: input, in: folder.path, whileRunning: whileRunning)
  }

  /// The object in a JSON file of the folder.
  func object(_ file: String) throws -> JSONObject {
    try #require(try JSONReader.parse(Files.read(folder.file(file))).objectValue)
  }

  /// The objects in a JSONL file of the folder; at least one.
  func objects(_ file: String) throws -> [JSONObject] {
    let objects = try lines(file).map { try #require(try JSONReader.parse(Array($0.utf8)).objectValue) }
    try #require(!objects.isEmpty, "\(file) is empty")
    return objects
  }

  /// The lines of a file of the folder.
  func lines(_ file: String) throws -> [String] {
    String(decoding: try Files.read(folder.file(file)), as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// The `result.json` of a run.
  func result(_ run: String = "runs/small") throws -> JSONObject { try object("\(run)/result.json") }

  /// The log of a run.
  func log(_ run: String = "runs/small") throws -> [JSONObject] { try objects("\(run)/log.jsonl") }
}
