import Files
import JSONText
import TestSupport
import Testing

/// A collection of duplicate questions, where every query is a document too: evaluation, mining, candidates.
@Suite(.serialized) struct SameIDTests: HoneSuite {
  let folder: TemporaryFolder

  private static let questions = [
    "how do I fix a flat tyre", "what is the way to repair a puncture", "how do I raise my saddle",
    "best method to make the seat higher", "how do I oil a chain", "what should I lubricate the chain with",
    "how do I true a wheel", "my wheel wobbles what to do",
  ]

  init() throws {
    folder = TemporaryFolder()
    try Files.makeFolder(folder.file("same/qrels"))
    let entries = Self.questions.enumerated().map { "{\"_id\": \"\($0)\", \"text\": \"\($1)\"}\n" }
    try Files.write(entries.joined(), to: folder.file("same/corpus.jsonl"))
    try Files.write(entries.joined(), to: folder.file("same/queries.jsonl"))
    let judgments = stride(from: 0, to: 8, by: 2).map { "\($0)\t\($0 + 1)\t1\n" }
    for split in ["train", "test"] { try Files.write(judgments.joined(), to: folder.file("same/qrels/\(split).tsv")) }
  }

  /// The documents of each query in a run.
  private func found(_ run: String) throws -> [String: [String]] {
    try lines(run).map { $0.split(separator: " ").map(String.init) }.reduce(into: [:]) {
      $0[$1[0], default: []].append($1[2])
    }
  }

  private static let warning =
    "4 of 4 queries of split 'test' are documents of the corpus too, such as \"0\" (\"how do I fix a flat tyre\")"

  private func evaluate(
    into run: String, _ settings: String = "", model: String = HoneProcess.model
  ) throws -> HoneProcess.Ended {
    let recipe = """
      recipe: evaluate
      model:    { folder: "\(model)" }
      evaluate: { collection: same, splits: [test], measures: [recall@1, nDCG@3]\(settings) }
      output:   { folder: runs/\(run) }

      """
    try Files.write(recipe, to: folder.file("evaluate.yaml"))
    return try hone("run", "evaluate.yaml", "--json")
  }

  @Test func evaluationLeavesThemOutWhereItIsTold() throws {
    let all = try evaluate(into: "all")
    #expect(all.status == 0 && all.messages.contains("warning: \(Self.warning)"), "\(all.messages)")
    #expect(try found("runs/all/model.test.run").allSatisfy { $1[0] == $0 })
    let others = try evaluate(into: "others", ", excludeSameID: true")
    #expect(others.status == 0 && !others.messages.contains("warning"), "\(others.messages)")
    let found = try found("runs/others/model.test.run")
    #expect(found.keys.sorted() == ["0", "2", "4", "6"])
    for (query, documents) in found { #expect(documents.count == 3 && !documents.contains(query)) }
    #expect(try !evaluate(into: "kept", ", excludeSameID: false").messages.contains("warning"))
  }

  /// `pytrec_eval` gives these for the model's cosines without the identical identifiers.
  @Test(.needsCheckpoint) func theMeasuresAreThoseWithoutIdenticalIdentifiers() throws {
    let ended = try evaluate(into: "others", ", excludeSameID: true", model: Locations.checkpoint)
    let scores = try #require(
      try JSONReader.parse(Array(ended.output.utf8)).objectValue?["scores"]?.arrayValue, "\(ended.messages)"
    ).compactMap { $0.objectValue?["value"]?.doubleValue }
    #expect(scores.count == 2 && scores[0] == 0.75 && abs(scores[1] - 0.9077) < 1e-4, "\(scores)")
  }

  @Test func bothStagesOfAPipelineLeaveThemOut() throws {
    let recipe = """
      recipe: evaluateReranking
      retriever: { folder: "\(HoneProcess.model)" }
      fusion:    { candidates: 5, constant: 60 }
      reranker:  { folder: "\(HoneProcess.crossEncoder)" }
      top: 4
      evaluate:  { collection: same, splits: [test], excludeSameID: true, measures: [nDCG@5] }
      output:    { folder: runs/pipeline }

      """
    try Files.write(recipe, to: folder.file("pipeline.yaml"))
    let ended = try hone("run", "pipeline.yaml")
    #expect(ended.status == 0, "\(ended.messages)")
    for stage in ["first", "reranked"] {
      for (query, documents) in try found("runs/pipeline/\(stage).test.run") {
        #expect(documents.count == 5 && !documents.contains(query), "\(stage) \(query)")
      }
    }
  }

  /// The query itself stands first in the run, and the best two others are reranked.
  @Test func candidatesOfARunLeaveThemOut() throws {
    let run = stride(from: 0, to: 8, by: 2).map { query in
      [query, (query + 3) % 8, query + 1].enumerated().map { "\(query) Q0 \($1) 1 \(9 - $0) x\n" }.joined()
    }
    try Files.write(run.joined(), to: folder.file("first.run"))
    let recipe = """
      recipe: trainCrossEncoder
      seed: 1
      model:     { folder: "\(HoneProcess.crossEncoder)", maximumLength: 32 }
      data:      { rows: rows.jsonl }
      batch:     { groups: 2, tokens: 200 }
      loss:      { name: infoNCE, temperature: 1, maskKnownPositives: true, inBatchNegatives: false }
      optimizer: { name: adamW, rate: 1e-3, decay: 0.01 }
      schedule:  { name: linear, warmup: 0, epochs: 1 }
      evaluate:  { collection: same, split: test, candidates: run, run: first.run, top: 2, excludeSameID: true, every: 1, measures: [MRR] }
      output:    { folder: runs/reranker }

      """
    try Files.write(recipe, to: folder.file("reranker.yaml"))
    try Files.write(
      #"{"query": "chess", "positive": "the board", "negatives": ["a packet"]}"# + "\n", to: folder.file("rows.jsonl"))
    let ended = try hone("run", "reranker.yaml")
    #expect(ended.status == 0, "\(ended.messages)")
    for name in ["base", "tuned"] {
      for (query, documents) in try found("runs/reranker/\(name).test.run") {
        let number = try #require(Int(query))
        #expect(Set(documents) == ["\((number + 3) % 8)", "\(number + 1)"], "\(name) \(query)")
      }
    }
    // The first stage has each relevant document second, without the query itself.
    let beside = try #require(result("runs/reranker")["firstStage"]?.arrayValue?.first?.objectValue)
    #expect(beside["base"]?.doubleValue == 0.5)
  }

  @Test func miningLeavesThemOut() throws {
    let recipe = """
      recipe: mineNegatives
      seed: 17
      model:   { folder: "\(HoneProcess.model)", pooling: mean, maximumLength: 32 }
      data:    { collection: same, split: train }
      sources: [{ name: model, candidates: 6, negatives: 6 }]
      rules:   [{ name: knownPositives }]
      select:  { name: first }
      output:  { folder: runs/mined, format: identifiers }

      """
    try Files.write(recipe, to: folder.file("mine.yaml"))
    let all = try hone("run", "mine.yaml", "--set", "output.folder=runs/all")
    #expect(
      all.messages.contains("warning: 4 of 4 queries to mine for are documents of the corpus too, such as \"0\""),
      "\(all.messages)")
    let ended = try hone("run", "mine.yaml", "--set", "excludeSameID=true")
    #expect(ended.status == 0 && !ended.messages.contains("warning"), "\(ended.messages)")
    for row in try objects("runs/mined/rows.jsonl") {
      let negatives = try #require(row["negative_ids"]?.arrayValue).compactMap(\.stringValue)
      // Eight documents without the query itself and the positive: all six, of a search that finds six others.
      #expect(!negatives.contains(row["query_id"]?.stringValue ?? ""))
      #expect(negatives.count >= 5, "\(negatives)")
    }
    #expect(
      try objects("runs/all/rows.jsonl").contains { row in
        row["negative_ids"]?.arrayValue?.contains(row["query_id"] ?? .null) == true
      })
  }
}
