import Files
import Foundation

/// A new empty folder that is removed with the value.
public final class TemporaryFolder: Sendable {
  /// Where it is.
  public let path: String

  /// Makes the folder.
  ///
  /// - Parameter inMemory: True to make it in memory where the system has such a folder, for a test that waits for the disk
  ///   thousands of times.
  public init(inMemory: Bool = false) {
    let memory = "/dev/shm"
    let parent = inMemory && Files.isFolder(memory) ? memory : FileManager.default.temporaryDirectory.path
    path = Files.join(parent, "hone-tests-\(UUID().uuidString)")
    do { try Files.makeFolder(path) } catch { fatalError(error.description) }
  }

  deinit { try? Files.remove(path) }

  /// The path of something in the folder.
  public func file(_ name: String) -> String { Files.join(path, name) }

  /// Writes a file, with the folders it lies in, and returns its path.
  @discardableResult
  public func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }

  /// Writes a file, with the folders it lies in, and returns its path.
  @discardableResult
  public func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    try Files.makeFolder(Files.parent(of: file(name)))
    try Files.write(bytes, to: file(name))
    return file(name)
  }

  /// A message without the folder's path.
  public func shortened(_ message: String) -> String { message.replacing(path + "/", with: "") }
}
