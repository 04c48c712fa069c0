import Encoders
import Files
import JSONText
import Layers
import OrderedCollections
import Runs
import Tensors
import TestSupport
import Testing

@testable import Recipes

/// Training of adapters in place of the model's weights.
@Suite struct LoRATests {
  private static let goldens = Files.join(Locations.repositoryRoot, "Tests/Goldens")
  private static let bert = Files.join(goldens, "bert-tiny")

  private let recipes: WholeRecipes
  private var run: String { recipes.folder.file("run") }
  private var model: String { Files.join(run, "model") }
  private var adapter: String { Files.join(run, "adapter") }

  init() throws { recipes = try WholeRecipes() }

  /// Runs a recipe until some steps are taken, and returns its notes.
  @discardableResult
  private func train(
    _ name: String, _ overrides: String..., until last: Int = .max, resume: Bool = false
  ) throws -> [String] {
    try recipes.run(name, overrides, until: last, resume: resume)
  }

  private func losses() throws -> [Double] {
    try String(decoding: Files.read(Files.join(run, "log.jsonl")), as: UTF8.self).split(separator: "\n").compactMap {
      try JSONReader.parse(Array($0.utf8)).objectValue?["loss"]?.doubleValue
    }
  }

  private func expectSame(_ first: ParameterDictionary, _ second: ParameterDictionary) {
    #expect(first.keys == second.keys && !first.isEmpty)
    for (key, parameter) in first {
      #expect(second[key].map { $0.elements == parameter.elements } == true, "\(key)")
    }
  }

  /// Expects parameters that steps at a rate of 10⁻⁹ have hardly changed.
  private func expectClose(_ first: ParameterDictionary, _ second: ParameterDictionary) {
    #expect(first.keys == second.keys && !first.isEmpty)
    for (key, parameter) in first {
      let others = second[key]?.elements ?? []
      #expect(others.count == parameter.elements.count, "\(key)")
      #expect(zip(parameter.elements, others).allSatisfy { abs($0 - $1) < 1e-7 }, "\(key)")
    }
  }

  // MARK: - Results

  /// Of the exported weights only those of adapted layers differ from the base, by the exported adapter; the loss falls.
  @Test func aBiEncodersAdaptersAreTrainedAndMerged() throws {
    let notes = try train("trainBiEncoder-lora", "schedule.epochs=20", "model.adapter=null")
    #expect(notes.contains("1,024 of 23,424 parameters are trained, with adapters in 4 linear layers"), "\(notes)")
    let losses = try losses()
    #expect(losses.count == 40 && losses.suffix(5).reduce(0, +) < 0.8 * losses.prefix(5).reduce(0, +), "\(losses)")

    let base = try BiEncoder(folder: Self.bert)
    let exported = try BiEncoder(folder: model)
    let changed = Array(base.parameters.keys).filter {
      exported.parameters[$0]?.elements != base.parameters[$0]?.elements
    }
    let layers = [0, 1].flatMap { layer in
      ["query", "value"].map { "encoder.layer.\(layer).attention.self.\($0).weight" }
    }
    #expect(changed == layers)
    var merged = base
    try merged.mergeAdapters(of: adapter)
    expectSame(merged.parameters, exported.parameters)
    let config = try #require(try JSONFile.read(Files.join(adapter, "adapter_config.json")).objectValue)
    #expect(config["r"] == 4 && config["lora_alpha"]?.doubleValue == 8 && config["use_rslora"] == true)
    #expect(config["modules_to_save"] == .null && config["base_model_name_or_path"] == JSONValue(Self.bert))
    #expect(
      try Files.list(run).filter { !$0.hasPrefix("events") } == [
        "adapter", "checkpoint-38", "checkpoint-39", "inputs.json", "log.jsonl", "model", "recipe.yaml", "report.html",
        "result.json", "run.lock",
      ])
    let result = try #require(try JSONFile.read(Files.join(run, "result.json")).objectValue)
    #expect(result["adapter"] == JSONValue(adapter))
  }

  /// A new classifier is trained whole, and so is what `train` names; the rest of the base stays.
  @Test func aCrossEncodersNewHeadIsTrainedToo() throws {
    try train("trainCrossEncoder-lora")
    let base = try CrossEncoder(folder: Self.bert, headSeed: 17)
    let exported = try CrossEncoder(folder: model)
    var changed = Set(
      base.parameters.keys.filter { exported.parameters[$0]?.elements != base.parameters[$0]?.elements })
    for key in ["pooler.dense.weight", "pooler.dense.bias", "encoder.layer.0.output.LayerNorm.weight"] {
      #expect(changed.remove("bert." + key) != nil, "\(key)")
    }
    #expect(
      changed.remove("classifier.weight") != nil && changed.remove("bert.encoder.layer.0.output.LayerNorm.bias") != nil)
    // A bias in front of a softmax over a group has no gradient.
    changed.remove("classifier.bias")
    var start = base
    try start.loadAdapters(from: Files.join(Self.goldens, "lora-bert"))
    let adapted = start.adapters.keys.map { $0 + ".weight" }
    let saved = ["weight", "bias"].map { "bert.encoder.layer.1.output.LayerNorm.\($0)" }
    #expect(changed == Set(adapted + saved))
    var merged = base
    try merged.mergeAdapters(of: adapter)
    expectSame(merged.parameters, exported.parameters)
    let config = try #require(try JSONFile.read(Files.join(adapter, "adapter_config.json")).objectValue)
    #expect(
      Set(config["modules_to_save"]?.arrayValue?.compactMap(\.stringValue) ?? []) == [
        "classifier", "bert.pooler.dense", "bert.encoder.layer.0.output.LayerNorm",
        "bert.encoder.layer.1.output.LayerNorm",
      ])
    #expect(config["rank_pattern"]?.objectValue?.members.count == 3)
  }

  /// An adapter is the whole difference to the base: training goes on from it as from the model.
  @Test func trainingGoesOnFromAnAdapter() throws {
    try train("trainBiEncoder-lora", "model.adapter=null")
    let first = recipes.folder.file("first")
    try Files.copyFolder(run, to: first)
    try Files.remove(run)
    let kept = Files.join(first, "adapter")
    try train(
      "trainBiEncoder-lora", "model.adapter=null", "lora={adapter: \(kept)}", "optimizer.rate=1e-9",
      "optimizer.decay=0")
    expectClose(try BiEncoder(folder: model).parameters, try BiEncoder(folder: Files.join(first, "model")).parameters)
    let name = "adapter_model.safetensors"
    expectClose(try ParameterFile.read(Files.join(adapter, name)), try ParameterFile.read(Files.join(kept, name)))
    try Files.remove(run)
    try train(
      "trainBiEncoder-lora", "model.adapter=\(kept)", "lora=null", "optimizer.rates=null", "optimizer.rate=1e-9",
      "optimizer.decay=0")
    expectClose(try BiEncoder(folder: model).parameters, try BiEncoder(folder: Files.join(first, "model")).parameters)
    #expect(!Files.exists(adapter))
  }

  /// A new Dense module is trained whole, and named by no adapter; with all that is optional in the recipe.
  @Test func everythingElseInARecipeGoesWithAdapters() throws {
    try train("trainBiEncoder", "lora={layers: [encoder], rank: 2, alpha: 4, dropout: 0.1}")
    let exported = try BiEncoder(folder: model)
    let base = try BiEncoder(folder: Self.bert)
    #expect(exported.outputWidth == 8)
    for (key, parameter) in base.parameters where !key.hasPrefix("encoder.") || !key.hasSuffix("dense.weight") {
      if ["query.weight", "key.weight", "value.weight"].contains(where: key.hasSuffix) { continue }
      #expect(exported.parameters[key]?.elements == parameter.elements, "\(key)")
    }
    var merged = base
    try merged.mergeAdapters(of: adapter)
    for (key, parameter) in merged.parameters {
      #expect(exported.parameters[key]?.elements == parameter.elements, "\(key)")
    }
  }

  // MARK: - Interruptions

  @Test(arguments: ["trainBiEncoder-lora", "trainCrossEncoder-lora"], [1, 3])
  func anInterruptedRunGoesOnToTheSameWeights(_ name: String, _ step: Int) throws {
    try train(name)
    let whole = recipes.folder.file("whole")
    try Files.copyFolder(run, to: whole)
    try Files.remove(run)
    #expect(throws: RunInterrupted.self) { try train(name, until: step) }
    let checkpoint = Files.join(run, "checkpoint-\(step)")
    let moments = try ParameterFile.read(Files.join(checkpoint, "optimizer.safetensors"))
    #expect(
      !moments.isEmpty && !moments.keys.contains { $0.hasSuffix("query.weight") || $0.hasSuffix("embeddings.weight") })
    #expect(try train(name, resume: true).contains("going on after step \(step) of 6"))
    for file in ["model/model.safetensors", "adapter/adapter_model.safetensors", "adapter/adapter_config.json"] {
      #expect(try Files.read(Files.join(run, file)) == Files.read(Files.join(whole, file)), "\(file)")
    }
  }

  // MARK: - Rules

  @Test func factorsAreFrozenAndRatedByTheirNames() throws {
    try train("trainBiEncoder-lora", "model.adapter=null", "optimizer.rates=null", "optimizer.freeze=[\"**.lora_A\"]")
    var start = try BiEncoder(folder: Self.bert)
    let (first, second) = (
      "encoder.layer.0.attention.self.query.lora_A.weight", "encoder.layer.0.attention.self.query.lora_B.weight"
    )
    start.addAdapters(
      to: ["encoder.layer.0.attention.self.query"],
      LowRankAdapter.Settings(rank: 4, alpha: 8, isRankStabilized: true), seed: 17)
    var trained = try BiEncoder(folder: Self.bert)
    try trained.loadAdapters(from: adapter)
    #expect(trained.parameters[first]?.elements == start.parameters[first]?.elements)
    #expect(trained.parameters[second]?.elements != start.parameters[second]?.elements)
  }

  private func refusal(_ overrides: String...) throws -> String {
    do {
      try recipes.run("trainBiEncoder-lora", ["model.adapter=null"] + overrides)
      return ""
    } catch let error as any UserFacingError {
      #expect(error.kind == .badRecipe)
      let first = "\(error)".split(separator: "\n").first.map(String.init) ?? ""
      return first.split(separator: ": ", maxSplits: 1).last.map(String.init) ?? ""
    }
  }

  @Test func mistakesAreNamedWithARemedy() throws {
    for (value, problem) in [
      (
        "{layers: [\"**.quary\"], rank: 4, alpha: 8}",
        "no linear layer's name fits '**.quary'; the component nearest to 'quary' is 'query'"
      ),
      (
        "{layers: [embeddings], rank: 4, alpha: 8}",
        "no linear layer's name begins with the components 'embeddings'; the nearest is 'encoder.layer.0.attention.self.query'"
      ),
      (
        "{layers: [encoder], rank: 4, alpha: 8, train: [poler]}",
        "no parameter's name begins with the components 'poler'; the model has 'embeddings', 'encoder'"
      ),
      (
        "{layers: [\"**.query\"], rank: 4, alpha: 8, train: [encoder.layer.1]}",
        "it covers encoder.layer.1.attention.self.query, which has an adapter; leave the layer out of one of both"
      ),
    ] {
      #expect(try refusal("lora=\(value)") == problem)
    }
    for (value, problem) in [
      ("lora.layers=[]", "'lora.layers': the list is empty; name at least one layer"),
      ("lora.rank=0", "'lora.rank': 0 is too small; at least 1"),
      ("lora.rank=5000", "'lora.rank': 5000 is too large; at most 4,096"),
      ("lora.alpha=0", "'lora.alpha': 0.0 is not more than 0"),
      ("lora.alpha=1e30", "'lora.alpha': 1e+30 is too large; at most 1000000.0"),
      ("lora.dropout=1", "'lora.dropout': 1.0 is not from 0 to below 1"),
      ("lora.dropout=0.99999999", "'lora.dropout': 0.99999999 is not from 0 to below 1"),
      (
        "lora.adapter=\(Self.goldens)/lora-bert",
        "'lora.layers': 'layers' is that of the adapter in \(Self.goldens)/lora-bert; give one of both"
      ),
      (
        "lora.adapter=\(Self.bert)",
        "'lora.adapter': \(Self.bert): has no adapter_config.json, so it is no adapter of PEFT"
      ),
      (
        "model.adapter=\(Self.bert)",
        "'model.adapter': \(Self.bert): has no adapter_config.json, so it is no adapter of PEFT"
      ),
    ] {
      let error = #expect(throws: (any Error).self, "\(value)") { try recipes.read("trainBiEncoder-lora", [value]) }
      #expect("\(error.map { "\($0)" } ?? "")".contains(problem), "\(value): \(error.map { "\($0)" } ?? "")")
    }
    #expect(
      try refusal("optimizer.freeze=[encoder]", "optimizer.rates=null")
        == "'freeze' and the rates of 0 in 'rates' cover every parameter that could be trained, and nothing would be; leave "
        + "some out")
  }
}
