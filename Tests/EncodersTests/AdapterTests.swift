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
  private static func golden(_ name: String) -> String {
    Files.join(Locations.repositoryRoot, "Tests", "Goldens", name)
  }

  private let bare = golden("lora-bert")
  private let scorer = golden("lora-cross-encoder")

  private func biEncoder() throws -> BiEncoder { try BiEncoder(folder: Self.golden("bert-tiny")) }

  private func crossEncoder() throws -> CrossEncoder { try CrossEncoder(folder: Self.golden("cross-encoder-tiny")) }

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
