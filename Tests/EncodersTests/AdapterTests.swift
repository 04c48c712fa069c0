import Files
import JSONText
import Layers
import OrderedCollections
import Safetensors
import Tensors
import TestSupport
import Testing
import Tokenizers

@testable import Encoders

/// LoRA adapters against what PEFT computed with them in double precision (`Tests/Goldens/make/make_lora.py`).
@Suite struct AdapterTests {
  private let bare = goldensFolder("lora-bert")
  private let scorer = goldensFolder("lora-cross-encoder")

  private func biEncoder() throws -> BiEncoder { try BiEncoder(folder: goldensFolder("bert-tiny")) }

  private func crossEncoder() throws -> CrossEncoder { try CrossEncoder(folder: goldensFolder("cross-encoder-tiny")) }

  private func batch(_ file: SafetensorsFile) throws -> TokenBatch {
    let (ids, types) = (
      try file.floats(named: "ids").map { Int32($0) }, try file.floats(named: "types").map { Int32($0) }
    )
    var start = 0
    let encodings = try file.floats(named: "lengths").map { length in
      defer { start += Int(length) }
      return Encoding(
        ids: Array(ids[start..<start + Int(length)]), typeIDs: Array(types[start..<start + Int(length)]))
    }
    return TokenBatch(encodings)
  }

  /// The outputs, those of the merged model, and the gradients of everything that PEFT trained.
  private func check<Model: AdaptableModel>(
    _ model: Model, _ folder: String, _ run: (Model, TokenBatch) -> Tensor
  ) throws {
    let file = try SafetensorsFile(Files.join(folder, "golden.safetensors"))
    let batch = try batch(file)
    var adapted = model
    let saved = try adapted.loadAdapters(from: folder)
    try expectClose(run(adapted, batch), "output", of: file)
    try expectClose(run(adapted.mergingAdapters(), batch), "output", of: file)
    #expect(run(model, batch).elements != run(adapted, batch).elements)

    let weights = Tensor(try file.floats(named: "weights"), shape: run(model, batch).shape)
    let trained = Set(saved + adapted.parameters.keys.filter(LowRankAdapter.owns))
    let pullback = ModelPullback(of: adapted, where: trained.contains) { [(run($0, batch) * weights).sum()] }
    let gradients = pullback([Tensor(1)])
    let names = file.entries.map(\.name).filter { $0.hasPrefix("gradient.") }
    #expect(Set(names) == Set(gradients.keys.map { "gradient." + $0 }) && !names.isEmpty)
    for (key, gradient) in gradients { try expectClose(gradient, "gradient." + key, of: file) }
  }

  @Test func aBareModelsAdapterComputesWhatPEFTComputes() throws {
    try check(biEncoder(), bare) { model, batch in
      var context = ForwardContext.evaluation
      return model.transformer(batch, &context)
    }
  }

  @Test func aClassifiersAdapterComputesWhatPEFTComputes() throws {
    try check(crossEncoder(), scorer) { model, batch in
      var context = ForwardContext.evaluation
      return model.logits(batch, &context)
    }
  }

  // MARK: - Layers that a checkpoint joins

  /// Their adapters have the names of transformers (`Tests/Goldens/make/make_joined_lora.py`).
  @Test(arguments: ["nomic-bert", "gte", "jina"])
  func adaptersOfJoinedLayersComputeWhatPyTorchComputes(_ name: String) throws {
    try check(BiEncoder(folder: goldensFolder("\(name)-tiny")), goldensFolder("lora-\(name)")) { model, batch in
      var context = ForwardContext.evaluation
      return model.transformer(batch, &context)
    }
  }

  @Test func adaptersOfJoinedLayersOfAClassifierDoTheSame() throws {
    let folder = goldensFolder("lora-jina-cross-encoder")
    try check(CrossEncoder(folder: goldensFolder("jina-cross-encoder-tiny")), folder) { model, batch in
      var context = ForwardContext.evaluation
      return model.logits(batch, &context)
    }
  }

  @Test func aJoinedLayerHasOneAdapterOfAllRanks() throws {
    var model = try BiEncoder(folder: goldensFolder("nomic-bert-tiny"))
    try model.loadAdapters(from: goldensFolder("lora-nomic-bert"))
    #expect(model.adapters.count == 8)
    // Ranks 2 and 3, of which the first has s = 1.5.
    for layer in ["encoder.layers.0.attn.Wqkv", "encoder.layers.1.attn.Wqkv"] {
      let adapter = try #require(model.adapters[layer])
      #expect(adapter.settings == .init(rank: 5, alpha: 7.5) && adapter.up.shape == [96, 5])
      // Keys have none, and each of the others its own columns.
      #expect(adapter.up.slice(32..<64).squaredNorm == 0)
      #expect(adapter.up.slice(0..<32).slice(2..<5, axis: 1).squaredNorm == 0)
      #expect(adapter.up.slice(64..<96).slice(0..<2, axis: 1).squaredNorm == 0)
    }
    #expect(model.adapters["encoder.layers.0.mlp.fc12"]?.settings == .init(rank: 2, alpha: 3))
    try checkSaving(
      BiEncoder(folder: goldensFolder("nomic-bert-tiny")), goldensFolder("lora-nomic-bert"), modules: .null)
  }

  /// A second adapter for the joined layer, under the name of the checkpoint.
  @Test func twoAdaptersForTheSameRowsAreRefused() throws {
    let (source, copy) = (goldensFolder("lora-nomic-bert"), TemporaryFolder())
    try copy.write(
      "adapter_config.json", String(decoding: Files.read(Files.join(source, "adapter_config.json")), as: UTF8.self))
    let file = try SafetensorsFile(Files.join(source, "adapter_model.safetensors"))
    var tensors: ParameterDictionary = [:]
    for entry in file.entries {
      tensors[entry.name] = Tensor(try file.floats(named: entry.name), shape: Shape(entry.shape))
    }
    let layer = "base_model.model.encoder.layers.1.attn.Wqkv"
    tensors[layer + ".lora_A.weight"] = Tensor(repeating: 1, shape: [2, 32])
    tensors[layer + ".lora_B.weight"] = Tensor(repeating: 1, shape: [96, 2])
    try ParameterFile.write(tensors, to: copy.file("adapter_model.safetensors"))
    var model = try BiEncoder(folder: goldensFolder("nomic-bert-tiny"))
    let error = #expect(throws: ModelError.self) { try model.loadAdapters(from: copy.path) }
    #expect(
      error?.problems == [
        "encoder.layers.1.attn.Wqkv has more than one adapter: encoder.layers.1.attn.Wqkv, layers.1.self_attn.q_proj, "
          + "layers.1.self_attn.v_proj"
      ])
  }

  @Test func ranksAndAlphasAreThoseOfThePatterns() throws {
    var model = try biEncoder()
    #expect(
      try model.loadAdapters(from: bare) == [
        "encoder.layer.1.output.LayerNorm.bias", "encoder.layer.1.output.LayerNorm.weight",
      ])
    let settings = model.adapters.mapValues(\.settings)
    #expect(settings.count == 10)
    #expect(settings["encoder.layer.0.attention.self.query"] == .init(rank: 2, alpha: 6))
    #expect(settings["encoder.layer.1.attention.self.query"] == .init(rank: 4, alpha: 6))
    #expect(settings["encoder.layer.1.attention.self.value"] == .init(rank: 4, alpha: 5))
    #expect(settings["encoder.layer.1.intermediate.dense"] == .init(rank: 3, alpha: 6))
    var cross = try crossEncoder()
    #expect(try cross.loadAdapters(from: scorer, dropout: 0.25) == ["classifier.bias", "classifier.weight"])
    #expect(cross.adapters.count == 4)
    let expected = LowRankAdapter.Settings(rank: 3, alpha: 2, isRankStabilized: true, dropout: 0.25)
    #expect(cross.adapters.values.allSatisfy { $0.settings == expected })
  }

  // MARK: - Saving

  private func checkSaving<Model: AdaptableModel>(_ model: Model, _ folder: String, modules: JSONValue) throws {
    var adapted = model
    let trained = try adapted.loadAdapters(from: folder)
    let copy = TemporaryFolder()
    try adapted.saveAdapters(
      to: copy.path, base: "some/model", trained: trained + adapted.parameters.keys.filter(LowRankAdapter.owns))
    let config = try #require(try JSONFile.read(copy.file("adapter_config.json")).objectValue)
    #expect(config["base_model_name_or_path"] == "some/model" && config["modules_to_save"] == modules)
    #expect(config["task_type"] == JSONValue(Model.adapterTask))
    var again = model
    #expect(try again.loadAdapters(from: copy.path) == trained)
    #expect(again.parameters.mapValues(\.elements) == adapted.parameters.mapValues(\.elements))
    #expect(again.adapters.mapValues(\.settings) == adapted.adapters.mapValues(\.settings))
  }

  @Test func anAdapterSurvivesSavingAndLoading() throws {
    try checkSaving(biEncoder(), bare, modules: ["encoder.layer.1.output.LayerNorm"])
    try checkSaving(crossEncoder(), scorer, modules: ["classifier"])
  }

  /// An exported folder has no trace of adapters.
  @Test func mergingGivesAModelLikeAnyOther() throws {
    var model = try biEncoder()
    let before = model.parameters
    try model.mergeAdapters(of: bare)
    #expect(model.adapters.isEmpty && model.parameters.keys == before.keys)
    let changed = before.keys.filter { model.parameters[$0]?.elements != before[$0]?.elements }
    #expect(changed.count == 12)
    let saved = try ModelCopy(empty: true)
    try model.save(to: saved.path)
    let loaded = try BiEncoder(folder: saved.path)
    #expect(loaded.parameters.mapValues(\.elements) == model.parameters.mapValues(\.elements))
  }

  @Test func modulesOfSentenceTransformersHaveNoAdapter() throws {
    let model = try biEncoder().appendingNewDense(dimensions: 4, seed: 1)
    #expect(model.linearLayers["2_Dense.linear"] == [4, 32])
    #expect(model.adaptableLayers.count == 12 && model.adaptableLayers.allSatisfy { $0.hasPrefix("encoder.layer.") })
    #expect(try crossEncoder().adaptableLayers.suffix(2) == ["bert.pooler.dense", "classifier"])
  }
}
