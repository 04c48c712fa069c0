import Files
import TestSupport
import Testing

@Suite struct LineReaderTests {
  let folder = TemporaryFolder()

  private func lines(_ bytes: [UInt8], maximumLineBytes: Int = 1 << 26) throws -> [String] {
    let path = folder.file("lines")
    try Files.write(bytes, to: path)
    let reader = try LineReader(path, maximumLineBytes: maximumLineBytes)
    var lines: [String] = []
    while let (number, bytes) = try reader.next() {
      lines.append(String(decoding: bytes, as: UTF8.self))
      #expect(number == lines.count)
    }
    #expect(try reader.next() == nil)
    return lines
  }

  @Test(arguments: [
    ("", []), ("a", ["a"]), ("a\n", ["a"]), ("a\nb", ["a", "b"]), ("a\r\nb\r\n", ["a", "b"]), ("\n", [""]),
    ("\n\n", ["", ""]), ("\r\n", [""]), ("a\r", ["a\r"]), ("a\rb\n", ["a\rb"]), ("\r\r\n", ["\r"]),
    ("a\n\nb", ["a", "", "b"]),
    ("\u{FEFF}", []), ("\u{FEFF}a\n\u{FEFF}b", ["a", "\u{FEFF}b"]), ("\u{FEFF}\n", [""]), (" a \n", [" a "]),
    ("é\u{2028}b\u{85}c\n", ["é\u{2028}b\u{85}c"]), ("a\0b\n", ["a\0b"]),
  ])
  func splitsLines(text: String, expected: [String]) throws {
    let result = try lines(Array(text.utf8))
    #expect(result.map { Array($0.utf8) } == expected.map { Array($0.utf8) })
  }

  @Test(arguments: [[0xEF], [0xEF, 0xBB], [0xEF, 0xBB, 0x41]] as [[UInt8]])
  func aPartOfAByteOrderMarkIsContent(bytes: [UInt8]) throws {
    let path = folder.file("lines")
    try Files.write(bytes, to: path)
    #expect(try LineReader(path).next()?.bytes == bytes)
  }

  @Test func linesCrossTheBuffer() throws {
    // Lengths around the size of the buffer, so that line breaks fall on both sides of its end.
    for length in [262_141, 262_142, 262_143, 262_144, 262_145, 600_000] {
      let long = String(decoding: [UInt8](repeating: UInt8(ascii: "x"), count: length), as: UTF8.self)
      for lineBreak in ["\n", "\r\n"] {
        let text = [long, "short", "", long, "end"].joined(separator: lineBreak)
        #expect(try lines(Array(text.utf8)) == [long, "short", "", long, "end"])
      }
    }
  }

  @Test func manyLinesKeepTheirNumbers() throws {
    let expected = (0..<100_000).map { "line \($0)" }
    #expect(try lines(Array(expected.joined(separator: "\n").utf8)) == expected)
  }

  @Test func aLineMayNotBeTooLong() throws {
    #expect(try lines(Array("12345\n12345\r\n12345".utf8), maximumLineBytes: 5) == ["12345", "12345", "12345"])
    for bad in ["1\n123456\n2", "1\n123456", "1\n123456\r\n", "1\n" + String(repeating: "x", count: 1_000_000)] {
      let error = try #require(throws: FileError.self) { try lines(Array(bad.utf8), maximumLineBytes: 5) }
      #expect(
        error.description
          == "\(folder.file("lines")):2: the line has more than 5 bytes; check that the file is text in lines")
      #expect(error.kind == .badData)
    }
  }

  @Test func whatCannotBeReadIsAnError() throws {
    let missing = try #require(throws: FileError.self) { try LineReader(folder.file("no")) }
    #expect(missing.description == "cannot read \(folder.file("no")): no such file or folder; check the path")
    #expect(missing.kind == .missingInput)
    let reader = try #require(throws: FileError.self) { try LineReader(folder.path).next() }
    #expect(reader.description == "cannot read \(folder.path): it is a folder; name a file")
  }
}
