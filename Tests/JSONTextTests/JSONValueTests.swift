import JSONText
import Testing

@Suite struct JSONValueTests {
  @Test func looksInside() throws {
    #expect(JSONValue.string("a").stringValue == "a")
    #expect(JSONValue.number("1").stringValue == nil)
    #expect(JSONValue.bool(true).boolValue == true)
    #expect(JSONValue.array([1]).arrayValue == [1])
    #expect(JSONValue.object(["a": 1]).objectValue == ["a": 1])
    #expect(JSONValue.null.objectValue == nil)
  }

  @Test(arguments: [
    ("0", 0), ("-7", -7), ("9223372036854775807", Int.max), ("-9223372036854775808", Int.min),
    ("9223372036854775808", nil), ("1.0", nil), ("1e3", nil), ("18446744073709551615", nil),
  ])
  func integersArePlainAndFit(text: String, value: Int?) {
    #expect(JSONValue.number(text).integerValue == value)
  }

  @Test(arguments: [("0.1", 0.1), ("-1e-7", -1e-7), ("12", 12), ("1e308", 1e308), ("1e999", nil), ("-1e999", nil)])
  func doublesAreFinite(text: String, value: Double?) {
    #expect(JSONValue.number(text).doubleValue == value)
  }

  @Test func equalityIsByBytesAndText() {
    #expect(JSONValue.string("\u{E9}") != JSONValue.string("e\u{301}"))
    #expect(JSONValue.number("1") != JSONValue.number("1.0"))
    #expect(JSONValue.object(["a": 1, "b": 2]) != JSONValue.object(["b": 2, "a": 1]))
    #expect(JSONValue.bool(false) != JSONValue.null)
    #expect(["a": [1, 2.5, nil, true, "x"]] as JSONValue == ["a": [1, 2.5, nil, true, "x"]])
  }

  @Test func membersAreSetAddedAndRemoved() {
    var object: JSONObject = ["a": 1, "b": 2]
    object["a"] = "new"
    object["c"] = nil
    object["d"] = .null
    object["b"] = Optional<JSONValue>.none
    #expect(JSONValue.object(object).text() == #"{"a":"new","d":null}"#)
  }

  @Test func textIsCompactOrIndented() {
    let value: JSONValue = ["name": "a", "list": [1, [:], []], "inner": ["x": nil, "y": false]]
    #expect(value.text() == #"{"name":"a","list":[1,{},[]],"inner":{"x":null,"y":false}}"#)
    #expect(
      value.text(indented: true) == """
        {
          "name": "a",
          "list": [
            1,
            {},
            []
          ],
          "inner": {
            "x": null,
            "y": false
          }
        }
        """)
  }

  @Test func textEscapesWhatMustBeEscaped() {
    let value = JSONValue.string("\"\\/\u{0}\u{8}\t\n\u{B}\u{C}\r\u{1F}\u{7F}é😀\u{2028}")
    #expect(value.text() == "\"\\\"\\\\/\\u0000\\b\\t\\n\\u000b\\f\\r\\u001f\u{7F}é😀\u{2028}\"")
  }

  @Test(arguments: [
    (0.1, "0.1"), (2, "2.0"), (1e-5, "1e-05"), (Double.leastNonzeroMagnitude, "5e-324"), (-1.5e300, "-1.5e+300"),
    (-0.0, "-0.0"),
  ])
  func doublesAreShortestAndReadBack(value: Double, text: String) throws {
    #expect(JSONValue(value).text() == text)
    let read = try JSONReader.parse(Array(text.utf8)).doubleValue
    #expect(read?.bitPattern == value.bitPattern)
  }

  @Test func floatsAreShortestForTheirOwnType() {
    #expect(JSONValue(Float(0.1)).text() == "0.1")
    #expect(JSONValue(Float(1) / 3).text() == "0.33333334")
  }

  @Test func textReadsBack() throws {
    let value: JSONValue = ["a\"b": [1, -2.5, "\u{1F}é", ["": nil]], "empty": [:], "list": []]
    #expect(try JSONReader.parse(Array(value.text().utf8)) == value)
    #expect(try JSONReader.parse(Array(value.text(indented: true).utf8)) == value)
  }
}
