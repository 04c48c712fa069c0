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
    ("\n\n", ["", ""]), ("\r\n", [""]), ("a\r", ["a"]), ("a\rb\n", ["a\rb"]), ("a\rb\r\rc", ["a", "b", "", "c"]),
    ("\r\r\n", ["\r"]),
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

  @Test(arguments: [true, false], [true, false])
  func readsUTF16(isBigEndian: Bool, hasMark: Bool) throws {
    let path = folder.file("lines")
    // The long line puts units and surrogate pairs on both sides of the buffer's end.
    let expected = ["name\ttext", "é 文 😀", String(repeating: "😀x", count: 100_000), "end"]
    let text = (hasMark ? "\u{FEFF}" : "") + expected.joined(separator: "\r\n")
    let bytes = text.utf16.flatMap { unit in
      let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xFF))
      return isBigEndian ? [high, low] : [low, high]
    }
    try Files.write(bytes, to: path)
    let reader = try LineReader(path)
    var lines: [String] = []
    while let line = try reader.next() { lines.append(String(decoding: line.bytes, as: UTF8.self)) }
    #expect(lines == expected)
    #expect(reader.form.encoding == (isBigEndian ? .utf16BigEndian : .utf16LittleEndian))
    #expect(reader.form.lineEnd == .lineFeed)
    #expect(reader.form.oddities == ["UTF-16 text"])
  }

  @Test(
    arguments: [
      [0xFF, 0xFE, 0x61], [0xFF, 0xFE, 0x00, 0xD8], [0xFF, 0xFE, 0x00, 0xDC], [0xFF, 0xFE, 0x00, 0xD8, 0x61, 0x00],
    ] as [[UInt8]])
  func halfACharacterOfUTF16IsAnError(bytes: [UInt8]) throws {
    let error = try #require(throws: FileError.self) { try lines(bytes) }
    #expect(
      error.description
        == "\(folder.file("lines")): expected whole characters of UTF-16, found half a one; export the file again, as UTF-8"
    )
  }

  @Test func linesMayEndWithCarriageReturnsAlone() throws {
    // The last chunk ends between the two bytes of the only line break with a line feed.
    let long = String(repeating: "x", count: 262_143)
    #expect(try lines(Array("\(long)\r\nend".utf8)) == [long, "end"])
    #expect(try lines(Array("\(long)xx\rend\r".utf8)) == [long + "xx", "end"])
    let path = try folder.write("old", "a\rb\r")
    let reader = try LineReader(path)
    _ = try reader.next()
    #expect(reader.form.oddities == ["text whose lines end with a carriage return alone"])
  }

  @Test(
    arguments: [
      ([0x1F, 0x8B, 0x08, 0x00], "a gzip archive; unpack it with gunzip"),
      (
        [0x50, 0x4B, 0x03, 0x04],
        "a zip archive, as .xlsx and .ods files are; unpack it, or export the sheet as .csv in UTF-8"
      ),
      (Array("PAR1".utf8) + [0x15, 0x04], "a Parquet file; export it as .jsonl"),
      ([0xFF, 0xFE, 0x00, 0x00, 0x61, 0x00, 0x00, 0x00], "UTF-32; save it as UTF-8"),
    ] as [([UInt8], String)])
  func whatIsNoTextIsNamed(bytes: [UInt8], expected: String) throws {
    let error = try #require(throws: FileError.self) { try lines(bytes) }
    #expect(error.description == "\(folder.file("lines")): expected text, found \(expected)")
    #expect(error.kind == .badData)
  }

  @Test func wordsThatSignaturesStartWithAreText() throws {
    for text in [
      "PK", "BZh9 is a word", "PAR1 is a word", "ARROW1", "version https://git-lfs.github.com/spec/v1", "<html>",
    ] {
      #expect(try lines(Array(text.utf8)) == [text])
    }
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
