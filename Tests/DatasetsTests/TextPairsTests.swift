import Datasets
import TestSupport
import Testing

@Suite struct TextPairsTests {
  @Test func pairsAreReadInOrder() throws {
    let folder = TemporaryFolder()
    let file = try folder.write(
      "pairs.jsonl",
      "{\"query\": \"what\", \"document\": \"this\", \"id\": 3}\n\n{\"document\": \"\", \"query\": \" \"}\n")
    let pairs = try TextPairs(file: file).pairs
    #expect(pairs.map(\.query) == ["what", " "])
    #expect(pairs.map(\.document) == ["this", ""])
    #expect(try TextPairs(file: folder.write("empty.jsonl", "")).pairs.isEmpty)
  }

  @Test func allProblemsAreNamed() throws {
    let folder = TemporaryFolder()
    let file = try folder.write(
      "pairs.jsonl", "{\"query\": [], \"document\": 3}\n{\"query\": \"a\", \"text\": \"b\"}\n[]\n")
    #expect(
      message { _ = try TextPairs(file: file) }.map(folder.shortened) == """
        pairs.jsonl:1: expected "query" to be a string, found an array; write it in quotes
        pairs.jsonl:1: expected "document" to be a string, found a number; write it in quotes
        pairs.jsonl:2: expected "document", a string, found no such member (there are "query", "text"); add it
        pairs.jsonl:3: expected a JSON object, found an array; write one object a line
        """)
  }
}
