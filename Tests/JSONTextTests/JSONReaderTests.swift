import JSONText
import Testing

@Suite struct JSONReaderTests {
  @Test(
    arguments: [
      ("null", nil), ("true", true), (" \t\r\n false ", false), ("0", 0), ("-12", -12), ("\"\"", ""),
      ("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "a\"\\/\u{8}\u{C}\n\r\t"),
      ("\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00\"", "A\u{E9}€😀"),
      ("\"é€😀\"", "é€😀"), ("\"\\u0000\"", "\0"), ("[]", []), ("[ 1 , [2], {} ]", [1, [2], [:]]),
      ("{\"a\": 1, \"b\": [true, null]}", ["a": 1, "b": [true, nil]]), ("{\"\":{\"\":0}}", ["": ["": 0]]),
    ] as [(String, JSONValue)])
  func readsValues(text: String, value: JSONValue) throws {
    #expect(try JSONReader.parse(Array(text.utf8)) == value)
  }

  @Test(arguments: ["0", "-0", "1.0", "1e5", "1E+05", "-0.5e-3", "123456789012345678901234567890", "1e999"])
  func keepsTheTextOfNumbers(text: String) throws {
    #expect(try JSONReader.parse(Array(text.utf8)) == .number(text))
  }

  @Test(arguments: [
    ("", "line 1, column 1: expected a value, found the end of the text"),
    (" \n ", "line 2, column 2: expected a value, found the end of the text"),
    ("nul", "line 1, column 1: expected a value, found \"n\""),
    ("truth", "line 1, column 1: expected a value, found \"t\""),
    ("1 2", "line 1, column 3: expected the end of the text, found \"2\""),
    ("{} // x", "line 1, column 4: expected the end of the text, found \"/\""),
    ("null\0", "line 1, column 5: expected the end of the text, found the byte 0x00"),
    ("\u{FEFF}1", "line 1, column 1: expected a value, found a byte order mark"),
    ("01", "line 1, column 2: a number starts with 0"),
    ("-", "line 1, column 2: expected a digit, found the end of the text"),
    ("-x", "line 1, column 2: expected a digit, found \"x\""),
    ("+1", "line 1, column 1: expected a value, found \"+\""),
    (".5", "line 1, column 1: expected a value, found \".\""),
    ("1.", "line 1, column 3: expected a digit after \".\", found the end of the text"),
    ("1e", "line 1, column 3: expected a digit of the exponent, found the end of the text"),
    ("1e+", "line 1, column 4: expected a digit of the exponent, found the end of the text"),
    ("NaN", "line 1, column 1: expected a value, found \"N\""),
    ("[1,]", "line 1, column 4: expected a value, found \"]\""),
    ("[1 2]", "line 1, column 4: expected \",\" or \"]\", found \"2\""),
    ("[", "line 1, column 2: expected a value, found the end of the text"),
    ("[1", "line 1, column 3: expected \",\" or \"]\", found the end of the text"),
    ("{", "line 1, column 2: expected a member name in quotation marks, found the end of the text"),
    ("{\"a\":1,}", "line 1, column 8: expected a member name in quotation marks, found \"}\""),
    ("{a:1}", "line 1, column 2: expected a member name in quotation marks, found \"a\""),
    ("{\"a\" 1}", "line 1, column 6: expected \":\" after a member name, found \"1\""),
    ("{\"a\":1 \"b\":2}", "line 1, column 8: expected \",\" or \"}\", found \"\"\""),
    ("{\"é\":1,\n \"\\u00e9\":2}", "line 2, column 2: the member name \"é\" stands twice in one object"),
    ("\"a", "line 1, column 3: expected the closing quotation mark of a string, found the end of the text"),
    ("\"\\n", "line 1, column 4: expected the closing quotation mark of a string, found the end of the text"),
    ("\"a\nb\"", "line 1, column 3: a control character stands in a string without an escape (0x0A)"),
    ("\"\\n\t\"", "line 1, column 4: a control character stands in a string without an escape (0x09)"),
    ("\"\\x\"", "line 1, column 3: expected one of \" \\ / b f n r t u after a backslash, found \"x\""),
    ("\"\\u12g4\"", "line 1, column 6: expected four hexadecimal digits after \"\\u\", found \"g\""),
    ("\"\\ud800\"", "line 1, column 2: an escape names half of a surrogate pair"),
    ("\"\\ud800\\u0041\"", "line 1, column 2: an escape names half of a surrogate pair"),
    ("\"\\ud800\\n\"", "line 1, column 2: an escape names half of a surrogate pair"),
    ("\"\\udc00\\ud800\"", "line 1, column 2: an escape names half of a surrogate pair"),
  ])
  func saysWhatIsWrong(text: String, message: String) throws {
    let error = try #require(throws: JSONError.self) { try JSONReader.parse(Array(text.utf8)) }
    #expect(error.description == message)
  }

  @Test(
    arguments: [
      [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xE2, 0x82],
      [0xE2, 0x28, 0xA1], [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80],
      [0xF0, 0x9F, 0x98], [0xFF], [0xF8, 0x88, 0x80, 0x80, 0x80],
    ] as [[UInt8]])
  func refusesWhatIsNotUTF8(sequence: [UInt8]) throws {
    for prefix in ["\"ab", "\"\\n"] {
      let error = try #require(throws: JSONError.self) {
        try JSONReader.parse(Array(prefix.utf8) + sequence + Array("\"".utf8))
      }
      #expect(error.description == "line 1, column 4: the text is not UTF-8")
      #expect(error.offset == 3)
    }
  }

  @Test func readsEveryScalarWrittenAndEscaped() throws {
    for block in stride(from: UInt32(0), to: 0x110000, by: 0x400) {
      let scalars = (block..<block + 0x400).compactMap { Unicode.Scalar($0) }
      let text = String(String.UnicodeScalarView(scalars))
      let written = scalars.filter { $0.value >= 0x20 && $0 != "\"" && $0 != "\\" }
      let escaped = text.utf16.map { "\\u" + String(0x10000 + UInt32($0), radix: 16).dropFirst() }.joined()
      let expected = [JSONValue.string(String(String.UnicodeScalarView(written))), .string(text)]
      let json = "[\"" + String(String.UnicodeScalarView(written)) + "\",\"" + escaped + "\"]"
      #expect(try JSONReader.parse(Array(json.utf8)) == .array(expected), "from U+\(String(block, radix: 16))")
    }
  }

  @Test func findsDuplicatesInLargeObjects() throws {
    for count in [2, 8, 9, 40, 3000] {
      let members = (0..<count).map { "\"name\($0)\":{\"a\":\($0)}" }
      let good = "{" + members.joined(separator: ",") + "}"
      #expect(try JSONReader.parse(Array(good.utf8)).objectValue?.members.count == count)
      let bad = "{" + members.joined(separator: ",") + ",\"name\(count / 2)\":1}"
      let error = try #require(throws: JSONError.self) { try JSONReader.parse(Array(bad.utf8)) }
      #expect(error.message == "the member name \"name\(count / 2)\" stands twice in one object")
      #expect(error.offset == good.utf8.count)
    }
  }

  @Test func keepsNamesApartThatAreOnlyCanonicallyEquivalent() throws {
    let object = try #require(try JSONReader.parse(Array("{\"\u{E9}\":1,\"e\u{301}\":2}".utf8)).objectValue)
    #expect(object["\u{E9}"] == 1)
    #expect(object["e\u{301}"] == 2)
  }

  @Test func boundsTheDepth() throws {
    func nested(_ depth: Int) -> [UInt8] {
      Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
    }
    _ = try JSONReader.parse(nested(128))
    let error = try #require(throws: JSONError.self) { try JSONReader.parse(nested(129)) }
    #expect(error.description == "line 1, column 129: arrays and objects are nested deeper than 128 levels")
    #expect(throws: JSONError.self) { try JSONReader.parse(nested(1_000_000)) }
    #expect(throws: JSONError.self) { try JSONReader.parse(nested(3), maximumDepth: 2) }
  }

  @Test func escapedNamesAreFoundTwiceInLargeObjects() throws {
    let members = (0..<100).map { "\"n\\u0061me\($0)\":1" }
    let error = try #require(throws: JSONError.self) {
      try JSONReader.parse(Array(("{" + members.joined(separator: ",") + ",\"name7\":1}").utf8))
    }
    #expect(error.message == "the member name \"name7\" stands twice in one object")
  }

  @Test func readsAPartOfSomeBytes() throws {
    let bytes = Array("xx[1]yy".utf8)
    #expect(try JSONReader.parse(bytes[2..<5]) == [1])
    let error = try #require(throws: JSONError.self) { try JSONReader.parse(bytes[2..<6]) }
    #expect(error.offset == 3)
  }
}
