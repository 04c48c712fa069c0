import Files

/// A new empty folder that is removed when the test is over.
final class TemporaryFolder: Sendable {
  let path: String

  init() {
    path = "/tmp/hone-test-\(UInt64.random(in: .min ... .max))"
    do { try Files.makeFolder(path) } catch { fatalError(error.description) }
  }

  deinit {
    try? Files.remove(path)
  }

  func path(_ name: String) -> String { Files.join(path, name) }
}
