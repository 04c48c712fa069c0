import JSONText
import Testing

@Suite struct JSONCursorTests {
  @Test func readsWhatItIsAskedFor() throws {
    var cursor = JSONCursor(Array(" { \"a\" : [1, true, \"x\\n\"] , \"b\" : {\"c\":[{}]} , \"d\" : null } ".utf8))
    var names: [String] = []
    var number = ""
    var flag = false
    var text = ""
    try cursor.readObject { (cursor, name) throws(JSONError) in
      names.append(name)
      if name != "a" { return try cursor.skipValue() }
      #expect(cursor.offset == 9)
      var index = 0
      try cursor.readArray { (cursor) throws(JSONError) in
        switch index {
        case 0: number = try cursor.readNumber()
        case 1: flag = try cursor.readBool()
        default: text = try cursor.readString()
        }
        index += 1
      }
    }
    try cursor.finish()
    #expect(names == ["a", "b", "d"])
    #expect(number == "1" && flag && text == "x\n")
  }

  @Test(
    arguments: [
      ("null", .null), ("true", .bool), ("false", .bool), ("-1", .number), ("7", .number), ("\"\"", .string),
      ("[]", .array), ("{}", .object),
    ] as [(String, JSONCursor.Kind)])
  func tellsTheKindOfTheNextValue(text: String, kind: JSONCursor.Kind) throws {
    #expect(try JSONCursor(Array(text.utf8)).nextKind() == kind)
  }

  /// What is skipped is checked as strictly as what is read.
  @Test(arguments: [
    "", "nul", "01", "1e", "\"a", "\"\\x\"", "[1,]", "[1 2]", "{\"a\"}", "{\"a\":1,\"a\":2}",
    "{\"a\":{\"b\":1,\"\\u0062\":1}}",
    "[[[[[]]]]", "{\"a\":\"\\ud800\"}", "tru", "[nulL]",
  ])
  func skippingFindsEveryMistake(text: String) throws {
    let bytes = Array(text.utf8)
    let reading = try #require(throws: JSONError.self) { try JSONReader.parse(bytes) }
    let skipping = try #require(throws: JSONError.self) {
      var cursor = JSONCursor(bytes)
      try cursor.skipValue()
      try cursor.finish()
    }
    #expect(reading == skipping)
  }

  @Test func skippingPassesOverAnything() throws {
    let text = #" [null, true, false, -1.5e+3, "é\ud83d\ude00\"", {"a": [[], {}], "b": "c"}] "#
    var cursor = JSONCursor(Array(text.utf8))
    try cursor.skipValue()
    try cursor.finish()
    #expect(cursor.offset == text.utf8.count)
  }

  @Test func anotherKindIsAnError() throws {
    func message(_ read: (inout JSONCursor) throws(JSONError) -> Void, _ text: String) throws -> String {
      try #require(throws: JSONError.self) {
        var cursor = JSONCursor(Array(text.utf8))
        try read(&cursor)
      }.description
    }
    #expect(
      try message({ (cursor) throws(JSONError) in _ = try cursor.readString() }, "1")
        == "line 1, column 1: expected a string, found \"1\"")
    #expect(
      try message({ (cursor) throws(JSONError) in _ = try cursor.readNumber() }, " []")
        == "line 1, column 2: expected a number, found \"[\"")
    #expect(
      try message({ (cursor) throws(JSONError) in _ = try cursor.readBool() }, "null")
        == "line 1, column 1: expected true or false, found \"n\"")
    #expect(
      try message({ (cursor) throws(JSONError) in try cursor.readArray { (_) throws(JSONError) in } }, "{}")
        == "line 1, column 1: expected an array, found \"{\"")
    #expect(
      try message({ (cursor) throws(JSONError) in try cursor.readObject { (_, _) throws(JSONError) in } }, "\"\"")
        == "line 1, column 1: expected an object, found \"\"\"")
  }

  @Test func errorsCanBeMadeForAnyPlace() throws {
    let cursor = JSONCursor(Array("{\n\"é\": 1}".utf8))
    #expect(cursor.error("odd").description == "line 1, column 1: odd")
    #expect(cursor.error("odd", at: 7).description == "line 2, column 5: odd")
    #expect(cursor.error("odd", at: 1000).description == "line 2, column 8: odd")
    #expect(cursor.error("odd", at: -5).description == "line 1, column 1: odd")
  }
}
