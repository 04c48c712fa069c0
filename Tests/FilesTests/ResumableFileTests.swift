import Files
import TestSupport
import Testing

@Suite struct ResumableFileTests {
  private let folder = TemporaryFolder()

  @Test func aFileGrowsOverSeveralOpenings() throws {
    let path = folder.file("part")
    try ResumableFile(path).append([1, 2])
    let second = try ResumableFile(path)
    #expect(second.size == 2)
    try second.append([3])
    #expect(second.size == 3)
    #expect(try Files.read(path) == [1, 2, 3])
    try second.clear()
    #expect(second.size == 0)
    try second.append([4, 10, 5])
    try second.commit(as: folder.file("whole"))
    #expect(try Files.list(folder.path) == ["whole"])
    #expect(try Files.read(folder.file("whole")) == [4, 10, 5])
  }

  @Test func whatIsNoFileIsRefused() throws {
    try Files.makeFolder(folder.file("part"))
    #expect(throws: FileError.self) { try ResumableFile(folder.file("part")) }
    #expect(throws: FileError.self) { try ResumableFile(folder.file("none/part")) }
    #expect(throws: FileError.self) { try ResumableFile("/dev/null") }
  }
}
