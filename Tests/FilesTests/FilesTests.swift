import Files
import Testing

@Suite struct FilesTests {
  let folder = TemporaryFolder()

  @Test func writesAndReads() throws {
    let path = folder.path("a.bin")
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
}
