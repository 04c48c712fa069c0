import Files
import JSONText
import TestSupport
import Testing

/// Scoring, reranking and inspecting with a tiny cross-encoder, as users start them.
@Suite(.serialized) struct RerankingTests: HoneSuite {
  let folder: TemporaryFolder

  init() throws {
    folder = TemporaryFolder()
    try SmallCollection.write(to: folder.path)
  }

  private func score(_ input: String, model: String = HoneProcess.crossEncoder) throws -> HoneProcess.Ended {
    try hone("score", "--model", model, input: input)
  }

  private func rerank(_ more: String..., run: String = "first.run", model: String = HoneProcess.crossEncoder) throws
    -> HoneProcess.Ended
  {
    try HoneProcess.run(
      [
        "rerank", "--model", model, "--corpus", "collection/corpus.jsonl", "--queries", "collection/queries.jsonl",
        "--run", run, "--output", "second.run",
      ] + more, in: folder.path)
  }

  private func lists(_ file: String) throws -> [(id: String, score: Double)] {
    String(decoding: try Files.read(folder.file(file)), as: UTF8.self).split(separator: "\n").map { line in
      let columns = line.split(separator: " ")
      return ("\(columns[0]) \(columns[2])", Double(columns[4]) ?? .nan)
    }
  }

  /// The score in a line of output.
  private func number(_ line: String) throws -> Double {
    let object = try JSONReader.parse(Array(line.utf8)).objectValue
    return try #require(object?["score"]?.doubleValue)
  }

  private func number(in ended: HoneProcess.Ended) throws -> Double { try number(#require(ended.lines.first)) }

  // MARK: - Scores

  @Test func scoreGivesTheGoldenLogits() throws {
    let golden = try JSONReader.parse(Files.read(Files.join(HoneProcess.crossEncoder, "golden.json"))).objectValue
    let pairs = try #require(golden?["pairs"]?.arrayValue).compactMap(\.objectValue)
    let input = pairs.map { pair -> String in
      JSONValue.object(JSONObject(pair.members.filter { ["query", "document"].contains($0.name) })).text() + "\n"
    }
    let ended = try score(input.joined())
    #expect(ended.status == 0)
    #expect(
      ended.messages
        == "warning: 1 of 9 queries is blank, the first in pair 7; read as an empty text\n"
        + "warning: 1 of 9 documents is blank, the first in pair 6; read as an empty text\n")
    let scores = try ended.lines.map(number)
    let expected = [-0.291, -0.169, -0.403, -0.238, -0.126, -0.358, 0.019, -0.079, -0.171]
    #expect(scores.count == expected.count && zip(scores, expected).allSatisfy { abs($0 - $1) < 6e-4 }, "\(scores)")
    // A file gives the same as standard input, and one pair alone what it gave among others.
    try Files.write(input.joined(), to: folder.file("pairs.jsonl"))
    let file = try hone("score", "--model", HoneProcess.crossEncoder, "--input", "pairs.jsonl", "--quiet")
    #expect(file.output == ended.output)
    let alone = try number(in: score(input[3]))
    #expect(abs(alone - scores[3]) < 1e-6)
    #expect(try score("").output == "")
  }

  @Test func scoreSaysWhatIsWrong() throws {
    let bad = try score("{\"query\": \"a\", \"document\": \"b\"}\n{\"query\": \"a\"}\n")
    #expect(bad.status == 65)
    #expect(bad.output == "")
    #expect(
      bad.messages
        == "error: standard input:2: expected \"document\", a string, found no such member (there are \"query\"); add it\n"
    )
    let headless = try score("", model: HoneProcess.model)
    #expect(headless.status == 65)
    #expect(
      headless.messages
        == "error: \(HoneProcess.model): has no classifier, so it is no cross-encoder yet; train one from it, or give "
        + "another model\n")
    #expect(try score("", model: "none").status == 66)
    #expect(try hone("score", "--model", HoneProcess.crossEncoder, "--input", "none.jsonl").status == 66)
  }

  // MARK: - Runs

  @Test func rerankOrdersTheTopByScoreAndKeepsTheRest() throws {
    let searched = try hone(
      "search", "--model", HoneProcess.model, "--corpus", "collection/corpus.jsonl", "--queries",
      "collection/queries.jsonl", "--output", "first.run", "--top", "10")
    #expect(searched.status == 0)
    let ended = try rerank("--top", "4")
    #expect(ended.status == 0)
    #expect(ended.output == "second.run: 120 documents reranked for 30 queries\n")
    let (before, after) = (try lists("first.run"), try lists("second.run"))
    #expect(before.count == 300 && after.count == 300)
    for start in stride(from: 0, to: 300, by: 10) {
      #expect(Set(before[start..<start + 4].map(\.id)) == Set(after[start..<start + 4].map(\.id)))
      #expect(before[start + 4..<start + 10].map(\.id) == after[start + 4..<start + 10].map(\.id))
      #expect(zip(after[start...], after[start + 1..<start + 10]).allSatisfy { $0.score >= $1.score })
    }
    #expect(before.map(\.id) != after.map(\.id))

    // The scores are those of `hone score`, of the title and the text together.
    let id = try #require(after.first?.id.split(separator: " ")[1])
    let query = try entry("collection/queries.jsonl", "q0")
    let document = try entry("collection/corpus.jsonl", String(id))
    let pair: JSONValue = [
      "query": query["text"] ?? "",
      "document": JSONValue("\(document["title"]?.stringValue ?? "") \(document["text"]?.stringValue ?? "")"),
    ]
    let score = try number(in: score(pair.text() + "\n"))
    #expect(abs(score - after[0].score) < 1e-5)

    let json = try JSONReader.parse(Array(rerank("--json").output.utf8))
    #expect(json == ["run": "second.run", "queries": 30, "pairs": 300, "top": 100])
    #expect(try rerank("--quiet").output == "")
    #expect(try hone("evaluate", "--qrels", "collection/qrels/test.tsv", "--run", "second.run").status == 0)
  }

  private func entry(_ file: String, _ id: String) throws -> JSONObject {
    let lines = try Files.read(folder.file(file)).split(separator: UInt8(ascii: "\n"))
    let entries = try lines.compactMap { try JSONReader.parse(Array($0)).objectValue }
    return try #require(entries.first { $0["_id"] == JSONValue(id) })
  }

  @Test func rerankNamesWhatTheCollectionLacks() throws {
    try Files.write(
      "q1 Q0 d1 1 2 x\nq1 Q0 none 2 1 x\nq1 Q0 below 3 0 x\nnobody Q0 d1 1 1 x\n", to: folder.file("first.run"))
    let ended = try rerank("--top", "2")
    #expect(ended.status == 65)
    #expect(
      ended.messages == """
        error: first.run: document "none" is not in collection/corpus.jsonl
        first.run: query "nobody" is not in collection/queries.jsonl
        give the collection that the run was made from

        """)
    #expect(!Files.exists(folder.file("second.run")))
    #expect(try rerank(run: "none.run").status == 66)
    try Files.write("q1 Q0 d1 1 2 x\n", to: folder.file("first.run"))
    #expect(try rerank(model: HoneProcess.model).status == 65)
  }

  // MARK: - Inspection

  @Test func inspectTellsWhatAFolderIs() throws {
    let cross = try hone("inspect", HoneProcess.crossEncoder)
    #expect(cross.lines.prefix(2) == [HoneProcess.crossEncoder, "cross-encoder with 1 label: LABEL_0"])
    #expect(cross.output.contains("\nclassifier.weight"))
    #expect(try hone("inspect", HoneProcess.model).lines[1] == "bi-encoder")
    let json = try hone("inspect", HoneProcess.crossEncoder, "--json")
    #expect(try JSONReader.parse(Array(json.output.utf8)).objectValue?["kind"] == "cross-encoder")
  }
}
