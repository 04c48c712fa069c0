import Datasets
import TestSupport
import Testing

/// Files of JSON as programs write them that do not put one object on a line.
@Suite struct JSONObjectsTests {
  private let folder = TemporaryFolder()
  private let first = #"{"_id": "a", "text": "x"}"#
  private let second = #"{"_id": "b", "text": "y"}"#

  private func problem(_ text: String) throws -> String? {
    let file = try folder.write("c.jsonl", text)
    return message { _ = try Corpus(file: file) }.map(folder.shortened)
  }

  @Test(arguments: [
    ("[FIRST,\n\nSECOND]\n", "one JSON array"), ("[FIRST, SECOND]", "one JSON array"),
    ("\n[\n FIRST,\n SECOND\n]", "one JSON array"),
    ("FIRSTSECOND\n", "JSON objects one behind the other"),
    (
      "{\n  \"_id\": \"a\",\n  \"text\": \"x\"\n}\n{\n  \"_id\": \"b\",\n  \"text\": \"y\"\n}\n",
      "JSON objects one behind the other"
    ),
  ])
  func objectsInAnotherOrderOfLinesAreRead(_ text: String, _ form: String) throws {
    let written = text.replacing("FIRST", with: first).replacing("SECOND", with: second)
    let corpus = try Corpus(file: folder.write("c.jsonl", written))
    #expect(corpus.documents == [Document(id: "a", text: "x"), Document(id: "b", text: "y")])
    #expect(
      corpus.warnings.map(folder.shortened) == ["c.jsonl: read as \(form), though a .jsonl file has one object a line"])
  }

  @Test func theUsualFormIsReadWithoutAWord() throws {
    for text in ["\(first)\n\(second)\n", "\u{FEFF}\(first)\r\n\r\n \(second) "] {
      let corpus = try Corpus(file: folder.write("c.jsonl", text))
      #expect(corpus.documents.map(\.id) == ["a", "b"])
      #expect(corpus.warnings.isEmpty)
    }
  }

  @Test func otherTextFormsAreRead() throws {
    let text = "\u{FEFF}\(first)\n\(second)\n"
    let corpus = try Corpus(file: folder.write("c.jsonl", text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }))
    #expect(corpus.documents.map(\.id) == ["a", "b"])
    #expect(corpus.warnings.map(folder.shortened) == ["c.jsonl: read as UTF-16 text"])
    let old = try Corpus(file: folder.write("c.jsonl", "\(first)\r\(second)\r"))
    #expect(old.documents.map(\.id) == ["a", "b"])
    #expect(
      old.warnings.map(folder.shortened) == ["c.jsonl: read as text whose lines end with a carriage return alone"])
  }

  @Test func aProblemOfAllLinesIsToldOnce() throws {
    let python = #"{'_id': 'a', 'text': 'x'}"#
    #expect(
      try problem("\(python)\n\(python)\n\(python)\n")
        == "c.jsonl:1: expected JSON, found single quotation marks; write the file with a JSON library, such as json.dumps "
        + "in Python (and in lines 2, 3)")
    for word in ["NaN", "Infinity", "-Infinity", "None", "True"] {
      let line = "{\"_id\": \"a\", \"text\": \(word)}"
      #expect(
        try problem("\(line)\n\(line)\n")
          == "c.jsonl:1: expected JSON, found \(word.replacing("-", with: "")), which JSON does not know; write null, true, false or a number "
          + "(and in line 2)")
    }
    #expect(
      try problem("\(first),\n\(second),\n")
        == "c.jsonl:1: expected a JSON object, found a comma behind it; write one object a line, without commas between "
        + "(and in line 2)")
  }

  @Test func aTextThatIsNoJSONIsOneProblem() throws {
    #expect(
      try problem("[\n  \(first),\n  {\"_id\" \"b\"}\n]\n")
        == "c.jsonl:3: expected a JSON object: column 10: expected \":\" after a member name, found \"\"\"; "
        + "write one object a line")
    // A first line cut short is one line among others.
    let cut = try problem("{\"_id\": \"a\", \"te\n\(second)\n[1]\n")
    #expect(cut?.split(separator: "\n").count == 2)
    #expect(cut?.hasPrefix("c.jsonl:1: expected a JSON object: column ") == true)
    #expect(cut?.hasSuffix("c.jsonl:3: expected a JSON object, found an array; write one object a line") == true)
  }

  @Test func blankTextsAreTexts() throws {
    let file = try folder.write("q.jsonl", #"{"_id": "q1", "text": ""}"# + "\n" + #"{"_id": "q2", "text": " "}"# + "\n")
    #expect(try Queries(file: file).queries.map(\.text) == ["", " "])
  }
}
