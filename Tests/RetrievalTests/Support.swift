import Files
import Retrieval
import Testing

/// A new empty folder that is removed when the test is over.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = "/tmp/hone-retrieval-\(UInt64.random(in: .min ... .max))"
    try Files.makeFolder(path)
  }

  deinit {
    try? Files.remove(path)
  }

  func path(_ name: String) -> String { Files.join(path, name) }

  /// Writes a file and returns its path.
  func file(_ name: String, _ text: String) throws -> String {
    try file(name, Array(text.utf8))
  }

  func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    try Files.write(bytes, to: path(name))
    return path(name)
  }

  /// A message with the folder's path left out.
  func shortened(_ message: String) -> String {
    message.split(separator: path + "/", omittingEmptySubsequences: false).joined()
  }
}

/// The message of the error that a call throws, or nil when it throws none.
func message(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch {
    return "\(error)"
  }
}

func documents(_ pairs: [(String, Float)]) -> [ScoredDocument] {
  pairs.map { ScoredDocument(id: $0.0, score: $0.1) }
}
