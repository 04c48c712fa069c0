import Files
import Foundation
import JSONText
import TestSupport
import Testing

/// Whole training runs of a tiny model, as users start them.
@Suite(.serialized) struct TrainingTests: HoneSuite {
  let folder: TemporaryFolder

  init() throws {
    folder = TemporaryFolder()
    try SmallCollection.write(to: folder.path)
  }

  @Test func aRunLeavesEverythingThatIsPromised() throws {
    let ended = try hone("run", "recipe.yaml")
    #expect(ended.status == 0, "\(ended.messages)")
    #expect(ended.lines.first?.hasPrefix("split  measure     base   tuned   change") == true)
    #expect(ended.output.contains("\nmodel   runs/small/model\nreport  runs/small/report.html\n"))
    #expect(ended.messages.hasPrefix("20 rows, 20 steps of 4 rows; 22,400 parameters, "))
    #expect(ended.messages.contains("\nafter step 20: nDCG@10 "))

    let names = try Files.list(folder.file("runs/small")).filter { !$0.hasPrefix("events.out.tfevents.") }
    #expect(
      names == [
        "base.dev.run", "base.test.run", "checkpoint-14", "inputs.json", "log.jsonl", "model", "recipe.yaml",
        "report.html",
        "result.json",
        "run.lock", "tuned.dev.run", "tuned.test.run",
      ])
    let steps = try log("runs/small").filter { $0["loss"] != nil }
    #expect(steps.compactMap { $0["step"]?.integerValue } == Array(1...20))
    #expect(steps.compactMap { $0["rows"]?.integerValue }.reduce(0, +) == 80)
    let looks = try log("runs/small").filter { $0["dev"] != nil }
    #expect(looks.compactMap { $0["step"]?.integerValue } == [0, 5, 10, 15, 20])
    let losses = steps.compactMap { $0["loss"]?.doubleValue }
    #expect(losses.suffix(5).reduce(0, +) < losses.prefix(5).reduce(0, +))

    let result = try result("runs/small")
    #expect(result["status"] == "finished")
    #expect(result["comparisons"]?.arrayValue?.count == 4)
    #expect(result["verdict"]?.stringValue != nil)
    let page = String(decoding: try Files.read(folder.file("runs/small/report.html")), as: UTF8.self)
    #expect(page.contains("<polyline"))
  }

  @Test func theExportedFolderIsWhatOthersLoad() throws {
    #expect(try hone("run", "recipe.yaml", "--quiet").output == "")
    let model = folder.file("runs/small/model")
    #expect(
      try Files.list(model) == [
        "1_Pooling", "2_Normalize", "README.md", "config.json", "config_sentence_transformers.json", "hone.json",
        "model.safetensors", "modules.json", "sentence_bert_config.json", "special_tokens_map.json", "tokenizer.json",
        "tokenizer_config.json", "vocab.txt",
      ])
    let card = String(decoding: try Files.read(Files.join(model, "README.md")), as: UTF8.self)
    #expect(card.hasPrefix("---\nlibrary_name: sentence-transformers\npipeline_tag: sentence-similarity\ntags:\n"))
    #expect(card.contains("\nbase_model: \"bert-tiny\"\n"))
    #expect(card.contains("\n| test | nDCG@10 | "))
    let origin = try #require(try JSONReader.parse(Files.read(Files.join(model, "hone.json"))).objectValue)
    #expect(origin.members.map(\.name) == ["version", "recipe", "baseModel", "data", "results"])
    let search = try hone(
      "search", "--quiet", "--model", "runs/small/model", "--corpus", "collection/corpus.jsonl", "--query", "chess",
      "--top", "1")
    #expect(search.lines.count == 1)
  }

  @Test func theExportHasThePoolingTheTokensAndTheTypeThatWereAskedFor() throws {
    let ended = try hone(
      "run", "recipe.yaml", "--quiet", "--set", "model.pooling=cls+mean", "--set", "export={type: bfloat16}",
      "--set", "model.addTokens=['[Q]', '[D]']", "--set", "model.prompts={query: '[Q] ', document: '[D] '}")
    #expect(ended.status == 0, "\(ended.messages)")
    let model = folder.file("runs/small/model")
    let configuration = try JSONReader.parse(Files.read(Files.join(model, "config.json"))).objectValue
    #expect(configuration?["torch_dtype"] == "bfloat16" && configuration?["vocab_size"] == 100)
    let pooling = try JSONReader.parse(Files.read(Files.join(model, "1_Pooling/config.json"))).objectValue
    let modes = pooling?.members.filter { $0.value == true }.map(\.name)
    #expect(modes == ["pooling_mode_cls_token", "pooling_mode_mean_tokens", "include_prompt"])
    let card = String(decoding: try Files.read(Files.join(model, "README.md")), as: UTF8.self)
    #expect(card.contains("\n64 numbers, compared by") && card.contains("pooling: cls+mean."))
    #expect(card.contains("the last ones, rounded to bfloat16, as they are measured here"))
    let inspected = try hone("inspect", "runs/small/model").output
    #expect(inspected.contains("BF16") && !inspected.contains("F32"))
    let tokens = try hone("tokenize", "--model", "runs/small/model", input: "[Q] find [D] a file\n")
    #expect(tokens.output.contains("98") && tokens.output.contains("99"), "\(tokens.output)")
  }

  @Test func resultsDoNotDependOnThreadsOrOnTheRun() throws {
    var sums: [JSONValue?] = []
    for (name, threads) in [("a", "1"), ("b", "2"), ("c", "2")] {
      #expect(
        try hone("run", "recipe.yaml", "--quiet", "--threads", threads, "--set", "output.folder=runs/\(name)").status
          == 0)
      sums.append(try result("runs/\(name)")["weightsSHA256"])
    }
    #expect(sums[0] != nil)
    #expect(sums[0] == sums[1])
    #expect(sums[1] == sums[2])
  }

  @Test func theTokenBudgetChangesOnlyRounding() throws {
    for (name, tokens) in [("small", "32"), ("large", "4096")] {
      let ended = try hone(
        "run", "recipe.yaml", "--quiet", "--set", "batch.tokens=\(tokens)", "--set", "output.folder=runs/\(name)")
      #expect(ended.status == 0)
    }
    let losses = try ["small", "large"].map { name in
      try log("runs/\(name)").compactMap { $0["loss"]?.doubleValue }
    }
    #expect(losses.map(\.count) == [20, 20])
    for (first, second) in zip(losses[0], losses[1]) { #expect(abs(first - second) <= 1e-4 * max(1, second)) }
  }

  @Test func aFinishedRunIsConfirmedAndNeverOverwritten() throws {
    #expect(try hone("run", "recipe.yaml", "--quiet").status == 0)
    let again = try hone("run", "recipe.yaml")
    #expect(again.status == 73)
    #expect(
      again.messages
        == "error: runs/small holds a finished run; a run has a folder of its own: set output.folder to a new one, or remove "
        + "this one\n")
    let confirmed = try hone("run", "recipe.yaml", "--resume")
    #expect(confirmed.status == 0)
    #expect(confirmed.output == "runs/small: this run is finished already; nothing to do\n")
    let json = try hone("run", "recipe.yaml", "--resume", "--json")
    #expect(try JSONReader.parse(Array(json.output.utf8)).objectValue?["status"] == "finished")
    let other = try hone("run", "recipe.yaml", "--resume", "--set", "seed=18")
    #expect(other.status == 73)
    #expect(other.messages.contains("('seed' was '17', is '18')"))
  }

  @Test func aFolderInUseIsBusy() throws {
    try Files.makeFolder(folder.file("runs/small"))
    let lock = try FolderLock(folder.file("runs/small"), name: "run.lock", advice: "")
    let ended = try hone("run", "recipe.yaml")
    #expect(ended.status == 75)
    #expect(ended.messages.hasPrefix("error: runs/small is in use by process "))
    withExtendedLifetime(lock) {}
  }

  /// The signal comes when the log has some steps; what the run then goes on to is what it would have been.
  @Test(arguments: [(SIGTERM, Int32(143)), (SIGINT, Int32(130))])
  func anInterruptedRunGoesOnToTheSameWeights(_ signal: Int32, _ status: Int32) throws {
    let long = ["--set", "schedule.epochs=600", "--set", "evaluate.every=null"]
    #expect(
      try HoneProcess.run(
        ["run", "recipe.yaml", "--quiet", "--set", "output.folder=runs/whole"] + long, in: folder.path
      ).status == 0)
    let stopped = try HoneProcess.run(
      ["run", "recipe.yaml", "--set", "output.folder=runs/parts"] + long, in: folder.path
    ) {
      process in
      let path = folder.file("runs/parts/log.jsonl")
      let deadline = Date().addingTimeInterval(60)
      while ((try? Files.size(path)) ?? 0) < 1000 && process.isRunning && Date() < deadline { usleep(1000) }
      kill(process.processIdentifier, signal)
    }
    #expect(stopped.status == status)
    #expect(stopped.messages.contains("of 3000, saved in runs/parts; go on with --resume"))
    #expect(!Files.exists(folder.file("runs/parts/result.json")))
    let refused = try HoneProcess.run(
      ["run", "recipe.yaml", "--set", "output.folder=runs/parts"] + long, in: folder.path)
    #expect(refused.messages.contains("runs/parts holds an interrupted run; go on with --resume"))
    let resumed = try HoneProcess.run(
      ["run", "recipe.yaml", "--resume", "--set", "output.folder=runs/parts"] + long, in: folder.path)
    #expect(resumed.status == 0)
    #expect(resumed.messages.contains("going on after step "))
    #expect(try result("runs/parts")["weightsSHA256"] == result("runs/whole")["weightsSHA256"])
    func losses(_ run: String) throws -> [JSONValue] { try log(run).compactMap { $0["loss"] } }
    let whole = try losses("runs/whole")
    #expect(whole.count == 3000)
    #expect(try losses("runs/parts") == whole)
  }

  @Test func patienceEndsTrainingWhereScoresStayAsTheyAre() throws {
    let ended = try hone("run", "recipe.yaml", "--set", "patience={scores: 2, minimumImprovement: 1}")
    #expect(ended.status == 0, "\(ended.messages)")
    #expect(ended.messages.contains("stopped after step 15 of 20: 2 scores without a better one than after step 5"))
    #expect(try result("runs/small")["steps"]?.integerValue == 15)
    let refused = try hone("run", "recipe.yaml", "--set", "patience={scores: 2}", "--set", "evaluate.every=null")
    #expect(refused.status == 78)
    #expect(refused.messages.contains("'patience': it counts scores during training; set 'evaluate.every'"))
  }

  @Test func aLossThatStaysIsWarnedOf() throws {
    let ended = try hone("run", "recipe.yaml", "--set", "optimizer.rate=1e-8")
    #expect(ended.status == 0, "\(ended.messages)")
    #expect(ended.messages.contains(": plateau: the loss is where it began"), "\(ended.messages)")
    #expect(try log("runs/small").count { $0["warning"] != nil } == 1)
    #expect(try log("runs/small").count { ($0["spread"]?.doubleValue ?? 0) > 0 } == 20)
  }

  @Test func aStepThatIsNoNumberStopsBeforeTheWeights() throws {
    let ended = try hone(
      "run", "recipe.yaml", "--quiet", "--set", "optimizer.rate=1e30", "--set", "optimizer.clip=null")
    #expect(ended.status == 70)
    #expect(ended.messages.hasPrefix("error: step "))
    #expect(ended.messages.contains("the weights were not changed"))
    #expect(ended.messages.contains("(q"))
    #expect(!Files.exists(folder.file("runs/small/model")))
  }

  @Test func rowsInTheirOwnOrderMustNotRepeatTexts() throws {
    let rows = ["find", "file", "chess", "file"].map { "{\"query\": \"a \($0)\", \"positive\": \"the \($0)\"}\n" }
    try Files.write(rows.joined(), to: folder.file("rows.jsonl"))
    let data = "data={rows: rows.jsonl, shuffle: false}"
    let refused = try hone("run", "recipe.yaml", "--set", data)
    #expect(refused.status == 65)
    #expect(
      refused.messages
        == "error: rows.jsonl: rows 2 and 4 are in one step and have a text in common; set batch.uniqueTexts to false, or let "
        + "the rows be shuffled\n")
    #expect(try hone("run", "recipe.yaml", "--quiet", "--set", data, "--set", "batch.uniqueTexts=false").status == 0)
  }

  @Test func unknownParametersAreABadRecipe() throws {
    let ended = try hone("run", "recipe.yaml", "--set", "optimizer.freeze=[embedings]")
    #expect(ended.status == 78)
    #expect(ended.messages.hasPrefix("error: 'optimizer': no parameter's name begins with the components 'embedings'"))
    // Nothing was begun, so the folder is free for the mended recipe.
    #expect(try hone("run", "recipe.yaml", "--quiet", "--set", "optimizer.freeze=[embeddings]").status == 0)
  }

  @Test func nothingToTrainIsABadRecipe() throws {
    for setting in ["optimizer.freeze=['**']", "optimizer.rates={'*': 0}", "optimizer.freeze=[embeddings, encoder]"] {
      let ended = try hone("run", "recipe.yaml", "--set", setting)
      #expect(ended.status == 78)
      #expect(
        ended.messages.hasPrefix("error: 'optimizer': 'freeze' and the rates of 0 in 'rates' cover every parameter "),
        "\(setting)")
    }
    let tiny = try hone("run", "recipe.yaml", "--set", "optimizer.rate=1e-60")
    #expect(tiny.status == 78 && tiny.messages.hasPrefix("error: 'optimizer.rate': 1e-60 is 0 as a 32-bit number"))
    let oneStep = try hone("run", "recipe.yaml", "--set", "schedule={name: linear, warmup: 0.1, steps: 1}")
    #expect(oneStep.status == 78)
    #expect(oneStep.messages.hasPrefix("error: 'schedule.warmup': 0.1 of 1 step, rounded up, is the whole run"))
  }

  /// The introduction says what is really done; the report and the result say it too.
  @Test func stepsAndCutTextsAreSaidAsTheyAre() throws {
    let rows = (0..<9).map { "{\"query\": \"find \($0)\", \"positive\": \"\($0 < 6 ? 0 : $0) the file\"}\n" }
    try Files.write(rows.joined(), to: folder.file("rows.jsonl"))
    let ended = try hone(
      "run", "recipe.yaml", "--set", "data={rows: rows.jsonl}", "--set", "evaluate=null", "--set", "schedule.epochs=1",
      "--set", "model.maximumLength=4")
    #expect(ended.status == 0, "\(ended.messages)")
    #expect(
      ended.messages.contains(
        "rows, the median 1 (batch.queries asks for 4: rows with a text in common are kept apart); 22,400 parameters"),
      "\(ended.messages)")
    // "7 the file" is three words, [CLS] and [SEP] two; no query of two words is cut.
    let cut = "4 of 4 documents (median 5, longest 5, row 1)"
    #expect(
      ended.messages.contains("\nwarning: \(cut) longer than 'model.maximumLength' of 4 tokens, and cut"),
      "\(ended.messages)")
    let result = try result("runs/small")
    #expect(result["stepSizes"]?.objectValue?["asked"] == 4 && result["stepSizes"]?.objectValue?["median"] == 1)
    #expect(result["cutTexts"]?.objectValue?["limit"] == 4)
    let page = String(decoding: try Files.read(folder.file("runs/small/report.html")), as: UTF8.self)
    #expect(page.contains("4 of 4 documents to 4 tokens"))
  }

  @Test func aBatchLargerThanAnyDataIsAllOfIt() throws {
    let ended = try hone("run", "recipe.yaml", "--set", "batch.queries=\(Int.max)")
    #expect(ended.status == 0, "\(ended.messages)")
    #expect(ended.messages.hasPrefix("20 rows, 4 steps of 20 rows (batch.queries asks for "), "\(ended.messages)")
  }

  /// A guide that takes every document for an answer leaves nothing to learn from, which only the steps show.
  @Test func aRunWithoutAnyGradientExportsNothing() throws {
    let ended = try hone(
      "run", "recipe.yaml", "--set", "guide={folder: \"\(HoneProcess.model)\", absoluteMargin: 3}")
    #expect(ended.status == 65)
    #expect(
      ended.messages.contains("\nwarning: after step 5: idle: the last 5 steps had no gradient"), "\(ended.messages)")
    #expect(ended.messages.contains("\nerror: no step had a gradient, so that the model has learnt nothing"))
    #expect(!Files.exists(folder.file("runs/small/model")))
  }

  @Test func aNewDenseModuleIsTrainedAndExported() throws {
    #expect(try hone("run", "recipe.yaml", "--quiet").status == 0)
    let ended = try hone(
      "run", "recipe.yaml", "--quiet", "--set", "dense={dimensions: 8, activation: tanh}", "--set",
      "optimizer.rates={2_Dense: 10}", "--set", "output.folder=runs/dense")
    #expect(ended.status == 0, "\(ended.messages)")
    let model = folder.file("runs/dense/model")
    #expect(
      try Files.list(model).filter { $0.contains("_") && !$0.contains(".") } == [
        "1_Pooling", "2_Dense", "3_Normalize",
      ])
    try Files.write("{\"_id\": \"a\", \"text\": \"chess\"}\n", to: folder.file("texts.jsonl"))
    #expect(
      try hone("encode", "--quiet", "--model", "runs/dense/model", "--input", "texts.jsonl", "--output", "v.jsonl")
        .status == 0)
    let vector = try JSONReader.parse(Files.read(folder.file("v.jsonl"))).objectValue?["embedding"]?.arrayValue
    #expect(vector?.count == 8)
    // What it is compared with is the base model, without the module.
    #expect(
      try Files.read(folder.file("runs/dense/base.test.run")) == Files.read(folder.file("runs/small/base.test.run")))
    // The width of a folder with a Dense module is known when it is loaded.
    let tooWide = try hone(
      "run", "recipe.yaml", "--set", "model.folder=runs/dense/model", "--set", "matryoshka={dimensions: [16]}",
      "--set", "output.folder=runs/wide")
    #expect(tooWide.status == 78)
    #expect(
      tooWide.messages.contains("'matryoshka.dimensions': 16 is more than the model's width of 8"),
      "\(tooWide.messages)")
  }

  /// A loss in every step of a run, all of them finite, and lower at the end than at the start by more than batches differ.
  private func expectLearning(_ loss: String) throws {
    let losses = try log().compactMap { $0["loss"]?.doubleValue }
    #expect(try losses.count == result()["steps"]?.integerValue && losses.count >= 8)
    #expect(losses.allSatisfy { $0.isFinite }, "\(loss): \(losses)")
    let (first, last) = (losses.prefix(4).reduce(0, +), losses.suffix(4).reduce(0, +))
    #expect(last < 0.8 * first, "\(loss): \(losses)")
  }

  @Test(arguments: [
    "loss={name: coSENT, scale: 20}", "loss={name: cosineMSE}", "loss={name: contrastive, margin: 0.5}",
  ])
  func lossesOfLabelledPairsTrain(_ loss: String) throws {
    let words = ["find", "file", "chess", "board", "game", "play", "image", "sound"]
    let rows = (0..<16).map { index in
      let (first, second) = (words[index % 8], words[(index * 3 + 1) % 8])
      return "{\"sentence1\": \"\(first) a\", \"sentence2\": \"the \(second)\", \"score\": \(index % 2)}\n"
    }
    try Files.write(rows.joined(), to: folder.file("pairs.jsonl"))
    let ended = try hone(
      "run", "recipe.yaml", "--quiet", "--set", "data={rows: pairs.jsonl}", "--set", "evaluate=null", "--set", loss)
    #expect(ended.status == 0, "\(ended.messages)")
    #expect(try result("runs/small")["comparisons"] == nil)
    try expectLearning(loss)
    let wrong = try hone("run", "recipe.yaml", "--set", loss, "--set", "output.folder=runs/wrong")
    #expect(wrong.status == 65)
    #expect(wrong.messages.contains("needs a label in every row, 20 rows of 20 have none"))
  }

  @Test(arguments: [
    "loss={name: triplet, margin: 0.2}", "loss={name: marginMSE, similarity: cosine}",
    "loss={name: distillation, similarity: cosine, temperature: 0.05, teacherTemperature: 1}",
    "loss={name: infoNCE, scale: 20, maskKnownPositives: true, inBatchNegatives: false}",
    "loss={name: infoNCE, scale: 20, maskKnownPositives: true, symmetric: true}",
  ])
  func lossesOfRowsWithNegativesTrain(_ loss: String) throws {
    let words = ["find", "file", "chess", "board", "game", "play", "image", "sound"]
    let rows = words.indices.map { index in
      let others = [words[(index + 1) % 8], words[(index + 3) % 8]].prefix(1 + index % 2)
      let scores = ([3.0] + others.map { _ in 0.5 }).map { "\($0)" }.joined(separator: ", ")
      let negatives = others.map { "\"a \($0)\"" }.joined(separator: ", ")
      return
        "{\"query\": \"\(words[index])\", \"positive\": \"the \(words[index])\", \"negatives\": [\(negatives)], \"scores\": [\(scores)]}\n"
    }
    try Files.write(rows.joined(), to: folder.file("rows.jsonl"))
    let ended = try hone(
      "run", "recipe.yaml", "--quiet", "--set", "data={rows: rows.jsonl}", "--set", loss, "--set",
      "batch.uniqueTexts=false", "--set", "matryoshka={dimensions: [32, 16]}", "--set", "output.weights=best")
    #expect(ended.status == 0, "\(ended.messages)")
    try expectLearning(loss)
    // The exported weights are those of the best first measure after the first step, the earlier of equal ones.
    let scores = try log().compactMap { line in
      try line["dev"].map { (step: line["step"], value: try #require($0.objectValue?["nDCG@10"]?.doubleValue)) }
    }
    #expect(scores.first?.step == 0 && scores.count >= 3)
    let best = try #require(scores.dropFirst().map(\.value).max())
    #expect(try result()["bestStep"] == scores.dropFirst().first { $0.value == best }?.step)
  }

  @Test func theEvaluateRecipeScoresAndCompares() throws {
    let recipe = """
      recipe: evaluate
      model:    { folder: "\(HoneProcess.model)" }
      evaluate: { collection: collection, splits: [dev, test], measures: [nDCG@10] }
      output:   { folder: runs/scores }
      """
    try Files.write(recipe, to: folder.file("evaluate.yaml"))
    let alone = try hone("run", "evaluate.yaml", "--quiet", "--json")
    #expect(alone.status == 0, "\(alone.messages)")
    let scores = try JSONReader.parse(Array(alone.output.utf8)).objectValue?["scores"]?.arrayValue
    #expect(scores?.count == 2)
    let compared = try hone(
      "run", "evaluate.yaml", "--quiet", "--json", "--set", "output.folder=runs/both", "--set",
      "baseline.folder=\(HoneProcess.model)")
    #expect(try JSONReader.parse(Array(compared.output.utf8)).objectValue?["verdict"] == "NO DIFFERENCE")
    #expect(try Files.list(folder.file("runs/both")).filter { $0.hasSuffix(".run") }.count == 4)
  }
}
