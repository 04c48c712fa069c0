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

/// The package's folder, from this file's place in it.
let packageFolder = Files.parent(of: Files.parent(of: Files.parent(of: #filePath)))

/// The message of the error that a call throws, or nil when it throws none.
func message(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch {
    return "\(error)"
  }
}

/// Random numbers that are the same in every run.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }
}

func documents(_ pairs: [(String, Float)]) -> [ScoredDocument] {
  pairs.map { ScoredDocument(id: $0.0, score: $0.1) }
}
