import Files
import Foundation

/// A folder that goes away with the value.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = Files.join(FileManager.default.temporaryDirectory.path, "hone-tests-\(UUID().uuidString)")
    try Files.makeFolder(path)
  }

  deinit {
    try? Files.remove(path)
  }

  /// The path of something in the folder.
  func file(_ name: String) -> String { Files.join(path, name) }
}
