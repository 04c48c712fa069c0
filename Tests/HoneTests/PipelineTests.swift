import Files
import JSONText
import TestSupport
import Testing

/// A pipeline of two stages as users start it: scored before and after, its teacher's scores learnt from, its logits calibrated.
@Suite(.serialized) struct PipelineTests: HoneSuite {
  let folder: TemporaryFolder

  init() throws {
    folder = TemporaryFolder()
    try SmallCollection.write(to: folder.path)
    try Files.write(Self.reranking, to: folder.file("rerank.yaml"))
    try Files.write(Self.scoring, to: folder.file("score.yaml"))
    try Files.write(Self.calibration, to: folder.file("calibrate.yaml"))
    try Files.copyFolder(HoneProcess.crossEncoder, to: folder.file("reranker"))
  }

  private static let reranking = """
    recipe: evaluateReranking
    retriever: { folder: "\(HoneProcess.model)" }
    reranker:  { folder: reranker }
    top: 4
    evaluate:  { collection: collection, splits: [test, dev], measures: [nDCG@10, recall@10] }
    latency:   { queries: 3, candidates: [2, 5, 50] }
    output:    { folder: runs/pipeline }

    """
  private static let scoring = """
    recipe: scoreRows
    model:  { folder: reranker }
    data:   { rows: rows.jsonl }
    output: { folder: runs/scored, format: texts }

    """
  private static let calibration = """
    recipe: calibrate
    model:      { folder: reranker }
    data:       { collection: collection, split: train }
    candidates: { name: run, file: first.run, top: 6 }
    method: platt
    bins: 10
    output:     { folder: runs/calibration }

    """

  /// The bytes of every file in a folder.
  private func content(of path: String) throws -> [String: [UInt8]] {
    var content: [String: [UInt8]] = [:]
    for name in try Files.list(folder.file(path)) { content[name] = try Files.read(folder.file("\(path)/\(name)")) }
    return content
  }

  // MARK: - Before and after

  @Test func rerankingIsScoredBeforeAndAfter() throws {
    let ended = try hone("run", "rerank.yaml")
    #expect(ended.status == 0, "\(ended.messages)")
    #expect(ended.output.contains("recall@4"))
    #expect(ended.output.contains("Latency of one query"))
    #expect(
      ended.messages.contains("the collection has only 30 documents; reranking more is not timed"), "\(ended.messages)")
    let result = try object("runs/pipeline/result.json")
    let comparisons = try #require(result["comparisons"]?.arrayValue).compactMap(\.objectValue)
    #expect(comparisons.map { $0["split"] } == ["test", "test", "dev", "dev"])
    #expect(comparisons.map { $0["queries"] } == [5, 5, 5, 5])

    // The numbers are those of the runs it leaves.
    let measured = try hone(
      "evaluate", "--qrels", "collection/qrels/test.tsv", "--run", "runs/pipeline/reranked.test.run", "--baseline",
      "runs/pipeline/first.test.run", "--measures", "nDCG@10,recall@10", "--json")
    let evaluated = try #require(
      try JSONReader.parse(Array(measured.output.utf8)).objectValue?["comparisons"]?.arrayValue
    ).compactMap(\.objectValue)
    for name in ["base", "tuned", "p"] {
      #expect(comparisons.prefix(2).map { $0[name] } == evaluated.map { $0[name] }, "\(name)")
    }
    // The second stage alone gives the same run.
    let again = try hone(
      "rerank", "--model", "reranker", "--corpus", "collection/corpus.jsonl", "--queries", "collection/queries.jsonl",
      "--run", "runs/pipeline/first.test.run", "--top", "4", "--output", "again.run")
    #expect(again.status == 0)
    func ranked(_ run: String) throws -> [Substring] { try lines(run).map { $0.split(separator: " ")[2] } }
    #expect(try !ranked("again.run").isEmpty && ranked("again.run") == ranked("runs/pipeline/reranked.test.run"))

    // A document that the first stage ranks below the top cannot be mended by the second.
    let ceilings = try #require(result["ceilings"]?.arrayValue).compactMap(\.objectValue)
    #expect(ceilings.map { $0["split"] } == ["test", "dev"])
    for (ceiling, comparison) in zip(ceilings, [comparisons[0], comparisons[2]]) {
      let best = try #require(ceiling["best"]?.objectValue?["nDCG@10"]?.doubleValue)
      let tuned = try #require(comparison["tuned"]?.doubleValue)
      let recall = try #require(ceiling["recall"]?.doubleValue)
      #expect(tuned <= best && recall <= best && best <= 1)
    }
    let latency = try #require(result["latency"]?.objectValue)
    #expect(latency["queries"] == 3)
    let timed = try #require(latency["reranking"]?.arrayValue).compactMap(\.objectValue)
    #expect(timed.map { $0["candidates"] } == [2, 5])
    for entry in timed { #expect((entry["medianSeconds"]?.doubleValue ?? 0) > 0) }
    let page = String(decoding: try Files.read(folder.file("runs/pipeline/report.html")), as: UTF8.self)
    #expect(page.contains("<h2>Ceiling</h2>") && page.contains("<h2>Latency of one query</h2>"))
    #expect(try hone("run", "rerank.yaml", "--resume").output.contains("finished already"))
  }

  @Test func fusionChangesTheFirstStage() throws {
    let plain = try hone("run", "rerank.yaml", "--set", "latency=null")
    #expect(plain.status == 0, "\(plain.messages)")
    #expect(try object("runs/pipeline/result.json")["latency"] == nil)
    let fused = try hone(
      "run", "rerank.yaml", "--set", "fusion={candidates: 30, constant: 60}", "--set", "output.folder=runs/fused",
      "--set", "latency=null", "--set", "cache={folder: runs/cache}", "--threads", "1")
    #expect(fused.status == 0, "\(fused.messages)")
    #expect(try lines("runs/pipeline/first.dev.run") != lines("runs/fused/first.dev.run"))
    // Queries share their words with their documents, so BM25 finds them.
    let ceilings = try #require(try object("runs/fused/result.json")["ceilings"]?.arrayValue)
    #expect(ceilings.count == 2)
    #expect(ceilings.allSatisfy { ($0.objectValue?["recall"]?.doubleValue ?? 0) > 0.5 }, "\(ceilings)")
  }

  @Test func aBiEncoderIsNoReranker() throws {
    let ended = try hone("run", "rerank.yaml", "--set", "reranker.folder=\"\(HoneProcess.model)\"")
    #expect(ended.status == 65 && ended.messages.contains("has no classifier"), "\(ended.messages)")
    #expect(!Files.exists(folder.file("runs/pipeline/result.json")))
  }

  // MARK: - A teacher's scores

  private static let rows = [
    #"{"query": "chess game", "positive": "the board of chess", "negatives": ["packet network", "a fast file"], "scores": [1, 2, 3]}"#,
    #"{"query": "chess game", "positive": "play chess", "negatives": ["packet network"], "scores": [1, 2]}"#,
    #"{"query": "find text", "positive": "search the word", "negatives": ["image of sound"], "scores": [1, 2]}"#,
    #"{"query": "fast network", "positive": "packet", "negatives": ["play the game", "chess"], "scores": [3, 2, 1]}"#,
  ]

  @Test func rowsGetTheTeachersLogitsAndTrain() throws {
    try Files.write(Self.rows.map { $0 + "\n" }.joined(), to: folder.file("rows.jsonl"))
    let ended = try hone("run", "score.yaml")
    #expect(ended.status == 0, "\(ended.messages)")
    // Ten pairs, of which the query of two rows has one twice.
    #expect(ended.output.contains("9 different pairs of 4 rows scored in "), "\(ended.output)")
    #expect(ended.output.contains("4 rows had scores before; they are replaced"))
    #expect(ended.lines.last == "rows    runs/scored/rows.jsonl")

    let scored = try lines("runs/scored/rows.jsonl").compactMap { try JSONReader.parse(Array($0.utf8)).objectValue }
    #expect(scored.count == 4)
    for (row, text) in zip(scored, Self.rows) {
      let given = try #require(try JSONReader.parse(Array(text.utf8)).objectValue)
      for name in ["query", "positive", "negatives"] { #expect(row[name] == given[name]) }
      let documents = [given["positive"] ?? .null] + (given["negatives"]?.arrayValue ?? [])
      let pairs = documents.map { document -> String in
        let pair: JSONValue = ["query": given["query"] ?? .null, "document": document]
        return pair.text() + "\n"
      }
      let alone = try hone("score", "--model", "reranker", input: pairs.joined()).lines.map {
        try JSONReader.parse(Array($0.utf8)).objectValue?["score"]?.doubleValue ?? .nan
      }
      let scores = try #require(row["scores"]?.arrayValue).compactMap(\.doubleValue)
      #expect(
        scores.count == alone.count && zip(scores, alone).allSatisfy { abs($0 - $1) < 1e-5 }, "\(scores) \(alone)")
    }

    for (run, loss) in [
      ("margins", "{name: marginMSE, similarity: dot}"),
      ("distilled", "{name: distillation, similarity: cosine, temperature: 0.05, teacherTemperature: 1}"),
    ] {
      let trained = try hone(
        "run", "recipe.yaml", "--set", "data={rows: runs/scored/rows.jsonl}", "--set", "loss=\(loss)", "--set",
        "batch.uniqueTexts=false", "--set", "output.folder=runs/\(run)", "--quiet")
      #expect(trained.status == 0, "\(trained.messages)")
    }
  }

  @Test(arguments: ["rows.tsv", "rows.csv", "rows.jsonl"])
  func anyFormOfRowsGoesIn(_ name: String) throws {
    try Files.write(Self.rows.map { $0 + "\n" }.joined(), to: folder.file("rows.jsonl"))
    for (format, rows, run) in [
      ("flagEmbedding", "rows.jsonl", "first"), ("sentenceTransformers", "runs/first/\(name)", "second"),
      ("texts", "runs/second/\(name)", "third"),
    ] {
      let ended = try hone(
        "run", "score.yaml", "--set", "data.rows=\(rows)", "--set",
        "output={folder: runs/\(run), format: \(format), file: \(name)}"
      )
      #expect(ended.status == 0, "\(format): \(ended.messages)")
    }
    let counts = try ["first", "second", "third"].map { try object("runs/\($0)/result.json")["counts"] }
    #expect(counts[0] != nil && counts[0] == counts[1] && counts[1] == counts[2])
  }

  @Test func positivesOfACollectionAreScoredAndLabelsRefused() throws {
    let ended = try hone(
      "run", "score.yaml", "--set", "data={collection: collection, split: dev}", "--set", "output.format=identifiers")
    #expect(ended.status == 0, "\(ended.messages)")
    #expect(try lines("runs/scored/rows.jsonl").count == 5)
    try Files.write(#"{"sentence1": "a", "sentence2": "b", "score": 1}"#, to: folder.file("rows.jsonl"))
    let refused = try hone("run", "score.yaml", "--set", "output.folder=runs/labels")
    #expect(refused.status == 65)
    #expect(
      refused.messages.contains("labelled pairs have no positive to score; give rows of query and positive"),
      "\(refused.messages)")
  }

  // MARK: - Probabilities

  private func search() throws {
    let ended = try hone(
      "search", "--model", HoneProcess.model, "--corpus", "collection/corpus.jsonl", "--queries",
      "collection/queries.jsonl", "--output", "first.run", "--top", "30", "--quiet")
    #expect(ended.status == 0, "\(ended.messages)")
  }

  private let pairs =
    #"{"query": "chess game", "document": "play chess"}"# + "\n" + #"{"query": "fast file", "document": ""}"# + "\n"

  @Test(arguments: ["platt", "isotonic"])
  func calibrationIsStoredInACopyOfTheModelAndNeverChangesScores(_ method: String) throws {
    try search()
    let before = try hone("score", "--model", "reranker", input: pairs)
    let missing = try hone("score", "--model", "reranker", "--calibrated", input: pairs)
    #expect(missing.status == 66)
    #expect(
      missing.messages
        == "error: reranker has no calibration.json, which a recipe 'calibrate' makes; without it there are only scores\n"
    )

    let input = try content(of: "reranker")
    let ended = try hone("run", "calibrate.yaml", "--set", "method=\(method)", "--set", "candidates.top=30")
    #expect(ended.status == 0, "\(ended.messages)")
    #expect(ended.output.contains("expected calibration error "))
    #expect(ended.output.contains("\ncalibration  runs/calibration/model/calibration.json\n"))
    // What is read is never written to; the copy has one file more.
    #expect(try content(of: "reranker") == input)
    var copy = try content(of: "runs/calibration/model")
    #expect(copy.removeValue(forKey: "calibration.json") != nil && copy == input && input.count > 3)
    let result = try object("runs/calibration/result.json")
    #expect(result["pairs"] == 600 && result["relevant"] == 20 && result["queries"] == 20 && result["bins"] == 10)
    func error(_ name: String) throws -> Double {
      try #require(result[name]?.objectValue?["expectedCalibrationError"]?.doubleValue)
    }
    // One in thirty is relevant, and the logits of a model without training are near 0: far too sure.
    #expect(try error("before") > 0.3)
    #expect(try error("after") < 0.05 && error("heldOut") < 0.05)
    let page = String(decoding: try Files.read(folder.file("runs/calibration/report.html")), as: UTF8.self)
    #expect(page.contains("<h2>Reliability</h2>"))

    // The score is what it was, and beside it stands a probability.
    let after = try hone("score", "--model", "reranker", input: pairs)
    #expect(after.output == before.output)
    let calibrated = try hone("score", "--model", "runs/calibration/model", "--calibrated", input: pairs)
    #expect(calibrated.status == 0, "\(calibrated.messages)")
    #expect(calibrated.lines.count == 2 && before.lines.count == 2)
    for (line, plain) in zip(calibrated.lines, before.lines) {
      let object = try #require(try JSONReader.parse(Array(line.utf8)).objectValue)
      #expect(object["score"] == (try JSONReader.parse(Array(plain.utf8)).objectValue?["score"]))
      #expect((0...0.5).contains(try #require(object["probability"]?.doubleValue)))
    }

    // Another model beside the calibration is told apart.
    let weights = folder.file("runs/calibration/model/model.safetensors")
    try Files.write(try Files.read(Files.join(HoneProcess.model, "model.safetensors")), to: weights)
    let stale = try hone("score", "--model", "runs/calibration/model", "--calibrated", input: pairs)
    #expect(stale.status == 65 && stale.messages.contains("it was fitted to other weights"), "\(stale.messages)")
  }

  @Test func judgedPairsNeedBothKinds() throws {
    let judged = ["--set", "candidates={name: judged}"]
    let ended = try HoneProcess.run(["run", "calibrate.yaml"] + judged, in: folder.path)
    #expect(ended.status == 65)
    #expect(
      ended.messages.contains(
        "calibration needs pairs that are relevant and pairs that are not, found 20 relevant of 20 on split 'train'; take the "
          + "candidates from a run, which also has documents that are not relevant"), "\(ended.messages)")
    #expect(!Files.exists(folder.file("runs/calibration/model")))
    let more = (0..<20).map { "q\($0)\td\($0)\t1\nq\($0)\td\($0 + 5)\t0\nq\($0)\td29\t-1\n" }
    try Files.write(
      more.joined() + "q1\tnone\t1\n", to: folder.file("collection/qrels/train.tsv"))
    let both = try HoneProcess.run(
      ["run", "calibrate.yaml", "--set", "output.folder=runs/both"] + judged, in: folder.path)
    #expect(both.status == 0, "\(both.messages)")
    #expect(both.messages.contains("collection lacks the texts of 1 judgment; they are left out"), "\(both.messages)")
    let result = try object("runs/both/result.json")
    #expect(result["pairs"] == 40 && result["relevant"] == 20)
  }

  @Test func aRunOfAnotherCollectionIsRefused() throws {
    try Files.write("nobody Q0 d1 1 1 x\n", to: folder.file("first.run"))
    let foreign = try hone("run", "calibrate.yaml")
    #expect(foreign.status == 65 && foreign.messages.contains("no query of it is judged"), "\(foreign.messages)")
    try Files.write("q1 Q0 none 1 1 x\n", to: folder.file("first.run"))
    let unknown = try hone("run", "calibrate.yaml")
    #expect(
      unknown.status == 65 && unknown.messages.contains("document \"none\" is not in collection/corpus.jsonl"),
      "\(unknown.messages)")
  }
}
