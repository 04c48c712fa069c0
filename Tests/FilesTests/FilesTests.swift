import Files
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct FilesTests {
  let folder = TemporaryFolder()

  @Test func writesAndReads() throws {
    let path = folder.file("a.bin")
    let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    try Files.write(bytes, to: path)
    #expect(try Files.read(path) == bytes)
    #expect(try Files.size(path) == 200_000)
    try Files.write("short é", to: path)
    #expect(try Files.read(path) == Array("short é".utf8))
    try Files.write("", to: path)
    #expect(try Files.read(path) == [])
    #expect(try Files.list(folder.path) == ["a.bin"])
  }

  @Test func readsFilesThatDoNotKnowTheirSize() throws {
    let path = folder.file("pipe")
    #expect(mkfifo(path, 0o600) == 0)
    let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
    let writer = Thread {
      let descriptor = open(path, O_WRONLY)
      var done = 0
      while done < bytes.count {
        let count = bytes[done...].withUnsafeBytes { write(descriptor, $0.baseAddress, min($0.count, 1000)) }
        if count <= 0 { break }
        done += count
      }
      close(descriptor)
    }
    #expect(try Files.read(path) == bytes)
    writer.join()
  }

  @Test func theLargestSizeIsKept() throws {
    let path = folder.file("a")
    try Files.write("12345", to: path)
    #expect(try Files.read(path, maximumBytes: 5).count == 5)
    let error = try #require(throws: FileError.self) { try Files.read(path, maximumBytes: 4) }
    #expect(error.description == "cannot read \(path): it has more than 4 bytes; check that it is the right file")
    #expect(error.kind == .badData)
  }

  @Test func aTouchedFileIsNewAgain() throws {
    let path = folder.file("a")
    #expect(Files.modificationTime(path) == nil)
    #expect(throws: FileError.self) { try Files.touch(path) }
    try Files.write("x", to: path)
    var times = [timespec(tv_sec: 1000, tv_nsec: 500_000_000), timespec(tv_sec: 1000, tv_nsec: 500_000_000)]
    #expect(utimensat(AT_FDCWD, path, &times, 0) == 0)
    #expect(Files.modificationTime(path) == 1000.5)
    try Files.touch(path)
    #expect(abs((Files.modificationTime(path) ?? 0) - Files.currentTime) < 60)
  }

  @Test func copies() throws {
    let bytes = (0..<9_000_000).map { UInt8(truncatingIfNeeded: $0 &* 13) }
    try Files.write(bytes, to: folder.file("a"))
    try Files.copy(folder.file("a"), to: folder.file("b"))
    #expect(try Files.read(folder.file("b")) == bytes)
    try Files.write("", to: folder.file("a"))
    try Files.copy(folder.file("a"), to: folder.file("b"))
    #expect(try Files.read(folder.file("b")) == [])
    #expect(throws: FileError.self) { try Files.copy(folder.path, to: folder.file("c")) }
    #expect(try Files.list(folder.path) == ["a", "b"])
  }

  @Test func foldersAreMadeListedAndRemoved() throws {
    try Files.makeFolder(folder.file("x/y/z/"))
    try Files.makeFolder(folder.file("x/y"))
    for name in ["b", "a", "B", "é", ".hidden", "a.b"] { try Files.write("1", to: folder.file("x/\(name)")) }
    #expect(try Files.list(folder.file("x")) == [".hidden", "B", "a", "a.b", "b", "y", "é"])
    #expect(Files.isFolder(folder.file("x/y/z")))
    #expect(!Files.isFolder(folder.file("x/a")))
    #expect(Files.exists(folder.file("x/a")))
    #expect(!Files.exists(folder.file("x/c")))
    try Files.remove(folder.file("x/a"))
    #expect(!Files.exists(folder.file("x/a")))
    try Files.remove(folder.file("x"))
    #expect(try Files.list(folder.path) == [])
    try Files.remove(folder.file("x"))
  }

  /// Nothing is there only where the system says so.
  @Test func whatCannotBeLookedAtIsNotMissing() throws {
    let file = try folder.write("a", "")
    #expect(try Files.isThere(folder.path) && Files.isThere(file))
    #expect(try !Files.isThere(folder.file("b")) && !Files.isThere(Files.join(file, "b")))
    let long = folder.file(String(repeating: "x", count: 300))
    #expect(!Files.exists(long))
    #expect(throws: FileError.self) { try Files.isThere(long) }
  }

  @Test func removingStopsAtLinks() throws {
    try Files.makeFolder(folder.file("kept"))
    try Files.write("1", to: folder.file("kept/a"))
    try Files.makeFolder(folder.file("gone"))
    #expect(symlink("../kept", folder.file("gone/link")) == 0)
    try Files.remove(folder.file("gone"))
    #expect(try Files.list(folder.file("kept")) == ["a"])
    #expect(!Files.exists(folder.file("gone")))
  }

  @Test func renamesReplaceFiles() throws {
    try Files.write("1", to: folder.file("a"))
    try Files.write("2", to: folder.file("b"))
    try Files.rename(folder.file("a"), to: folder.file("b"))
    try Files.synchronizeFolder(folder.path)
    #expect(try Files.read(folder.file("b")) == Array("1".utf8))
    let error = try #require(throws: FileError.self) { try Files.rename(folder.file("a"), to: folder.file("c")) }
    #expect(
      error.description
        == "cannot rename \(folder.file("a")) to \(folder.file("c")): no such file or folder; check the path")
  }

  @Test func pathsAreResolved() throws {
    try Files.makeFolder(folder.file("real"))
    #expect(symlink("real", folder.file("link")) == 0)
    #expect(try Files.resolve(folder.file("link/../link/.")) == Files.resolve(folder.file("real")))
    #expect(throws: FileError.self) { try Files.resolve(folder.file("missing")) }
  }

  @Test func thereIsFreeSpace() throws {
    #expect(try Files.freeBytes(at: folder.path) > 0)
    let error = try #require(throws: FileError.self) { try Files.freeBytes(at: folder.file("no")) }
    #expect(
      error.description == "cannot find the free space at \(folder.file("no")): no such file or folder; check the path")
  }

  @Test(arguments: [
    (["a", "b"], "a/b"), (["a/", "b"], "a/b"), (["a", "/b"], "a/b"), (["a//", "//b/"], "a//b/"), (["/", "b"], "/b"),
    (["", "b"], "b"), (["a", ""], "a"), ([], ""), (["/x"], "/x"), (["a", "b", "c.json"], "a/b/c.json"),
    (["é", "e\u{301}"], "é/e\u{301}"), (["a", "."], "a/."),
  ])
  func joinsParts(parts: [String], path: String) {
    let joined =
      switch parts.count {
      case 0: Files.join()
      case 1: Files.join(parts[0])
      case 2: Files.join(parts[0], parts[1])
      default: Files.join(parts[0], parts[1], parts[2])
      }
    #expect(joined.utf8.elementsEqual(path.utf8))
  }

  @Test(arguments: [
    ("a/b", "b", "a"), ("/a", "a", "/"), ("a", "a", "."), ("a/b/", "b", "a"), ("a//b", "b", "a"), ("/", "/", "/"),
    ("//a//", "a", "/"), ("", "", "."), ("./a", "a", "."), ("a/../b", "b", "a/.."), ("///", "///", "/"),
  ])
  func pathsHaveANameAndAParent(path: String, name: String, parent: String) {
    #expect(Files.name(of: path) == name)
    #expect(Files.parent(of: path) == parent)
  }
}

/// A thread of the system that can be waited for: a pipe has to be written while the test reads it.
final class Thread: @unchecked Sendable {
  private var handle = pthread_t()

  init(_ body: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let box = Unmanaged.passRetained(Box(body)).toOpaque()
    pthread_create(
      &handle, nil,
      { argument in
        if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
      }, box)
  }

  func join() {
    pthread_join(handle, nil)
  }
}
