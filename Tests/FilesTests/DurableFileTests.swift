import Files
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct DurableFileTests {
  let folder = TemporaryFolder()

  @Test func nothingIsThereBeforeTheCommit() throws {
    let path = folder.file("a")
    let file = try DurableFile(path)
    try file.write([1, 2])
    try file.write(numbers: [Float(1)])
    try file.write([UInt8](repeating: 7, count: 100_000))
    try file.write([3])
    #expect(!Files.exists(path))
    try file.commit()
    #expect(try Files.read(path) == [1, 2, 0, 0, 0x80, 0x3F] + [UInt8](repeating: 7, count: 100_000) + [3])
    #expect(try Files.list(folder.path) == ["a"])
  }

  @Test func theOldFileStaysUntilTheCommit() throws {
    let path = folder.file("a")
    try Files.write("old", to: path)
    let file = try DurableFile(path)
    try file.write(Array("new".utf8))
    #expect(try Files.read(path) == Array("old".utf8))
    try file.commit()
    #expect(try Files.read(path) == Array("new".utf8))
  }

  @Test func withoutACommitNothingRemains() throws {
    let path = folder.file("a")
    try Files.write("old", to: path)
    do {
      let file = try DurableFile(path)
      try file.write([UInt8](repeating: 1, count: 1_000_000))
      #expect(try Files.list(folder.path).count == 2)
    }
    #expect(try Files.list(folder.path) == ["a"])
    #expect(try Files.read(path) == Array("old".utf8))
  }

  @Test func aFailedReservationLeavesNothing() throws {
    let file = try DurableFile(folder.file("a"))
    let error = try #require(throws: FileError.self) { try file.reserve(1 << 60) }
    #expect(error.kind == .inputOutput)
    #expect(error.description.hasPrefix("cannot write \(folder.file("a")): "))
    #expect(try Files.list(folder.path) == [])
    let after = try #require(throws: FileError.self) { try file.commit() }
    #expect(
      after.description == "cannot write \(folder.file("a")): it is complete or was given up already; "
        + "this is a fault of the program")
    #expect(after.kind == .internalError)
  }

  @Test func aFailedRenameLeavesNothing() throws {
    let path = folder.file("a")
    let file = try DurableFile(path)
    try file.write([1])
    try Files.makeFolder(folder.file("a/b"))
    let error = try #require(throws: FileError.self) { try file.commit() }
    #expect(error.description == "cannot write \(path): it is a folder; name a file")
    #expect(try Files.list(folder.path) == ["a"])
  }

  @Test func nothingCanBeWrittenAfterTheCommit() throws {
    let file = try DurableFile(folder.file("a"))
    try file.commit()
    #expect(throws: FileError.self) { try file.write([UInt8](repeating: 1, count: 1_000_000)) }
    #expect(throws: FileError.self) { try file.write([1]) }
    #expect(throws: FileError.self) { try file.commit() }
    #expect(try Files.read(folder.file("a")) == [])
  }

  @Test func aReservationMayBeLargerThanTheFile() throws {
    let file = try DurableFile(folder.file("a"))
    try file.reserve(10_000)
    try file.write([1, 2, 3])
    try file.commit()
    #expect(try Files.read(folder.file("a")) == [1, 2, 3])
  }

  @Test func permissionsAndLinksStay() throws {
    let real = folder.file("real")
    let link = folder.file("link")
    try Files.write("old", to: real)
    #expect(chmod(real, 0o640) == 0)
    #expect(symlink("real", link) == 0)
    try Files.write("new", to: link)
    #expect(try Files.read(real) == Array("new".utf8))
    var status = stat()
    #expect(lstat(link, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
    #expect(stat(real, &status) == 0 && status.st_mode & 0o777 == 0o640)
  }

  @Test func namesLeftByACrashArePassedOver() throws {
    let left = (0..<3).map { ".tmp-\(getpid())-\($0)" }
    for name in left { try Files.makeFolder(folder.file(name)) }
    try Files.write("1", to: folder.file("a"))
    #expect(try Files.list(folder.path) == left + ["a"])
  }

  @Test func twoWritersOfOneFileDoNotMix() throws {
    let path = folder.file("a")
    let first = try DurableFile(path)
    let second = try DurableFile(path)
    try first.write([1])
    try second.write([2])
    try first.commit()
    #expect(try Files.read(path) == [1])
    try second.commit()
    #expect(try Files.read(path) == [2])
    #expect(try Files.list(folder.path) == ["a"])
  }
}
