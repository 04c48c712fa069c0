import Datasets
import Encoders
import Evaluation
import Files
import JSONText
import Layers
import OrderedCollections
import Pages
import Retrieval
import Runs
import Synchronization
import Tensors
import TestSupport
import Testing
import Training
import Words

@testable import Recipes

/// Runs that export a mix of the base model and the trained one.
@Suite struct MergeTests {
  private static let bert = Files.join(Locations.repositoryRoot, "Tests/Goldens/bert-tiny")
  private static let reranker = Files.join(Locations.repositoryRoot, "Tests/Goldens/cross-encoder-tiny")

  private let recipes: WholeRecipes
  private var run: String { recipes.folder.file("run") }
  private var collection: String { recipes.folder.file("collection") }

  init() throws { recipes = try WholeRecipes() }

  /// A recipe of a bi-encoder whose mixes are evaluated on what it is trained on, and so are better than the base.
  private var biEncoder: [String] {
    [
      "schedule={name: linear, warmup: 0.1, steps: 12}", "data={collection: \(collection), split: train}",
      "loss={name: infoNCE}",
    ] + evaluation
  }

  private var evaluation: [String] {
    ["optimizer.rate=5e-3", "evaluate={collection: \(collection), split: train, measures: [MAP], verdict: [dev]}"]
  }

  private var crossEncoder: [String] {
    [
      "model.folder=\(Self.reranker)", "optimizer.rate=2e-2", "evaluate.split=train", "evaluate.queries=null",
      "evaluate.measures=[MAP]", "evaluate.verdict=[dev]", "output.weights=last",
    ]
  }

  private func result() throws -> JSONObject {
    try #require(try JSONReader.parse(Files.read(Files.join(run, "result.json"))).objectValue)
  }

  private func weights(_ folder: String) throws -> ParameterDictionary {
    try ParameterFile.read(Files.join(folder, "model.safetensors"))
  }

  private func expectSame(_ first: ParameterDictionary, _ second: ParameterDictionary) {
    #expect(first.keys == second.keys && !first.isEmpty)
    for (key, parameter) in first { #expect(second[key]?.elements == parameter.elements, "\(key)") }
  }

  // MARK: - The choice

  /// The sweep of measures on dev and the general collection, at α 0, 0.25, ….
  private func sweep(_ development: [Double], general: [Double]? = nil, largestLoss: Double = 0) -> MergeSweep {
    let points = development.enumerated().map { index, value in
      MergeSweep.Point(alpha: Double(index) / 4, development: value, general: general?[index], seconds: 1)
    }
    return MergeSweep(
      measure: "MAP", split: "dev", general: general.map { _ in (name: "test of c", largestLoss: largestLoss) },
      base: points[0], others: Array(points.dropFirst()))
  }

  @Test func theBestMixOnDevIsChosen() {
    #expect(sweep([0.1, 0.2, 0.4, 0.3, 0.2]).chosen.alpha == 0.5)
    #expect(sweep([0.1, 0.2, 0.3, 0.4, 0.5]).chosen.alpha == 1)
    // Of equal ones the nearest to the base.
    #expect(sweep([0.1, 0.2, 0.4, 0.4, 0.4]).chosen.alpha == 0.5)
    #expect(sweep([0.4, 0.2, 0.4, 0.4, 0.4]).chosen.alpha == 0)
    #expect(sweep([0.1, .nan, .nan, 0.05, 0.02]).chosen.alpha == 0)
  }

  @Test func theLossOnTheGeneralCollectionIsBounded() {
    let development = [0.1, 0.2, 0.3, 0.4, 0.5]
    func chosen(_ largestLoss: Double) -> Double {
      sweep(development, general: [0.75, 0.75, 0.5, 0.625, 0.25], largestLoss: largestLoss).chosen.alpha
    }
    // α 0.5 loses more than 0.75 does, and is left out alone.
    #expect(chosen(0.5) == 1 && chosen(0.25) == 0.75 && chosen(0.125) == 0.75 && chosen(0.0625) == 0.25)
    #expect(chosen(0) == 0.25)
    #expect(sweep(development, general: [0.75, 0.5, 0.5, 0.5, 0.5]).chosen.alpha == 0)
  }

  @Test func theBaseIsExportedWithAWarning() {
    let end = "so that the exported weights are the base's: keep the base, or train otherwise"
    #expect(sweep([0.4, 0.2, 0.4]).warning == "'merge': no mix is better than the base on dev, \(end)")
    #expect(
      sweep([0.1, 0.2, 0.4], general: [0.5, 0.4, 0.3]).warning
        == "'merge': each mix that is better than the base on dev loses too much on test of c, \(end)")
    #expect(sweep([0.1, 0.2]).warning == nil)
  }

  @Test func theSweepIsShown() throws {
    let sweep = sweep([0.1, 0.2, 0.3], general: [0.75, 0.7, 0.5], largestLoss: 0.1)
    #expect(sweep.sentence == "α 0.25: MAP +0.1000 on dev, -0.0500 on test of c")
    #expect(
      sweep.table.rows == [
        ["0.0", "0.1000", "+0.0000", "0.7500", "+0.0000", "1.0", ""],
        ["0.25", "0.2000", "+0.1000", "0.7000", "-0.0500", "1.0", "exported"],
        ["0.5", "0.3000", "+0.2000", "0.5000", "-0.2500", "1.0", "loses too much"],
      ], "\(sweep.table.rows)")
    let mixes = try #require(sweep.json(timed: true).objectValue?["mixes"]?.arrayValue)
    #expect(mixes.map { $0.objectValue?["allowed"] } == [true, true, false])
    #expect(sweep.json(timed: true).objectValue?["alpha"] == 0.25)
    #expect(mixes[0].objectValue?["seconds"]?.doubleValue == 1 && !sweep.json(timed: false).text().contains("seconds"))
    let plot = try #require(sweep.table.plots.first)
    #expect(plot.curves.count == 2 && plot.dots.count == 6)
    #expect(self.sweep([0.1]).table.plots.isEmpty)
  }

  // MARK: - Whole runs

  /// The weights and the measures are those of (1 − α) · base + α · trained, made by hand.
  @Test func aBiEncodersMixIsExportedAndMeasured() throws {
    try recipes.run("trainBiEncoder-steps", biEncoder)
    let trained = try BiEncoder(folder: Files.join(run, "model"))
    try Files.remove(run)
    let base = try BiEncoder(folder: Self.bert)
    let general = "general: {collection: \(collection), split: test, largestLoss: 1}"
    let notes = try recipes.run("trainBiEncoder-steps", biEncoder + ["merge={alphas: [0.5], \(general)}"])

    let whole = try Collection(folder: collection)
    let plans = try ["train", "test"].map { split in
      try EvaluationPlan(whole, splits: [split], measures: [Measure(parsing: "MAP")], warn: { _ in })
    }
    let sweep = try #require(try result()["merge"]?.objectValue)
    let points = try #require(sweep["mixes"]?.arrayValue).compactMap(\.objectValue)
    #expect(points.compactMap { $0["alpha"]?.doubleValue } == [0, 0.5])
    for (point, alpha) in zip(points, [0, 0.5] as [Float]) {
      let model = trained.mixed(with: base, alpha: alpha)
      let values = try plans.map { try $0.firstValue(of: $0.rankings(of: model, report: { _ in })) }
      #expect([point["development"]?.doubleValue, point["general"]?.doubleValue] == values, "\(alpha)")
    }
    let alpha = try #require(sweep["alpha"]?.doubleValue)
    #expect(alpha == 0.5)
    expectSame(
      try BiEncoder(folder: Files.join(run, "model")).parameters, trained.mixed(with: base, alpha: 0.5).parameters)
    #expect(
      notes.count { $0.wholeMatch(of: /α 0\.[05]: MAP \d\.\d{4} on train, MAP .* on test of .* in .*/) != nil } == 2)
    for file in ["model/hone.json", "result.json"] {
      let object = try JSONReader.parse(Files.read(Files.join(run, file))).objectValue
      #expect(object?["merge"]?.objectValue?["mixes"]?.arrayValue?.count == 2, "\(file)")
    }
    for file in ["model/README.md", "report.html"] {
      let text = String(decoding: try Files.read(Files.join(run, file)), as: UTF8.self)
      #expect(text.contains("Mixes of base and trained weights"), "\(file)")
    }
  }

  @Test func aRerankersMixIsExportedAndMeasured() throws {
    try recipes.run("trainCrossEncoder", crossEncoder)
    let trained = try CrossEncoder(folder: Files.join(run, "model"))
    try Files.remove(run)
    let base = try CrossEncoder(folder: Self.reranker)
    let general = "general: {collection: \(collection), split: test, largestLoss: 1, queries: 2}"
    let notes = try recipes.run("trainCrossEncoder", crossEncoder + ["merge={alphas: [0.5, 1], \(general)}"])
    let sweep = try #require(try result()["merge"]?.objectValue)
    let alpha = try #require(sweep["alpha"]?.doubleValue)
    expectSame(
      try CrossEncoder(folder: Files.join(run, "model")).parameters,
      trained.mixed(with: base, alpha: Float(alpha)).parameters)
    let points = try #require(sweep["mixes"]?.arrayValue).compactMap(\.objectValue)
    #expect(points.count == 3 && points.allSatisfy { $0["general"]?.doubleValue != nil })
    #expect(Set(points.compactMap { $0["development"]?.doubleValue }).count > 1)
    #expect(notes.contains { $0.hasPrefix("finding documents of test of ") })
    // The last evaluation during training was of the trained weights.
    let records = try RunLog.records(of: Files.join(run, "log.jsonl")).compactMap { $0["dev"]?.objectValue }
    #expect(records.last?["MAP"]?.doubleValue == points[2]["development"]?.doubleValue)
  }

  /// The exported adapter is the mix too: merged into the base it gives the exported model.
  @Test func adaptersAreMixed() throws {
    let settings = biEncoder + ["model.adapter=null", "optimizer.rate=2e-2", "optimizer.rates=null"]
    try recipes.run("trainBiEncoder-lora", settings)
    let trained = try ParameterFile.read(Files.join(run, "adapter/adapter_model.safetensors"))
    try Files.remove(run)
    try recipes.run("trainBiEncoder-lora", settings + ["merge={alphas: [0.5]}"])
    let alpha = Float(try #require(try result()["merge"]?.objectValue?["alpha"]?.doubleValue))
    try #require(alpha == 0.5, "the mix is better here")
    let adapter = Files.join(run, "adapter")
    for (key, factor) in try ParameterFile.read(Files.join(adapter, "adapter_model.safetensors")) {
      let scale: Float = key.contains("lora_B") ? 0.5 : 1
      #expect(trained[key]?.elements.map { $0 * scale } == factor.elements, "\(key)")
    }
    var merged = try BiEncoder(folder: Self.bert)
    try merged.mergeAdapters(of: adapter)
    expectSame(merged.parameters, try BiEncoder(folder: Files.join(run, "model")).parameters)
  }

  /// New tokens are in both, and rows of the table that no step touched have the bits of the base.
  @Test func newTokensAndUntouchedRowsAreMixed() throws {
    let settings =
      biEncoder + ["model.addTokens=['[Q]']", "model.prompts={query: '[Q] '}", "optimizer.rows=touched"]
    try recipes.run("trainBiEncoder-steps", settings + ["merge={alphas: [0.5]}"])
    let alpha = try #require(try result()["merge"]?.objectValue?["alpha"]?.doubleValue)
    try #require(alpha == 0.5, "the mix is better here")
    let key = "embeddings.word_embeddings.weight"
    let (base, mixed) = (try #require(weights(Self.bert)[key]), try #require(weights(Files.join(run, "model"))[key]))
    #expect(mixed.shape[0] == base.shape[0] + 1)
    let changed = (0..<base.shape[0]).count { base.row($0) != mixed.row($0) }
    #expect(changed > 3 && changed < base.shape[0] - 20)
  }

  /// Nothing on dev can be better than everything: the base stays, and the run says so.
  @Test func aRunWhoseBaseIsTheBestExportsIt() throws {
    let perfect = recipes.folder.file("perfect")
    try Files.copyFolder(collection, to: perfect)
    let texts = (0..<10).map { "{\"_id\": \"X\($0)\", \"text\": \"\(String(repeating: "word ", count: $0 + 1))\"}\n" }
    for (name, id) in [("corpus", "d"), ("queries", "q")] {
      try recipes.folder.write("perfect/\(name).jsonl", texts.map { $0.replacing("X", with: id) }.joined())
    }
    let notes = try recipes.run(
      "trainBiEncoder-steps", biEncoder + ["evaluate.collection=\(perfect)", "merge={}"])
    #expect(try result()["merge"]?.objectValue?["alpha"]?.doubleValue == 0)
    expectSame(
      try BiEncoder(folder: Files.join(run, "model")).parameters, try BiEncoder(folder: Self.bert).parameters)
    #expect(notes.contains { $0.hasSuffix("keep the base, or train otherwise") }, "\(notes)")
    #expect(try result()["verdict"] == "NO DIFFERENCE")
  }

  // MARK: - Interruptions

  /// A run that is stopped in the sweep makes it anew.
  @Test(arguments: [3, 12]) func anInterruptedRunGoesOnToTheSameWeights(_ step: Int) throws {
    let settings = biEncoder + ["merge={alphas: [0.25, 0.5, 0.75]}"]
    try recipes.run("trainBiEncoder-steps", settings)
    let whole = try weights(Files.join(run, "model"))
    try Files.remove(run)
    #expect(throws: RunInterrupted.self) { try recipes.run("trainBiEncoder-steps", settings, until: step) }
    #expect(Files.exists(Files.join(run, "checkpoint-\(step)")))
    try recipes.run("trainBiEncoder-steps", settings, resume: true)
    expectSame(try weights(Files.join(run, "model")), whole)
  }

  /// The base is read once more at the end, and must be the one that training began with.
  @Test func aBaseThatWasChangedInTheMeantimeIsRefused() throws {
    let copy = recipes.folder.file("base")
    try Files.copyFolder(Self.bert, to: copy)
    let file = Files.join(copy, "model.safetensors")
    let recipe = try recipes.read("trainBiEncoder-steps", biEncoder + ["model.folder=\(copy)", "merge={}"])
    let isChanged = Mutex(false)
    let context = RunContext(
      recipe: recipe.resolved, resume: false,
      report: { event in
        guard case .progress(let progress) = event, progress.task == "training", progress.done == 12 else { return }
        isChanged.withLock { $0 = true }
        var parameters = (try? ParameterFile.read(file)) ?? [:]
        parameters.values.indices.forEach { parameters.values[$0] = parameters.values[$0] * 1.5 }
        try? ParameterFile.write(parameters, to: file)
      }, isInterrupted: { false })
    let error = #expect(throws: RunError.self) { try recipe.run(in: context) }
    #expect(isChanged.withLock { $0 } && error?.kind == .badData)
    #expect(
      error?.description.hasPrefix(
        "\(copy) no longer has the weights that this run began with, and 'merge' mixes them with the trained ones; put them "
          + "back; step 12 is saved") == true, "\(error?.description ?? "")")
  }

  // MARK: - Settings

  @Test func theVerdictShouldBeOnAnotherSplit() throws {
    let notes = try recipes.run("trainBiEncoder-steps", biEncoder + ["evaluate.verdict=null", "merge={alphas: [1]}"])
    #expect(
      notes.contains(
        "'merge' chooses the mix by split 'train', which the verdict is on too, and so too kind; name another split in "
          + "'evaluate.verdict'"), "\(notes)")
  }

  @Test func aNewClassifierHasNoBase() throws {
    let error = #expect(throws: RunError.self) { try recipes.run("trainCrossEncoder", ["merge={}"]) }
    #expect(
      error
        == RunError(
          .badRecipe,
          "'merge': \(Self.bert) has no classifier, so that there is no base to mix with; train from a reranker, or remove it"
        ))
    #expect(!Files.exists(run))
  }

  @Test func mistakesAreNamedWithARemedy() throws {
    let general = "merge.general={collection: \(collection), largestLoss: 0.1"
    let adapter = Files.join(Locations.repositoryRoot, "Tests/Goldens/lora-bert")
    let (both, bi, cross) = (["trainBiEncoder", "trainCrossEncoder"], ["trainBiEncoder"], ["trainCrossEncoder"])
    for (names, settings, problem) in [
      (both, ["merge.alphas=[]"], "'merge.alphas': the list is empty; name at least one"),
      (both, ["merge.alphas=[0.5, 1.5]"], "'merge.alphas': 1.5 is not from 0 to 1"),
      (both, ["merge.alphas=[0.5, 0.5]"], "'merge.alphas': a number is there twice"),
      (
        both, ["merge={}", "evaluate=null", "patience=null", "cache=null", "output.weights=last"],
        "'merge': the mix is chosen by the dev split; set 'evaluate'"
      ),
      (
        both, ["merge={}", "lora={adapter: \(adapter)}"],
        "'merge': a mix of two adapters has no rank of one; merge the first into the base: 'model.adapter' in place of "
          + "'lora.adapter', and 'lora.layers' for a new one"
      ),
      (both, ["\(general), split: none}"], "'merge.general.split': \(collection)/qrels has no none.tsv; it has"),
      (both, [general + "}", "merge.general.largestLoss=-0.1"], "'merge.general.largestLoss': -0.1 is less than 0"),
      (bi, ["\(general), documents: 0}"], "'merge.general.documents': 0 is too small; at least 1"),
      (cross, ["\(general), queries: 0}"], "'merge.general.queries': 0 is too small; at least 1"),
      (bi, ["\(general), queries: 5}"], "unknown key 'merge.general.queries'"),
      (cross, ["\(general), documents: 5}"], "unknown key 'merge.general.documents'"),
      (
        cross,
        [general + "}", "evaluate.candidates=run", "evaluate.model=null", "evaluate.run=\(collection)/corpus.jsonl"]
          + ["cache=null"],
        "'merge.general': 'evaluate.run' has no documents for its queries; set 'evaluate.candidates' to model or judged"
      ),
    ] {
      for name in names {
        let dense = name == "trainBiEncoder" ? ["dense=null", "matryoshka=null"] : []
        let error = #expect(throws: (any Error).self) { try recipes.read(name, dense + settings) }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains(problem) && text.contains("\n1 problem;"), "\(text)")
      }
    }
    let error = #expect(throws: (any Error).self) { try recipes.read("trainBiEncoder", ["merge={}"]) }
    #expect(
      error.map { "\($0)" }?.contains(
        "'merge': the base has no module of 'dense', so that there is nothing between both; remove one of them") == true
    )
  }
}
