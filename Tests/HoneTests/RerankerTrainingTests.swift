import Files
import Foundation
import JSONText
import TestSupport
import Testing

/// Whole training runs of a tiny reranker, as users start them.
@Suite(.serialized) struct RerankerTrainingTests: HoneSuite {
  let folder: TemporaryFolder

  init() throws {
    folder = TemporaryFolder()
    try SmallCollection.write(to: folder.path)
    // Each query of the train split with its document and two others.
    let rows = (0..<20).map { row in
      "{\"query_id\": \"q\(row)\", \"positive_id\": \"d\(row)\", \"negative_ids\": [\"d\((row + 7) % 30)\", "
        + "\"d\((row + 11) % 30)\"], \"scores\": [3, 1, 0.5]}\n"
    }
    try Files.write(rows.joined(), to: folder.file("rows.jsonl"))
    // The dev split with candidates of grade 0 beside the relevant document.
    let judgments = (20..<25).map { query in
      (0..<6).map { "q\(query)\td\((query + $0 * 4) % 30)\t\($0 == 0 ? 1 : 0)\n" }.joined()
    }
    try Files.write(judgments.joined(), to: folder.file("collection/qrels/judged.tsv"))
    try Files.write(Self.recipe, to: folder.file("reranker.yaml"))
  }

  /// Four epochs of five steps, with everything switched on that a run can do.
  private static let recipe = """
    recipe: trainCrossEncoder
    seed: 17
    model:     { folder: "\(HoneProcess.model)", maximumLength: 32 }
    data:      { rows: rows.jsonl, collection: collection, negatives: 3, easyNegatives: { share: 0.34 } }
    batch:     { groups: 4, tokens: 100 }
    loss:      { name: infoNCE, temperature: 1, maskKnownPositives: true, inBatchNegatives: false }
    optimizer: { name: adamW, rate: 1e-3, decay: 0.01, clip: 1.0, rates: { classifier: 10 } }
    schedule:  { name: linear, warmup: 0.1, epochs: 4 }
    evaluate:  { collection: collection, split: dev, candidates: model, model: "\(HoneProcess.model)", top: 10, every: 5, queries: 4, measures: [nDCG@10, MRR@10], verdict: [test, dev] }
    checkpoint: { every: 7, keep: 1 }
    output:    { folder: runs/small }

    """

  private func hone(_ settings: String..., quiet: Bool = true) throws -> HoneProcess.Ended {
    try HoneProcess.run(
      ["run", "reranker.yaml"] + (quiet ? ["--quiet"] : []) + settings.flatMap { ["--set", $0] }, in: folder.path)
  }

  // MARK: - What a run leaves

  @Test func aRunLeavesEverythingThatIsPromised() throws {
    let ended = try hone(quiet: false)
    #expect(ended.status == 0, "\(ended.messages)")
    #expect(ended.lines.first?.hasPrefix("split  measure  first stage   tuned   change") == true, "\(ended.output)")
    #expect(ended.output.contains("\nmodel   runs/small/model\nreport  runs/small/report.html\n"))
    #expect(ended.messages.hasPrefix("20 groups, 20 steps of 4 groups; 23,489 parameters, "), "\(ended.messages)")
    let names = try Files.list(folder.file("runs/small")).filter { !$0.hasPrefix("events.out.tfevents.") }
    #expect(
      names == [
        "base.dev.run", "base.test.run", "checkpoint-14", "first.dev.run", "first.test.run", "inputs.json", "log.jsonl",
        "model",
        "recipe.yaml", "report.html", "result.json", "run.lock", "tuned.dev.run", "tuned.test.run",
      ])
    let steps = try log().filter { $0["loss"] != nil }
    #expect(steps.compactMap { $0["step"]?.integerValue } == Array(1...20))
    #expect(steps.allSatisfy { ($0["spread"]?.doubleValue ?? 0) > 0 })
    let looks = try log().filter { $0["dev"] != nil }
    #expect(looks.compactMap { $0["step"]?.integerValue } == [0, 5, 10, 15, 20])
    let losses = steps.compactMap { $0["loss"]?.doubleValue }
    #expect(losses.suffix(5).reduce(0, +) < losses.prefix(5).reduce(0, +))

    let result = try result()
    #expect(result["comparisons"]?.arrayValue?.count == 4)
    #expect(result["verdict"]?.stringValue != nil)
    #expect(result["bestStep"]?.integerValue != nil)
    // The base is the order of the first stage, every document of it.
    #expect(
      try Files.read(folder.file("runs/small/base.test.run")).count
        == Files.read(folder.file("runs/small/first.test.run")).count - 50)
  }

  @Test func theExportedFolderIsWhatOthersLoad() throws {
    #expect(try hone().output == "")
    let model = folder.file("runs/small/model")
    #expect(
      try Files.list(model) == [
        "README.md", "config.json", "hone.json", "model.safetensors", "special_tokens_map.json", "tokenizer.json",
        "tokenizer_config.json", "vocab.txt",
      ])
    let card = String(decoding: try Files.read(Files.join(model, "README.md")), as: UTF8.self)
    #expect(card.hasPrefix("---\nlibrary_name: sentence-transformers\npipeline_tag: text-ranking\ntags:\n"))
    #expect(card.contains("\n| split | measure | first stage | this model | change | p | verdict |\n"))
    #expect(
      card.contains("Measured by ranking the 10 documents that a first stage found best for every judged query of"))
    let origin = try #require(try JSONReader.parse(Files.read(Files.join(model, "hone.json"))).objectValue)
    #expect(origin.members.map(\.name) == ["version", "recipe", "baseModel", "data", "results"])
    let scored = try HoneProcess.run(
      ["score", "--model", "runs/small/model"], input: "{\"query\": \"chess\", \"document\": \"the board\"}\n",
      in: folder.path)
    #expect(scored.lines.count == 1)
    // It goes on from there with its own classifier.
    let again = try hone("model.folder=runs/small/model", "output.folder=runs/again", quiet: false)
    #expect(again.status == 0 && !again.messages.contains("has no classifier"), "\(again.messages)")
  }

  // MARK: - The same numbers

  @Test func resultsDoNotDependOnThreadsOrOnTheRun() throws {
    var sums: [JSONValue?] = []
    for (name, threads) in [("a", "1"), ("b", "2"), ("c", "2")] {
      let ended = try HoneProcess.run(
        ["run", "reranker.yaml", "--quiet", "--threads", threads, "--set", "output.folder=runs/\(name)"],
        in: folder.path)
      #expect(ended.status == 0)
      sums.append(try result("runs/\(name)")["weightsSHA256"])
    }
    #expect(sums[0] != nil && sums[0] == sums[1] && sums[1] == sums[2])
  }

  @Test func theTokenBudgetChangesOnlyRounding() throws {
    for (name, tokens) in [("small", "32"), ("large", "4096")] {
      #expect(try hone("batch.tokens=\(tokens)", "output.folder=runs/\(name)").status == 0)
    }
    let losses = try ["small", "large"].map { try log("runs/\($0)").compactMap { $0["loss"]?.doubleValue } }
    #expect(losses.map(\.count) == [20, 20])
    for (first, second) in zip(losses[0], losses[1]) { #expect(abs(first - second) <= 1e-3 * max(1, second)) }
  }

  @Test func anInterruptedRunGoesOnToTheSameWeights() throws {
    let long = ["--set", "schedule.epochs=600", "--set", "evaluate.every=500"]
    func run(_ name: String, _ more: [String] = [], whileRunning: (Process) throws -> Void = { _ in }) throws
      -> HoneProcess.Ended
    {
      try HoneProcess.run(
        ["run", "reranker.yaml", "--set", "output.folder=runs/\(name)"] + long + more, in: folder.path,
        whileRunning: whileRunning)
    }
    #expect(try run("whole").status == 0)
    let stopped = try run("parts") { process in
      let path = folder.file("runs/parts/log.jsonl")
      let deadline = Date().addingTimeInterval(60)
      while ((try? Files.size(path)) ?? 0) < 1000 && process.isRunning && Date() < deadline { usleep(1000) }
      kill(process.processIdentifier, SIGTERM)
    }
    #expect(stopped.status == 143)
    #expect(stopped.messages.contains("of 3000, saved in runs/parts; go on with --resume"))
    let resumed = try run("parts", ["--resume"])
    #expect(resumed.status == 0 && resumed.messages.contains("going on after step "))
    #expect(try result("runs/parts")["weightsSHA256"] == result("runs/whole")["weightsSHA256"])
    func numbers(_ run: String) throws -> [[JSONValue?]] {
      try log(run).map { [$0["loss"], $0["spread"], $0["dev"], $0["warning"]] }
    }
    let whole = try numbers("runs/whole")
    #expect(whole.count { $0[0] != nil && $0[1] != nil } == 3000)
    #expect(try numbers("runs/parts") == whole)
  }

  // MARK: - Candidates

  @Test func judgedCandidatesAreComparedWithTheModelBeforeTraining() throws {
    func train(_ more: String...) throws -> HoneProcess.Ended {
      let settings = [
        "data={collection: collection, split: judged}", "loss={name: binaryCrossEntropy, positiveWeight: 5}",
        "evaluate={collection: collection, split: judged, candidates: judged, every: 2, measures: [MAP]}",
      ]
      return try HoneProcess.run(
        ["run", "reranker.yaml"] + (settings + more).flatMap { ["--set", $0] }, in: folder.path)
    }
    let reranker = try train("model.folder=\"\(HoneProcess.crossEncoder)\"", "output.folder=runs/again")
    #expect(reranker.status == 0, "\(reranker.messages)")
    #expect(reranker.output.hasPrefix("split   measure    base "), "\(reranker.output)")
    let ended = try train()
    #expect(ended.status == 0, "\(ended.messages)")
    #expect(ended.output.hasPrefix("split   measure  untrained "))
    #expect(
      ended.messages.contains(
        "5 of 5 queries of split 'judged' are training queries too (5 with a document judged relevant)"))
    let lines = try Files.read(folder.file("runs/small/tuned.judged.run")).split(separator: UInt8(ascii: "\n"))
    #expect(lines.count == 30)
    let comparison = try #require(result()["comparisons"]?.arrayValue?.first?.objectValue)
    #expect(comparison["queries"]?.integerValue == 5)
  }

  @Test func aRerankerIsComparedWithItselfBeforeTraining() throws {
    let ended = try hone("model.folder=\"\(HoneProcess.crossEncoder)\"", "evaluate.queries=null", quiet: false)
    #expect(ended.status == 0, "\(ended.messages)")
    #expect(ended.lines.first?.hasPrefix("split  measure    base   tuned   change") == true, "\(ended.output)")
    #expect(ended.output.contains("\nsplit  measure  first stage   tuned   change"), "\(ended.output)")
    let result = try result()
    let verdicts = try #require(result["comparisons"]?.arrayValue).compactMap(\.objectValue)
    let beside = try #require(result["firstStage"]?.arrayValue).compactMap(\.objectValue)
    #expect(verdicts.map { $0["split"] } == ["test", "test", "dev", "dev"] && beside.count == 4)
    #expect(verdicts.map { $0["tuned"] } == beside.map { $0["tuned"] })

    // The base is what the model makes of the first stage by itself.
    for (split, index) in [("test", 0), ("dev", 2)] {
      let reranked = try HoneProcess.run(
        [
          "rerank", "--model", HoneProcess.crossEncoder, "--corpus", "collection/corpus.jsonl", "--queries",
          "collection/queries.jsonl", "--run", "runs/small/first.\(split).run", "--top", "10", "--output", "own.run",
        ], in: folder.path)
      #expect(reranked.status == 0, "\(reranked.messages)")
      #expect(try value(of: "own.run", split) == verdicts[index]["base"]?.doubleValue)
      #expect(try value(of: "runs/small/first.\(split).run", split) == beside[index]["base"]?.doubleValue)
      #expect(try value(of: "runs/small/tuned.\(split).run", split) == verdicts[index]["tuned"]?.doubleValue)
    }
    let start = try #require(log().first { $0["dev"] != nil })
    #expect(start["step"] == 0 && start["dev"]?.objectValue?["nDCG@10"] == verdicts[2]["base"])
    let card = String(decoding: try Files.read(folder.file("runs/small/model/README.md")), as: UTF8.self)
    #expect(card.contains("\n| split | measure | first stage | base | this model | change | p | verdict |\n"))
  }

  /// The nDCG@10 of a run file.
  private func value(of run: String, _ split: String) throws -> Double {
    let ended = try HoneProcess.run(
      ["evaluate", "--qrels", "collection/qrels/\(split).tsv", "--run", run, "--measures", "nDCG@10", "--json"],
      in: folder.path)
    let result = try JSONReader.parse(Array(ended.output.utf8)).objectValue
    return try #require(result?["means"]?.objectValue?["nDCG@10"]?.doubleValue, "\(ended.output)\(ended.messages)")
  }

  @Test func aSplitOfRelevantDocumentsOnlyIsRefused() throws {
    let ended = try hone("evaluate={collection: collection, split: dev, candidates: judged, measures: [MAP]}")
    #expect(ended.status == 65)
    #expect(
      ended.messages.hasPrefix(
        "error: collection: no query of split 'dev' has both a relevant document and a less relevant one among its "),
      "\(ended.messages)")
    #expect(!Files.exists(folder.file("runs/small/log.jsonl")))
  }

  @Test func aRunOfOtherQueriesIsRefused() throws {
    try Files.write("other Q0 d25 1 2 x\n", to: folder.file("other.run"))
    let ended = try hone(
      "evaluate={collection: collection, split: test, candidates: run, run: other.run, top: 2, measures: [MAP]}")
    #expect(ended.status == 65)
    #expect(
      ended.messages
        == "error: other.run: no query of it is judged in split 'test': it has for example \"other\", the judgments "
        + "\"q25\"; give a run and judgments of one collection\n")
  }

  @Test func aRunFileIsRerankedAndWhatItLacksCounts() throws {
    // Two of the five queries of the split, one with its relevant document.
    try Files.write(
      "q25 Q0 d25 1 2 x\nq25 Q0 d3 2 1 x\nq26 Q0 d4 1 2 x\nq26 Q0 d5 2 1 x\n", to: folder.file("first.run"))
    let evaluate = "collection: collection, split: test, candidates: run, top: 2, measures: [recall@5]"
    let ended = try hone("evaluate={\(evaluate), run: first.run}", quiet: false)
    #expect(ended.status == 0, "\(ended.messages)")
    #expect(
      ended.messages.contains("first.run lacks 3 of 5 queries of split 'test'; they count as 0 (for example \"q27\")"))
    let comparison = try #require(result()["comparisons"]?.arrayValue?.first?.objectValue)
    #expect(comparison["queries"]?.integerValue == 5)
    #expect(comparison["base"]?.doubleValue == 0.2 && comparison["tuned"]?.doubleValue == 0.2)
    try Files.write("q25 Q0 d25 1 3 x\nq25 Q0 nowhere 2 2 x\n", to: folder.file("other.run"))
    let wrong = try hone("evaluate={\(evaluate), run: other.run}", "output.folder=runs/wrong")
    #expect(wrong.status == 65)
    #expect(wrong.messages.contains("other.run: document \"nowhere\" is not in collection/corpus.jsonl"))
  }

  @Test func patienceEndsTrainingWhereScoresStayAsTheyAre() throws {
    let ended = try hone("patience={scores: 2, minimumImprovement: 1}", quiet: false)
    #expect(ended.status == 0, "\(ended.messages)")
    #expect(ended.messages.contains("stopped after step 15 of 20: 2 scores without a better one than after step 5"))
    #expect(try result()["steps"]?.integerValue == 15)
    #expect(try result()["bestStep"]?.integerValue == 5)
  }

  // MARK: - Losses and bad input

  @Test(arguments: [
    "listNet", "listMLE, positionAware: true", "rankNet, sigma: 1, logarithm: natural", "adrMSE, alpha: 1",
    "lambdaLoss, weighting: lambdaRank, sigma: 1, logarithm: binary", "pairwiseLogistic", "triplet, margin: 1",
    "marginMSE", "distillation, temperature: 1, teacherTemperature: 1", "mse", "binaryCrossEntropy",
  ])
  func everyLossTrains(_ loss: String) throws {
    let ended = try hone("loss={name: \(loss)}", "data={rows: rows.jsonl, collection: collection}", "evaluate=null")
    #expect(ended.status == 0, "\(ended.messages)")
    #expect(try log().count { $0["loss"]?.doubleValue?.isFinite == true } == 20)
    #expect(try result()["comparisons"] == nil)
  }

  @Test func labelledPairsTrain() throws {
    let rows = (0..<16).map {
      "{\"sentence1\": \"find \($0 / 2)\", \"sentence2\": \"the file \($0)\", \"score\": \($0 % 2)}\n"
    }
    try Files.write(rows.joined(), to: folder.file("pairs.jsonl"))
    for (index, loss) in ["binaryCrossEntropy", "coSENT, scale: 1", "listNet"].enumerated() {
      let ended = try hone(
        "loss={name: \(loss)}", "data={rows: pairs.jsonl}", "evaluate=null", "output.folder=runs/\(index)")
      #expect(ended.status == 0, "\(ended.messages)")
    }
    // Pairs stay alone, or are gathered by their queries.
    let counts = try (0..<3).map { try result("runs/\($0)")["rows"]?.integerValue }
    #expect(counts == [16, 16, 8])
  }

  @Test func pairsLongerThanTheLimitOnBothSidesAreCut() throws {
    let long = Array(repeating: "chess", count: 40).joined(separator: " ")
    try Files.write(
      "{\"query\": \"\(long)\", \"positive\": \"board \(long)\", \"negatives\": [\"game \(long)\"]}\n",
      to: folder.file("long.jsonl"))
    let ended = try hone(
      "data={rows: long.jsonl}", "model.maximumLength=9", "schedule={name: constant, warmup: 0, steps: 1}",
      "evaluate=null")
    #expect(ended.status == 0, "\(ended.messages)")
    #expect(try log().first?["tokens"]?.integerValue == 18)
    #expect(
      try result()["cutTexts"]?.objectValue?["pairs"]
        == ["looked": 2, "cut": 2, "median": 84, "longest": 84, "merged": 0])
    // What differs beyond the limit is nothing to learn from.
    try Files.write(
      "{\"query\": \"\(long)\", \"positive\": \"\(long) board\", \"negatives\": [\"\(long) game\"]}\n",
      to: folder.file("same.jsonl"))
    let same = try hone("data={rows: same.jsonl}", "model.maximumLength=9", "evaluate=null", "output.folder=runs/same")
    #expect(
      same.messages.contains("warning: 'model.maximumLength': cut to 9 tokens, all 2 pairs are the same for the model"))
  }

  @Test func aStepThatIsNoNumberStopsBeforeTheWeights() throws {
    let ended = try hone("optimizer.rate=1e30", "optimizer.clip=null")
    #expect(ended.status == 70)
    #expect(ended.messages.contains("error: step ") && ended.messages.contains("the weights were not changed"))
    #expect(ended.messages.contains("(q"))
    #expect(!Files.exists(folder.file("runs/small/model")))
  }

  @Test func rowsThatCannotBeUsedAreRefused() throws {
    try Files.write("{\"query\": \"a\", \"positive\": \"b\"}\n", to: folder.file("lonely.jsonl"))
    let lonely = try hone("data={rows: lonely.jsonl}")
    #expect(lonely.status == 65)
    #expect(
      lonely.messages
        == "error: lonely.jsonl: the loss infoNCE compares documents, and of 1 group none has both a positive and a "
        + "negative (1 without a negative); mine negatives, or set 'data.easyNegatives'\n")
    let head = try hone("optimizer.rates={clasifier: 10}")
    #expect(head.status == 78)
    #expect(head.messages.contains("no parameter's name begins with the components 'clasifier'"))
  }
}
