import Files
import JSONText
import Layers
import OrderedCollections
import Safetensors
import Tensors
import TestSupport
import Testing

@testable import Encoders

/// The layout of jina-reranker-v2, which is XLM-RoBERTa under other names.
@Suite struct FlashLayoutTests {
  private let texts = ["find a file", "chess board"]
  private let pairs: [(query: String, document: String)] = [("find a file", "search text"), ("chess", "game board")]

  /// The layout that the model's own code gives: no `model_type`, other names, and queries, keys and values in one map.
  private func flashFolder(of source: String) throws -> ModelCopy {
    let copy = try ModelCopy(of: source)
    try copy.rewrite("config.json") { object in
      object["model_type"] = nil
      object["auto_map"] = [
        "AutoConfig": "configuration_xlm_roberta.XLMRobertaFlashConfig",
        "AutoModel": "modeling_xlm_roberta.XLMRobertaModel",
      ]
      object["use_flash_attn"] = true
      object["lora_adaptations"] = .null
    }
    let file = try SafetensorsFile(Files.join(source, "model.safetensors"))
    let names = [
      ("embeddings.LayerNorm.", "emb_ln."), ("attention.output.dense.", "mixer.out_proj."),
      ("attention.output.LayerNorm.", "norm1."), ("intermediate.dense.", "mlp.fc1."),
      ("output.dense.", "mlp.fc2."), ("output.LayerNorm.", "norm2."), ("encoder.layer.", "encoder.layers."),
    ]
    var tensors: [PendingTensor] = []
    for entry in file.entries {
      let renamed = names.reduce(entry.name) { $0.replacing($1.0, with: $1.1) }
      if renamed.contains("self.key.") || renamed.contains("self.value.") { continue }
      guard renamed.contains("self.query.") else {
        tensors.append(
          PendingTensor(name: renamed, shape: entry.shape, floats: try file.floats(named: entry.name)))
        continue
      }
      let parts = try ["query", "key", "value"].flatMap {
        try file.floats(named: entry.name.replacing("query", with: $0))
      }
      tensors.append(
        PendingTensor(
          name: renamed.replacing("attention.self.query.", with: "mixer.Wqkv."),
          shape: [3 * entry.shape[0]] + entry.shape.dropFirst(), floats: parts))
    }
    try SafetensorsWriter.write(tensors, to: Files.join(copy.path, "model.safetensors"))
    return copy
  }

  @Test func theLayoutOfJinaRerankerV2IsReadAndSavedAsXLMRoBERTa() throws {
    let plain = try CrossEncoder(folder: robertaCrossEncoderFolder)
    let copy = try flashFolder(of: robertaCrossEncoderFolder)
    let model = try CrossEncoder(folder: copy.path)
    #expect(try model.score(pairs).elements == plain.score(pairs).elements)
    let saved = try ModelCopy(empty: true)
    try model.save(to: saved.path)
    let configuration = try saved.object("config.json")
    #expect(configuration["model_type"] == "xlm-roberta" && configuration["auto_map"] == nil)
    let names = try SafetensorsFile(Files.join(saved.path, "model.safetensors")).entries.map(\.name)
    #expect(Set(names) == Set(plain.parameters.keys))
    #expect(try CrossEncoder(folder: saved.path).score(pairs).elements == plain.score(pairs).elements)
  }

  @Test func aBiEncoderInThatLayoutIsReadToo() throws {
    let copy = try flashFolder(of: robertaFolder)
    #expect(
      try BiEncoder(folder: copy.path).encode(texts, as: .document).elements
        == BiEncoder(folder: robertaFolder).encode(texts, as: .document).elements)
  }

  @Test func aPackedTensorOfAnotherShapeIsNamedOnce() throws {
    let copy = try flashFolder(of: robertaCrossEncoderFolder)
    let path = Files.join(copy.path, "model.safetensors")
    let file = try SafetensorsFile(path)
    let tensors = try file.entries.map { entry in
      let floats = try file.floats(named: entry.name)
      return entry.name.hasSuffix("layers.1.mixer.Wqkv.weight")
        ? PendingTensor(name: entry.name, shape: [95, 32], floats: Array(floats.dropLast(32)))
        : PendingTensor(name: entry.name, shape: entry.shape, floats: floats)
    }
    try SafetensorsWriter.write(tensors, to: path)
    let error = #expect(throws: ModelError.self) { _ = try CrossEncoder(folder: copy.path) }
    #expect(error?.problems.count == 2)
    #expect(error?.problems.first?.contains("mixer.Wqkv.weight") == true)
    #expect(error?.problems.first?.hasSuffix("expected [96, 32], found [95, 32]") == true)
  }

  @Test func anExportStatesWhatReadersAskFor() throws {
    for (folder, keys) in [
      (robertaFolder, ["hidden_act", "hidden_dropout_prob", "type_vocab_size", "layer_norm_eps", "pad_token_id"]),
      (mpnetFolder, ["hidden_act", "hidden_dropout_prob", "layer_norm_eps", "pad_token_id"]),
    ] {
      let copy = try ModelCopy(of: folder)
      try copy.rewrite("config.json") { object in
        for key in keys { object[key] = nil }
      }
      let saved = try ModelCopy(empty: true)
      try BiEncoder(folder: copy.path).save(to: saved.path)
      let written = try saved.object("config.json")
      #expect(written["pad_token_id"] == 1 && written["hidden_act"] == "gelu")
      #expect(keys.allSatisfy { written[$0] != nil })
    }
  }
}
