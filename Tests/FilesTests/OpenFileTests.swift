import Files
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct RandomAccessFileTests {
  let folder = TemporaryFolder()

  @Test func readsAnywhere() throws {
    let path = folder.file("a")
    try Files.write((0..<100).map { UInt8($0) }, to: path)
    let file = try RandomAccessFile(path)
    #expect(file.size == 100)
    #expect(try file.read(at: 0, count: 3) == [0, 1, 2])
    #expect(try file.read(at: 97, count: 3) == [97, 98, 99])
    #expect(try file.read(at: 100, count: 0) == [])
    #expect(try file.read(UInt16.self, at: 1, count: 2) == [0x0201, 0x0403])
    #expect(try file.read(Int8.self, at: 99, count: 1) == [99])
    var numbers: [UInt32] = [0, 0]
    var span = numbers.mutableSpan
    try file.read(into: &span, at: 4)
    #expect(numbers == [0x0706_0504, 0x0B0A_0908])
    span = numbers.mutableSpan
    try file.read(into: &span, range: 1..<2, at: 0)
    #expect(numbers == [0x0706_0504, 0x0302_0100])
    for range in [1..<3, -1..<1] {
      #expect(throws: FileError.self) {
        var span = numbers.mutableSpan
        try file.read(into: &span, range: range, at: 0)
      }
    }
  }

  @Test(arguments: [(98, 3), (101, 0), (-1, 1), (0, -1), (0, Int.max), (Int.max, 1), (Int.max, Int.max), (100, 1)])
  func refusesWhatIsOutside(offset: Int, count: Int) throws {
    let path = folder.file("a")
    try Files.write([UInt8](repeating: 1, count: 100), to: path)
    let file = try RandomAccessFile(path)
    let error = try #require(throws: FileError.self) { try file.read(at: offset, count: count) }
    #expect(
      error.description
        == "cannot read \(path): it ends at byte 100, before what was asked for; fetch or copy it again")
    #expect(error.kind == .badData)
    #expect(throws: FileError.self) { try file.read(Double.self, at: offset, count: count) }
  }

  @Test func aFileThatWasCutShortIsAnError() throws {
    let path = folder.file("a")
    try Files.write([UInt8](repeating: 1, count: 100), to: path)
    let file = try RandomAccessFile(path)
    #expect(truncate(path, 50) == 0)
    let error = try #require(throws: FileError.self) { try file.read(at: 10, count: 90) }
    #expect(error.description.contains("it ends at byte 50, before what was asked for"))
    var numbers = [UInt8](repeating: 0, count: 60)
    #expect(throws: FileError.self) {
      var span = numbers.mutableSpan
      try file.read(into: &span, at: 0)
    }
  }
}

@Suite struct AppendingFileTests {
  let folder = TemporaryFolder()

  @Test func linesAreAdded() throws {
    let path = folder.file("log")
    do {
      let file = try AppendingFile(path)
      try file.append(line: "one")
      try file.append(line: "")
      try file.synchronize()
    }
    try AppendingFile(path).append(line: "é")
    #expect(try Files.read(path) == Array("one\n\né\n".utf8))
  }

  @Test func aLineCutShortByACrashIsEnded() throws {
    let path = folder.file("log")
    try Files.write("one\ntw", to: path)
    try AppendingFile(path).append(line: "three")
    #expect(try Files.read(path) == Array("one\ntw\nthree\n".utf8))
  }

  @Test func aLineBreakInALineIsRefused() throws {
    let path = folder.file("log")
    let file = try AppendingFile(path)
    let error = try #require(throws: FileError.self) { try file.append(line: "a\nb") }
    #expect(
      error.description
        == "cannot write \(path): a line for it contains a line break; this is a fault of the program")
    #expect(try Files.read(path) == [])
  }

  @Test func linesOfManyTasksStayWhole() async throws {
    let path = folder.file("log")
    let file = try AppendingFile(path)
    try await withThrowingTaskGroup { group in
      for task in 0..<8 {
        group.addTask {
          for _ in 0..<200 { try file.append(line: String(repeating: "\(task)", count: 500)) }
        }
      }
      try await group.waitForAll()
    }
    let reader = try LineReader(path)
    var counts: [String: Int] = [:]
    while let (_, bytes) = try reader.next() { counts[String(decoding: bytes, as: UTF8.self), default: 0] += 1 }
    #expect(counts == Dictionary(uniqueKeysWithValues: (0..<8).map { (String(repeating: "\($0)", count: 500), 200) }))
  }

  @Test func whatCannotBeMadeIsAnError() throws {
    let path = folder.file("no/log")
    let error = try #require(throws: FileError.self) { try AppendingFile(path) }
    #expect(error.description == "cannot write \(path): no such file or folder; check the path")
    #expect(error.kind == .cannotCreate)
  }
}

@Suite struct FolderLockTests {
  let folder = TemporaryFolder()

  @Test func onlyOneHasTheLock() throws {
    do {
      let lock = try FolderLock(folder.path, name: "run.lock", advice: "choose another output folder")
      #expect(lock.path == folder.path)
      let error = try #require(throws: FileError.self) {
        try FolderLock(folder.path, name: "run.lock", advice: "choose another output folder")
      }
      #expect(error.kind == .temporary)
      let prefix = "\(folder.path) is in use by process \(getpid()) on "
      #expect(error.description.hasPrefix(prefix))
      #expect(error.description.hasSuffix("Z; wait until it ends, or choose another output folder"))
      let content = String(decoding: try Files.read(folder.file("run.lock")), as: UTF8.self)
      #expect(error.description.contains(content.dropLast()))
      let time = content.dropLast().suffix(20)
      #expect(
        time.utf8.enumerated().allSatisfy { index, byte in
          switch index {
          case 4, 7: byte == UInt8(ascii: "-")
          case 10: byte == UInt8(ascii: "T")
          case 13, 16: byte == UInt8(ascii: ":")
          case 19: byte == UInt8(ascii: "Z")
          default: UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
          }
        })
    }
    let again = try FolderLock(folder.path, name: "run.lock", advice: "choose another output folder")
    #expect(throws: FileError.self) {
      try FolderLock(folder.path, name: "run.lock", advice: "choose another output folder")
    }
    withExtendedLifetime(again) {}
  }

  @Test func aHolderThatHasNotWrittenItsNameIsAnotherProcess() throws {
    let lock = try FolderLock(folder.path, name: "run.lock", advice: "choose another output folder")
    #expect(truncate(folder.file("run.lock"), 5) == 0)
    let error = try #require(throws: FileError.self) {
      try FolderLock(folder.path, name: "run.lock", advice: "choose another output folder")
    }
    #expect(
      error.description == "\(folder.path) is in use by another process; wait until it ends, or choose another "
        + "output folder")
    withExtendedLifetime(lock) {}
  }

  @Test func manyThreadsGiveOneHolder() async throws {
    for round in 0..<50 {
      // A folder for each round: the value of a finished task may live on for a moment, and its lock with it.
      let path = folder.file("\(round)")
      try Files.makeFolder(path)
      let locks = await withTaskGroup(of: FolderLock?.self) { group in
        for _ in 0..<8 {
          group.addTask { try? FolderLock(path, name: "run.lock", advice: "choose another output folder") }
        }
        return await group.reduce(into: [FolderLock]()) { if let lock = $1 { $0.append(lock) } }
      }
      #expect(locks.count == 1)
    }
  }

  @Test func aFolderThatIsMissingIsAnError() throws {
    let path = folder.file("no")
    let error = try #require(throws: FileError.self) {
      try FolderLock(path, name: "run.lock", advice: "choose another output folder")
    }
    #expect(error.description == "cannot lock \(path)/run.lock: no such file or folder; check the path")
    #expect(error.kind == .cannotCreate)
  }
}
