import Datasets
import Files
import TestSupport
import Testing

@Suite struct CorpusTests {
  @Test func readsDocuments() throws {
    let folder = TemporaryFolder()
    let text =
      "\u{FEFF}{\"_id\": \"a\", \"title\": \"T\", \"text\": \"x\", \"metadata\": {\"url\": [1, {}]}}\r\n\n"
      + " \t{\"text\": \"caf\\u00e9 \\ud83d\\ude42\", \"_id\": 9007199254740993, \"title\": null} \r\n{\"_id\":\"c\",\"text\":\"\"}"
    let corpus = try Corpus(file: folder.write("corpus.jsonl", text))
    #expect(
      corpus.documents == [
        Document(id: "a", title: "T", text: "x"), Document(id: "9007199254740993", text: "café 🙂"),
        Document(id: "c", text: ""),
      ])
    #expect(corpus.index(of: "9007199254740993") == 1)
    #expect(corpus.index(of: "b") == nil)
    #expect(corpus["c"]?.content == "")
  }

  @Test(arguments: [
    ("Title", "Text", "Title Text"), ("", "Text", "Text"), ("Title", "", "Title"), (" a ", "\n b\u{A0}", "a  \n b"),
    ("", "", ""),
  ])
  func contentIsTitleAndText(_ title: String, _ text: String, _ content: String) {
    #expect(Document(id: "d", title: title, text: text).content == content)
  }

  @Test func identifiersAreEqualOnlyByBytes() throws {
    let folder = TemporaryFolder()
    let text = "{\"_id\": \"\u{E9}\", \"text\": \"one\"}\n{\"_id\": \"e\u{301}\", \"text\": \"two\"}\n"
    let corpus = try Corpus(file: folder.write("corpus.jsonl", text))
    #expect(corpus.index(of: "\u{E9}") == 0 && corpus.index(of: "e\u{301}") == 1)
  }

  @Test func readsQueries() throws {
    let folder = TemporaryFolder()
    let queries = try Queries(
      file: folder.write(
        "q", "{\"_id\": \"q1\", \"text\": \"what is it\"}\n{\"_id\": 2, \"text\": \"a\", \"slice\": \"short\"}"))
    #expect(
      queries.queries == [Query(id: "q1", text: "what is it"), Query(id: "2", text: "a", slice: "short")])
    #expect(queries["2"]?.text == "a" && queries["3"] == nil && queries.index(of: "2") == 1)
  }

  @Test(arguments: malformedCorpora)
  func saysWhatIsWrongWithACorpus(_ text: String, _ expected: String) throws {
    let folder = TemporaryFolder()
    let file = try folder.write("corpus.jsonl", text)
    #expect(message { _ = try Corpus(file: file) }.map(folder.shortened) == expected)
  }

  @Test(arguments: malformedQueries)
  func saysWhatIsWrongWithQueries(_ text: String, _ expected: String) throws {
    let folder = TemporaryFolder()
    let file = try folder.write("queries.jsonl", text)
    #expect(message { _ = try Queries(file: file) }.map(folder.shortened) == expected)
  }

  @Test func refusesOtherEncodings() throws {
    let folder = TemporaryFolder()
    let bytes = Array("{\"_id\": \"a\", \"text\": \"".utf8) + [0xE9] + Array("\"}".utf8)
    let file = try folder.write("corpus.jsonl", bytes)
    #expect(
      message { _ = try Corpus(file: file) }.map(folder.shortened)
        == "corpus.jsonl:1: expected UTF-8 text, found other bytes, as Windows-1252 and other older encodings have them; "
        + "convert the file to UTF-8")
  }

  @Test func listsTenProblemsAndCountsTheRest() throws {
    let folder = TemporaryFolder()
    let file = try folder.write("corpus.jsonl", (1...25).map { "{\"_id\": \"a \($0)\"}\n" }.joined())
    do throws(DatasetError) {
      _ = try Corpus(file: file)
      Issue.record("nothing was thrown")
    } catch {
      #expect(error.count == 25 && error.problems.count == 10 && error.kind == .badData)
      let lines = folder.shortened(error.description).split(separator: "\n")
      #expect(lines.count == 11)
      #expect(
        lines[9]
          == "corpus.jsonl:10: expected \"_id\" to be \(idRule), found \"a 10\"; use another identifier")
      #expect(lines[10] == "and 15 more like these")
    }
  }

  @Test func aMissingFileIsMissingInput() throws {
    do throws(DatasetError) {
      _ = try Corpus(file: "/tmp/no/such/corpus.jsonl")
      Issue.record("nothing was thrown")
    } catch {
      #expect(error.kind == .missingInput)
      #expect(error.description.hasPrefix("cannot read /tmp/no/such/corpus.jsonl: "))
    }
  }
}

private let object = "write one object a line"
private let idRule = "a string without white space, or an integer"

private let malformedCorpora: [(String, String)] = [
  (
    "",
    "corpus.jsonl: expected an object a line with \"_id\" and \"text\", found nothing; check that the file is complete"
  ),
  (
    "\n \n",
    "corpus.jsonl: expected an object a line with \"_id\" and \"text\", found nothing; check that the file is complete"
  ),
  (
    "[1, 2]",
    "corpus.jsonl:1: expected a JSON object, found a number; \(object)\n"
      + "corpus.jsonl: read as one JSON array, though a .jsonl file has one object a line"
  ),
  ("\n7", "corpus.jsonl:2: expected a JSON object, found a number; \(object)"),
  ("null", "corpus.jsonl:1: expected a JSON object, found null; \(object)"),
  (
    "{\"_id\": \"a\"}",
    "corpus.jsonl:1: expected \"text\", a string, found no such member (there are \"_id\"); add it"
  ),
  (
    "{\"id\": \"a\", \"text\": \"x\"}",
    "corpus.jsonl:1: expected \"_id\", \(idRule), found no such member (there are \"id\", \"text\"); add it"
  ),
  ("{}", "corpus.jsonl:1: expected \"_id\", \(idRule), found no such member; add it"),
  (
    "{\"_id\": null, \"text\": \"x\"}",
    "corpus.jsonl:1: expected \"_id\", \(idRule), found no such member (there are \"text\"); add it"
  ),
  (
    "{\"_id\": \"\", \"text\": \"x\"}",
    "corpus.jsonl:1: expected \"_id\" to be \(idRule), found an empty string; use another identifier"
  ),
  (
    "{\"_id\": \"a b\", \"text\": \"x\"}",
    "corpus.jsonl:1: expected \"_id\" to be \(idRule), found \"a b\"; use another identifier"
  ),
  (
    "{\"_id\": \"a\\u0000\", \"text\": \"x\"}",
    "corpus.jsonl:1: expected \"_id\" to be \(idRule), found \"a\\u0000\"; use another identifier"
  ),
  (
    "{\"_id\": \"\u{FEFF}a\", \"text\": \"x\"}",
    "corpus.jsonl:1: expected \"_id\" to be \(idRule), found \"\u{FEFF}a\"; use another identifier"
  ),
  (
    "{\"_id\": 1.5, \"text\": \"x\"}",
    "corpus.jsonl:1: expected \"_id\" to be \(idRule), found 1.5; use another identifier"
  ),
  (
    "{\"_id\": 123456789012345678901234567890, \"text\": \"x\"}",
    "corpus.jsonl:1: expected \"_id\" to be \(idRule), found 123456789012345678901234567890; use another identifier"
  ),
  (
    "{\"_id\": [\"a\"], \"text\": \"x\"}",
    "corpus.jsonl:1: expected \"_id\" to be \(idRule), found an array; use another identifier"
  ),
  (
    "{\"_id\": \"a\", \"text\": 5}",
    "corpus.jsonl:1: expected \"text\" to be a string, found a number; write it in quotes"
  ),
  (
    "{\"_id\": \"a\", \"text\": \"x\", \"title\": true}",
    "corpus.jsonl:1: expected \"title\" to be a string, found a truth value; write it in quotes"
  ),
  (
    "{\"_id\": \"a\", \"text\": \"x\"}\n{\"_id\": \"b\", \"text\": \"x\"}\n{\"_id\": \"a\", \"text\": \"y\"}",
    "corpus.jsonl:3: document \"a\" occurs twice (first in line 1); give each document an identifier of its own"
  ),
  (
    "{\"_id\": 1, \"text\": \"x\"}\n{\"_id\": \"1\", \"text\": \"y\"}",
    "corpus.jsonl:2: document \"1\" occurs twice (first in line 1); give each document an identifier of its own"
  ),
  (
    "{\"_id\": \"a\", \"_id\": \"b\", \"text\": \"x\"}",
    "corpus.jsonl:1: expected a JSON object: column 14: the member name \"_id\" stands twice in one object; \(object)"
  ),
  (
    "{\"_id\": \"a\", \"text\": \"x\"",
    "corpus.jsonl:1: expected a JSON object: column 25: expected \",\" or \"}\", found the end of the text; \(object)"
  ),
  (
    "{\"_id\": \"a\", \"text\": \"\\ud800\"}",
    "corpus.jsonl:1: expected a JSON object: column 23: an escape names half of a surrogate pair; \(object)"
  ),
  (
    "_id\ttext\na\tx\n",
    "corpus.jsonl:1: expected a JSON object, found other text; \(object) (and in line 2)"
  ),
]

private let malformedQueries: [(String, String)] = [
  (
    "{\"_id\": \"q\", \"text\": \"a\", \"slice\": 3}",
    "queries.jsonl:1: expected \"slice\" to be a string, found a number; write it in quotes"
  ),
  (
    "{\"_id\": \"#1\", \"text\": \"a\"}",
    "queries.jsonl:1: expected \"_id\" to be an identifier, found \"#1\", which run files take for a comment; begin it "
      + "with another character than #"
  ),
  (
    "{\"_id\": \"q\", \"text\": [\"a\"]}",
    "queries.jsonl:1: expected \"text\" to be a string, found an array; write it in quotes"
  ),
  (
    "{\"_id\": \"q\"}",
    "queries.jsonl:1: expected \"text\", a string, found no such member (there are \"_id\"); add it"
  ),
  (
    "{\"_id\": \"q\", \"text\": \"a\"}\n{\"_id\": \"q\", \"text\": \"a\"}",
    "queries.jsonl:2: query \"q\" occurs twice (first in line 1); give each query an identifier of its own"
  ),
  (
    "{\"_id\": false, \"text\": \"a\"}\nx",
    "queries.jsonl:1: expected \"_id\" to be \(idRule), found a truth value; use another identifier\n"
      + "queries.jsonl:2: expected a JSON object, found other text; \(object)"
  ),
]
