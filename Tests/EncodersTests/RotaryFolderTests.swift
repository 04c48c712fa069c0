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

/// The layouts in which ModernBERT, NomicBERT and GTE are found, and the configuration that is written for all readers.
@Suite struct RotaryFolderTests {
  private let texts = ["find a file", "Fast network packets, sounding the board and the games of chess!"]
  private let pairs: [(query: String, document: String)] = [("find a file", "search text"), ("chess", "game board")]

  /// A golden folder whose configuration is another one.
  private func copy(_ name: String, _ change: (inout JSONObject) -> Void) throws -> ModelCopy {
    let copy = try ModelCopy(of: goldensFolder(name))
    try copy.rewrite("config.json", change)
    return copy
  }

  private func vectors(_ folder: String) throws -> [Float] {
    try BiEncoder(folder: folder).encode(texts, as: .document).elements
  }

  private func expectClose(_ found: [Float], _ expected: [Float], within tolerance: Float = 1e-6) {
    #expect(found.count == expected.count && !found.isEmpty)
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= tolerance })
  }

  // MARK: - The older dialect

  @Test func modernBERTIsReadWithTheKeysOfTransformersFour() throws {
    let old = try copy("modernbert-tiny") { object in
      object["rope_parameters"] = nil
      object["layer_types"] = nil
      object["global_rope_theta"] = 160000.0
      object["local_rope_theta"] = 10000.0
      object["global_attn_every_n_layers"] = 2
    }
    #expect(try vectors(old.path) == vectors(goldensFolder("modernbert-tiny")))
    // Where a key is missing, transformers has a default, which these models have; every third layer is another model.
    for key in ["global_rope_theta", "local_rope_theta", "norm_eps", "norm_bias", "attention_dropout"] {
      try old.rewrite("config.json") { $0[key] = nil }
    }
    #expect(try vectors(old.path) == vectors(goldensFolder("modernbert-tiny")))
    try old.rewrite("config.json") { $0["global_attn_every_n_layers"] = nil }
    #expect(try vectors(old.path) != vectors(goldensFolder("modernbert-tiny")))
  }

  @Test func bothBasesOfTheAnglesCount() throws {
    let expected = try vectors(goldensFolder("modernbert-tiny"))
    for layers in ["full_attention", "sliding_attention"] {
      let other = try copy("modernbert-tiny") { object in
        var parameters = object["rope_parameters"]?.objectValue ?? JSONObject()
        parameters[layers] = ["rope_theta": 77.0, "rope_type": "default"]
        object["rope_parameters"] = .object(parameters)
      }
      #expect(try vectors(other.path) != expected, "\(layers)")
    }
    let other = try copy("modernbert-tiny") { $0["local_attention"] = 6 }
    #expect(try vectors(other.path) != expected)
    // Half of an odd window is rounded down.
    try other.rewrite("config.json") { $0["local_attention"] = 9 }
    #expect(try vectors(other.path) == expected)
  }

  /// The names of GPT-2 that the authors use, with the code that they refer to.
  private let nomicOriginal: [(name: String, value: JSONValue)] = [
    ("model_type", "nomic_bert"), ("architectures", ["NomicBertModel"]), ("vocab_size", 98), ("n_embd", 32),
    ("n_layer", 2), ("n_head", 4), ("n_inner", 48), ("n_positions", 128), ("max_trained_positions", 64),
    ("type_vocab_size", 2), ("activation_function", "swiglu"), ("layer_norm_epsilon", 1e-12), ("attn_pdrop", 0.0),
    ("embd_pdrop", 0.0), ("resid_pdrop", 0.0), ("qkv_proj_bias", false), ("mlp_fc1_bias", false),
    ("mlp_fc2_bias", false), ("prenorm", false), ("use_rms_norm", false), ("causal", false),
    ("rotary_emb_base", 1000), ("rotary_emb_fraction", 1.0), ("rotary_emb_interleaved", false),
    ("rotary_emb_scale_base", .null), ("rotary_scaling_factor", .null),
    ("auto_map", ["AutoModel": "nomic-ai/nomic-bert-2048--modeling_hf_nomic_bert.NomicBertModel"]),
  ]

  @Test func nomicBERTIsReadWithTheKeysOfItsAuthors() throws {
    let original = try copy("nomic-bert-tiny") { $0 = JSONObject(nomicOriginal) }
    let expected = try vectors(goldensFolder("nomic-bert-tiny"))
    #expect(try vectors(original.path) == expected)
    #expect(try BiEncoder(folder: original.path).transformer.shape.positions == 64)
    // The scaling changes nothing within the length of the training.
    try original.rewrite("config.json") { $0["rotary_scaling_factor"] = 2 }
    #expect(try vectors(original.path) == expected)
    try original.rewrite("config.json") { $0["activation_function"] = "geglu" }
    #expect(try vectors(original.path) != expected)
    try original.rewriteWeights { "bert." + $0 }
    try original.rewrite("config.json") { $0["activation_function"] = "swiglu" }
    #expect(try vectors(original.path) == expected)
  }

  /// The names and the scaling of the authors' code, of which PyTorch's numbers are those of linear scaling.
  private func originalGTE() throws -> ModelCopy {
    let original = try copy("gte-tiny") { object in
      object["model_type"] = "new"
      object["architectures"] = ["NewModel", "NewForTokenClassification"]
      object["auto_map"] = ["AutoModel": "Alibaba-NLP/new-impl--modeling.NewModel"]
      object["rope_parameters"] = nil
      object["rope_theta"] = 20000.0
      object["rope_scaling"] = ["factor": 8.0, "type": "ntk"]
      for (name, value) in [
        ("layer_norm_type", "layer_norm"), ("position_embedding_type", "rope"), ("pack_qkv", true),
        ("unpad_inputs", false), ("use_memory_efficient_attention", false), ("num_labels", 1),
      ] as [(String, JSONValue)] { object[name] = value }
    }
    return original
  }

  @Test func gteIsReadWithTheKeysOfItsAuthors() throws {
    let original = try originalGTE()
    try original.rewriteWeights { "new." + $0 }
    let expected = try vectors(goldensFolder("gte-tiny"))
    expectClose(try vectors(original.path), expected)
    try original.rewrite("config.json") { $0["rope_scaling"] = ["factor": 4.0, "rope_type": "ntk"] }
    #expect(zip(try vectors(original.path), expected).contains { abs($0 - $1) > 1e-4 })
    try original.rewrite("config.json") { $0["rope_scaling"] = nil }
    #expect(zip(try vectors(original.path), expected).contains { abs($0 - $1) > 1e-4 })
  }

  @Test(arguments: [(8.0, 64), (1.0, 64), (2.5, 8)])
  func ntkScalingIsThatOfTheAuthors(factor: Double, width: Int) throws {
    let (base, divisor) = RotarySettings(theta: 20000, scaling: .ntk(factor: factor)).frequencies(width: width)
    #expect(base == 20000 * factor)
    // 8^(1/32) = 1.0671 for heads of 64.
    var power = 1.0
    for _ in 0..<width / 2 { power *= divisor }
    #expect(abs(power - factor) < 1e-9 * factor)
    if factor == 8 && width == 64 { #expect(abs(divisor - 1.0671) < 5e-5) }
  }

  // MARK: - Token types

  @Test func gteWithOneTokenTypeReadsNone() throws {
    let model = try BiEncoder(folder: goldensFolder("gte-tiny"))
    #expect(model.transformer.shape.tokenTypes == nil)
    var context = ForwardContext.evaluation
    func states(_ types: [Int32]) -> [Float] {
      model.transformer(TokenBatch([Encoding(ids: [2, 7, 9, 3], typeIDs: types)]), &context).elements
    }
    #expect(states([0, 0, 1, 1]) == states([0, 0, 0, 0]))
    // So the tokenizer that is written gives none.
    let saved = try ModelCopy(empty: true)
    try model.save(to: saved.path)
    #expect(try saved.object("tokenizer_config.json")["model_input_names"] == ["input_ids", "attention_mask"])
  }

  @Test func gteWithoutTokenTypesHasNoTable() throws {
    let name = "embeddings.token_type_embeddings.weight"
    let zeros = try ModelCopy(of: goldensFolder("gte-tiny"))
    try zeros.rewriteWeights {
      $0
    } values: {
      $0 == name ? $1.map { _ in 0 } : $1
    }
    let none = try copy("gte-tiny") { $0["type_vocab_size"] = 0 }
    try none.rewriteWeights { $0 == name ? nil : $0 }
    #expect(try vectors(none.path) == vectors(zeros.path))
    #expect(try BiEncoder(folder: none.path).parameters[name] == nil)
  }

  // MARK: - Heads of other purposes

  @Test(arguments: [
    ("modernbert-tiny", "model.", ["head.dense.weight", "head.norm.weight", "decoder.bias"]),
    ("nomic-bert-tiny", "bert.", ["cls.predictions.bias", "cls.predictions.transform.dense.weight"]),
    ("gte-tiny", "new.", ["lm_head.dense.weight", "lm_head.decoder.bias", "encoder.layer.0.rotary.inv_freq"]),
  ])
  func theHeadOfThePretrainingIsIgnored(name: String, prefix: String, others: [String]) throws {
    let pretrained = try ModelCopy(of: goldensFolder(name))
    try pretrained.rewriteWeights { prefix + $0 }
    try pretrained.addTensors(others.map { PendingTensor(name: $0, shape: [3], floats: [1, 2, 3]) })
    #expect(try vectors(pretrained.path) == vectors(goldensFolder(name)))
    let saved = try ModelCopy(empty: true)
    try BiEncoder(folder: pretrained.path).save(to: saved.path)
    #expect(try SafetensorsFolder(saved.path).entries.allSatisfy { !others.contains($0.name) })
  }

  /// ModernBERT's classifier goes on with the head of the pretraining, as in transformers.
  @Test func aFreshClassifierOfModernBERTTakesTheHeadOfThePretraining() throws {
    let pretrained = try ModelCopy(of: goldensFolder("modernbert-tiny"))
    try pretrained.rewriteWeights { "model." + $0 }
    let numbers = (0..<1024).map { Float($0) / 1024 }
    try pretrained.addTensors([
      PendingTensor(name: "head.dense.weight", shape: [32, 32], floats: numbers),
      PendingTensor(name: "head.norm.weight", shape: [32], floats: Array(numbers[..<32])),
      PendingTensor(name: "decoder.bias", shape: [98], floats: Array(numbers[..<98])),
    ])
    let model = try CrossEncoder(folder: pretrained.path, headSeed: 3)
    #expect(model.hasFreshClassifier)
    #expect(model.parameters["head.dense.weight"]?.elements == numbers)
    #expect(model.parameters["head.norm.weight"]?.elements == Array(numbers[..<32]))
  }

  /// gte-multilingual-base has a classifier of tokens beside the encoder.
  @Test func aClassifierOfTokensIsKeptAndScoresNoPairs() throws {
    let original = try originalGTE()
    try original.rewriteWeights { "new." + $0 }
    let weight = (0..<32).map { Float($0) }
    try original.addTensors([
      PendingTensor(name: "classifier.weight", shape: [1, 32], floats: weight),
      PendingTensor(name: "classifier.bias", shape: [1], floats: [7]),
    ])
    let saved = try ModelCopy(empty: true)
    try BiEncoder(folder: original.path).save(to: saved.path)
    let written = try SafetensorsFolder(saved.path)
    #expect(try written.floats(named: "classifier.weight") == weight && written.floats(named: "classifier.bias") == [7])
    expectClose(try vectors(saved.path), try vectors(goldensFolder("gte-tiny")))

    #expect(
      message { _ = try CrossEncoder(folder: original.path) }?.contains(
        "has no classifier, so it is no cross-encoder yet")
        == true)
    let model = try CrossEncoder(folder: original.path, headSeed: 5)
    #expect(model.hasFreshClassifier && model.parameters["classifier.weight"]?.elements != weight)
    #expect(model.parameters["classifier.bias"]?.elements == [0])
  }

  // MARK: - What is written

  private func written(_ folder: String) throws -> JSONObject {
    let saved = try ModelCopy(empty: true)
    if Files.exists(Files.join(folder, "modules.json")) {
      try BiEncoder(folder: folder).save(to: saved.path)
    } else {
      try CrossEncoder(folder: folder).save(to: saved.path)
    }
    return try saved.object("config.json")
  }

  private func expect(_ object: JSONObject, has members: JSONObject) {
    for (name, value) in members.members {
      #expect(object[name] == value, "\(name) is \(object[name]?.text() ?? "missing"), expected \(value.text())")
    }
  }

  @Test func modernBERTIsWrittenInBothDialects() throws {
    let object = try written(goldensFolder("modernbert-tiny"))
    expect(
      object,
      has: [
        "model_type": "modernbert", "architectures": ["ModernBertModel"],
        "layer_types": ["full_attention", "sliding_attention", "full_attention"],
        "rope_parameters": [
          "full_attention": ["rope_theta": 160000.0, "rope_type": "default"],
          "sliding_attention": ["rope_theta": 10000.0, "rope_type": "default"],
        ],
        "global_rope_theta": 160000.0, "local_rope_theta": 10000.0, "global_attn_every_n_layers": 2,
        "local_attention": 8, "norm_bias": false, "attention_bias": false, "attention_dropout": 0.0,
        "norm_eps": 1e-05, "initializer_range": 0.02, "initializer_cutoff_factor": 2.0, "pad_token_id": 0,
        "classifier_activation": "gelu", "torch_dtype": "float32",
      ])
    // An order of layers that the older dialect has no word for.
    #expect(try written(goldensFolder("modernbert-cross-encoder-tiny"))["global_attn_every_n_layers"] == nil)
    let large = try copy("modernbert-tiny") { object in
      for role in ["pad", "bos", "eos", "cls", "sep"] { object["\(role)_token_id"] = nil }
      object["initializer_cutoff_factor"] = nil
    }
    expect(
      try written(large.path),
      has: [
        "pad_token_id": 50283, "bos_token_id": 50281, "eos_token_id": 50282, "cls_token_id": 50281,
        "sep_token_id": 50282, "initializer_cutoff_factor": 2.0,
      ])
  }

  /// What llama.cpp's converter asserts and text-embeddings-inference requires, beside what transformers reads.
  private let nomicWritten: JSONObject = [
    "model_type": "nomic_bert", "architectures": ["NomicBertModel"], "n_embd": 32, "hidden_size": 32, "n_layer": 2,
    "num_hidden_layers": 2, "n_head": 4, "num_attention_heads": 4, "n_inner": 48, "intermediate_size": 48,
    "max_position_embeddings": 64, "max_trained_positions": 64, "activation_function": "swiglu", "hidden_act": "silu",
    "layer_norm_epsilon": 1e-12, "layer_norm_eps": 1e-12, "rotary_emb_base": 1000.0,
    "rope_parameters": ["rope_theta": 1000.0, "rope_type": "default"], "causal": false, "qkv_proj_bias": false,
    "mlp_fc1_bias": false, "mlp_fc2_bias": false, "prenorm": false, "rotary_emb_fraction": 1.0,
    "rotary_emb_interleaved": false, "rotary_emb_scale_base": nil, "rotary_scaling_factor": nil, "vocab_size": 98,
    "type_vocab_size": 2, "pad_token_id": 0,
  ]

  @Test func nomicBERTIsWrittenInBothDialects() throws {
    expect(try written(goldensFolder("nomic-bert-tiny")), has: nomicWritten)
    let original = try copy("nomic-bert-tiny") { $0 = JSONObject(nomicOriginal) }
    let object = try written(original.path)
    expect(object, has: nomicWritten)
    #expect(object["n_positions"] == 128 && object["auto_map"] == nil)
  }

  /// The lengths by which llama.cpp knows nomic-embed-text.
  @Test func nomicBERTIsWrittenWithTheLengthsOfItsCheckpoints() throws {
    let long = try copy("nomic-bert-tiny") { $0["max_position_embeddings"] = 2048 }
    expect(
      try written(long.path),
      has: ["n_positions": 8192, "max_trained_positions": 2048, "max_position_embeddings": 2048])
  }

  @Test func gteIsWrittenInBothDialects() throws {
    let object = try written(goldensFolder("gte-cross-encoder-tiny"))
    expect(
      object,
      has: [
        "model_type": "gte", "architectures": ["GteForSequenceClassification"], "layer_norm_type": "layer_norm",
        "position_embedding_type": "rope", "rope_theta": 500.0,
        "rope_parameters": ["rope_theta": 500.0, "rope_type": "default"], "type_vocab_size": 2, "pad_token_id": 0,
      ])
    #expect(object["rope_scaling"] == nil)
  }

  /// NTK scaling, as text-embeddings-inference reads it and as transformers computes the same.
  @Test func ntkScalingIsWrittenForBothReaders() throws {
    let original = try originalGTE()
    let object = try written(original.path)
    expect(object, has: ["model_type": "gte", "architectures": ["GteModel"], "rope_theta": 20000.0])
    #expect(object["rope_parameters"] == nil && object["auto_map"] == nil)
    let scaling = try #require(object["rope_scaling"]?.objectValue)
    let factors = scaling["short_factor"]?.arrayValue?.compactMap(\.doubleValue) ?? []
    #expect(factors.count == 4 && factors.allSatisfy { abs($0 - 1.681_792_830_507_429) < 1e-12 })
    #expect(scaling["long_factor"] == scaling["short_factor"] && scaling["factor"] == 8.0)
    #expect(scaling["rope_theta"] == 160000.0 && scaling["rope_type"] == "longrope")
    #expect(scaling["attention_factor"] == 1.0 && scaling["original_max_position_embeddings"] == 64)
    // Linear scaling is the same with other numbers.
    let linear = try written(goldensFolder("gte-tiny"))
    let factor = linear["rope_scaling"]?.objectValue?["factor"]?.doubleValue ?? 0
    #expect(abs(factor - 8) < 1e-9 && abs((linear["rope_theta"]?.doubleValue ?? 0) - 20000) < 1e-4)
  }
}
