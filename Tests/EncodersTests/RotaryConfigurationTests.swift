import Encoders
import Files
import JSONText
import Tensors
import TestSupport
import Testing

/// Configurations of ModernBERT, NomicBERT, GTE and jina-embeddings-v3 that ask for what is not computed: each is one
/// error that names the key.
@Suite struct RotaryConfigurationTests {
  /// A change of a configuration, and what is said of it.
  struct Case: Sendable, CustomTestStringConvertible {
    let folder: String
    let members: [(name: String, value: JSONValue)]
    let problem: String

    init(_ folder: String, _ members: JSONObject, _ problem: String) {
      (self.folder, self.members, self.problem) = (folder, members.members, problem)
    }

    var testDescription: String { "\(folder): \(problem)" }
  }

  @Test(arguments: modernBERT + nomicBERT + gte + jina)
  func isRefusedInOneLine(_ example: Case) throws {
    let copy = try ModelCopy(of: goldensFolder(example.folder))
    try copy.rewrite("config.json") { object in
      for (name, value) in example.members { object[name] = value }
    }
    let error = #expect(throws: ModelError.self) {
      if example.folder.contains("cross-encoder") {
        _ = try CrossEncoder(folder: copy.path)
      } else {
        _ = try BiEncoder(folder: copy.path)
      }
    }
    #expect(error?.path == Files.join(copy.path, "config.json"))
    #expect(error?.problems == [example.problem])
  }

  @Test func thereAreManyOfThem() { #expect(modernBERT.count + nomicBERT.count + gte.count + jina.count >= 75) }

  /// A size that is another one is refused with the tensors that it does not fit.
  @Test(arguments: [
    ("modernbert-tiny", "intermediate_size", 47), ("modernbert-tiny", "num_hidden_layers", 2),
    ("nomic-bert-tiny", "hidden_size", 64), ("nomic-bert-tiny", "type_vocab_size", 3), ("gte-tiny", "vocab_size", 99),
    ("gte-tiny", "type_vocab_size", 0), ("jina-tiny", "intermediate_size", 63), ("jina-tasks-tiny", "vocab_size", 99),
  ])
  func sizesThatDoNotFitTheWeightsAreRefused(folder: String, key: String, value: Int) throws {
    let copy = try ModelCopy(of: goldensFolder(folder))
    try copy.rewrite("config.json") { object in
      object[key] = JSONValue(value)
      if key == "num_hidden_layers" { object["layer_types"] = nil }
    }
    let error = #expect(throws: ModelError.self) { _ = try BiEncoder(folder: copy.path) }
    #expect(error?.problems.last?.hasSuffix("as described by config.json; nothing was loaded") == true)
  }
}

private let computes = "which hone does not compute"

private let modernBERT: [RotaryConfigurationTests.Case] = [
  .init("modernbert-tiny", ["num_attention_heads": 3], "'num_attention_heads' 3 heads do not divide hidden_size 32"),
  .init(
    "modernbert-tiny", ["num_attention_heads": 32],
    "'num_attention_heads' 32 heads of hidden_size 32 have an odd width, and rotary positions turn pairs"),
  .init(
    "modernbert-tiny", ["num_attention_heads": 0], "'num_attention_heads' should be an integer from 1 to 1024, found 0"),
  .init(
    "modernbert-tiny", ["num_hidden_layers": 257], "'num_hidden_layers' should be an integer from 1 to 256, found 257"),
  .init(
    "modernbert-tiny", ["hidden_size": 1_000_000], "'hidden_size' should be an integer from 1 to 16384, found 1000000"),
  .init(
    "modernbert-tiny", ["vocab_size": .number("1e3")], "'vocab_size' should be an integer from 1 to 4194304, found 1e3"),
  .init(
    "modernbert-tiny", ["local_attention": -1], "'local_attention' should be an integer from 2 to 1048576, found -1"),
  .init(
    "modernbert-tiny", ["local_attention": "wide"],
    "'local_attention' should be an integer from 2 to 1048576, found \"wide\""),
  .init(
    "modernbert-tiny", ["hidden_activation": "quick_gelu"],
    "'hidden_activation' should be gelu or gelu_new or gelu_pytorch_tanh or relu or silu or swish, found \"quick_gelu\""
  ),
  .init("modernbert-tiny", ["norm_eps": -1], "'norm_eps' should be a number from 0.0 to below 1.0, found -1"),
  .init("modernbert-tiny", ["norm_bias": "no"], "'norm_bias' should be true or false, found \"no\""),
  .init(
    "modernbert-tiny", ["layer_types": ["full_attention"]],
    "'layer_types' should have full_attention or sliding_attention for each of 3 layers, found [\"full_attention\"]"),
  .init(
    "modernbert-tiny", ["layer_types": ["full_attention", "full_attention", "linear_attention"]],
    "'layer_types' should have full_attention or sliding_attention for each of 3 layers, found "
      + "[\"full_attention\",\"full_attention\",\"linear_attention\"]"),
  .init(
    "modernbert-tiny", ["layer_types": 3],
    "'layer_types' should have full_attention or sliding_attention for each of 3 layers, found 3"),
  .init(
    "modernbert-tiny", ["global_attn_every_n_layers": 0],
    "'global_attn_every_n_layers' should be an integer from 1 to 256, found 0"),
  .init("modernbert-tiny", ["rope_parameters": 3], "'rope_parameters' should be an object, found 3"),
  .init(
    "modernbert-tiny", ["rope_parameters": ["rope_theta": 10000.0, "rope_type": "default"]],
    "'rope_parameters' gives all layers one θ, but those of this family have two: full_attention and sliding_attention"),
  .init(
    "modernbert-tiny", ["rope_parameters": ["full_attention": 160000.0]],
    "'rope_parameters' should have an object under \"full_attention\", found 160000.0"),
  .init(
    "modernbert-tiny", ["rope_parameters": ["full_attention": ["rope_theta": "big"]]],
    "'rope_parameters' under \"full_attention\": rope_theta should be a number of 1 or more, found \"big\""),
  .init(
    "modernbert-tiny", ["rope_parameters": ["sliding_attention": ["rope_type": "yarn", "factor": 4.0]]],
    "'rope_parameters' under \"sliding_attention\": has the type \"yarn\", \(computes); it reads default"),
  .init(
    "modernbert-tiny", ["global_rope_theta": 5000.0],
    "'global_rope_theta' should be the rope_theta of 'rope_parameters', 160000.0, found 5000.0"),
  .init(
    "modernbert-tiny", ["rope_parameters": nil, "local_rope_theta": 0],
    "'local_rope_theta' should be a number of 1 or more, found 0"),
  .init(
    "modernbert-tiny", ["is_causal": true], "'is_causal' is true: each token sees only those before it, \(computes)"),
  .init("modernbert-tiny", ["mlp_dropout": 1.0], "'mlp_dropout' should be a number from 0.0 to below 1.0, found 1.0"),
  .init(
    "modernbert-cross-encoder-tiny", ["classifier_pooling": "max"],
    "'classifier_pooling' should be cls or mean, found \"max\""),
  .init(
    "modernbert-cross-encoder-tiny", ["classifier_activation": "mish"],
    "'classifier_activation' should be gelu or gelu_new or gelu_pytorch_tanh or relu or silu or swish, found \"mish\""),
  .init("modernbert-cross-encoder-tiny", ["classifier_bias": 1], "'classifier_bias' should be true or false, found 1"),
]

private let biases = "the maps have biases, which hone does not read for this family"

private let nomicBERT: [RotaryConfigurationTests.Case] = [
  .init("nomic-bert-tiny", ["n_embd": 33], "'n_embd' is another name of 'hidden_size' and should be 32, found 33"),
  .init("nomic-bert-tiny", ["num_attention_heads": 5], "'num_attention_heads' 5 heads do not divide hidden_size 32"),
  .init("nomic-bert-tiny", ["head_dim": 16], "'head_dim' should be 8, the width of each of 4 heads, found 16"),
  .init("nomic-bert-tiny", ["qkv_proj_bias": true], "'qkv_proj_bias' is true: \(biases)"),
  .init("nomic-bert-tiny", ["mlp_fc1_bias": true], "'mlp_fc1_bias' is true: \(biases)"),
  .init("nomic-bert-tiny", ["mlp_fc2_bias": 1], "'mlp_fc2_bias' should be true or false, found 1"),
  .init("nomic-bert-tiny", ["prenorm": true], "'prenorm' is true: normalization comes before each block, \(computes)"),
  .init("nomic-bert-tiny", ["use_rms_norm": true], "'use_rms_norm' is true: normalization has no mean, \(computes)"),
  .init("nomic-bert-tiny", ["causal": true], "'causal' is true: each token sees only those before it, \(computes)"),
  .init(
    "nomic-bert-tiny", ["rotary_emb_interleaved": true],
    "'rotary_emb_interleaved' is true: the angles turn neighbours, \(computes)"),
  .init(
    "nomic-bert-tiny", ["rotary_emb_fraction": 0.5],
    "'rotary_emb_fraction' should be 1.0, the whole of each head, found 0.5"),
  .init("nomic-bert-tiny", ["rotary_emb_scale_base": 512], "'rotary_emb_scale_base' should be null, found 512"),
  .init(
    "nomic-bert-tiny", ["moe_every_n_layers": 2, "num_experts": 8],
    "'moe_every_n_layers' is 2: a mixture of experts, \(computes)"),
  .init(
    "nomic-bert-tiny", ["activation_function": "gelu"],
    "'activation_function' should be geglu or swiglu, found \"gelu\""),
  .init(
    "nomic-bert-tiny", ["activation_function": "geglu"],
    "'activation_function' and 'hidden_act' name two functions of the gate; keep the right one"),
  .init("nomic-bert-tiny", ["hidden_act": "relu"], "'hidden_act' should be gelu or silu or swish, found \"relu\""),
  .init(
    "nomic-bert-tiny", ["layer_norm_epsilon": 1e-5],
    "'layer_norm_epsilon' is another name of 'layer_norm_eps' and should be 1e-12, found 1e-05"),
  .init(
    "nomic-bert-tiny", ["rotary_emb_base": 10000],
    "'rotary_emb_base' should be the rope_theta of 'rope_parameters', 1000.0, found 10000.0"),
  .init(
    "nomic-bert-tiny", ["rope_parameters": ["rope_type": "linear", "rope_theta": 1000.0, "factor": 2.0]],
    "'rope_parameters' has the type \"linear\", \(computes); it reads default, dynamic"),
  .init(
    "nomic-bert-tiny", ["rope_parameters": ["rope_type": "dynamic", "rope_theta": 1000.0, "alpha": 4.0]],
    "'rope_parameters' asks for 'alpha', \(computes)"),
  .init(
    "nomic-bert-tiny", ["partial_rotary_factor": 0.5],
    "'partial_rotary_factor' asks for angles in 0.5 of each head, and hone turns whole heads"),
  .init("nomic-bert-tiny", ["type_vocab_size": 0], "'type_vocab_size' should be an integer from 1 to 1024, found 0"),
  .init(
    "nomic-bert-tiny", ["max_trained_positions": 0],
    "'max_trained_positions' should be an integer from 1 to 1048576, found 0"),
  .init(
    "nomic-bert-cross-encoder-tiny", ["classifier_dropout": 2],
    "'classifier_dropout' should be a number from 0.0 to below 1.0, found 2"),
]

private let scores = "scores depend on the length of the text, which hone does not compute"

private let gte: [RotaryConfigurationTests.Case] = [
  .init("gte-tiny", ["num_attention_heads": 7], "'num_attention_heads' 7 heads do not divide hidden_size 32"),
  .init(
    "gte-tiny", ["pack_qkv": false],
    "'pack_qkv' is false: queries, keys and values have weights of their own, which hone does not read"),
  .init("gte-tiny", ["pack_qkv": "yes"], "'pack_qkv' should be true or false, found \"yes\""),
  .init("gte-tiny", ["logn_attention_scale": true], "'logn_attention_scale' is true: \(scores)"),
  .init("gte-tiny", ["logn_attention_clip1": true], "'logn_attention_clip1' is true: \(scores)"),
  .init("gte-tiny", ["layer_norm_type": "rms_norm"], "'layer_norm_type' should be layer_norm, found \"rms_norm\""),
  .init(
    "gte-tiny", ["position_embedding_type": "absolute"],
    "'position_embedding_type' should be rope, found \"absolute\""),
  .init("gte-tiny", ["type_vocab_size": -1], "'type_vocab_size' should be an integer from 0 to 1024, found -1"),
  .init("gte-tiny", ["rope_scaling": "ntk"], "'rope_scaling' should be an object, found \"ntk\""),
  .init(
    "gte-tiny", ["rope_scaling": ["type": "yarn", "factor": 8.0]],
    "'rope_scaling' has the type \"yarn\", \(computes); it reads default, linear, ntk, longrope"),
  .init(
    "gte-tiny", ["rope_scaling": ["type": "ntk"]], "'rope_scaling' should have a factor of 1 or more, found none"),
  .init(
    "gte-tiny", ["rope_scaling": ["type": "ntk", "factor": 0.5]],
    "'rope_scaling' should have a factor of 1 or more, found 0.5"),
  .init(
    "gte-tiny", ["rope_scaling": ["type": "ntk", "factor": 8.0, "mixed_b": 0.6]],
    "'rope_scaling' asks for 'mixed_b', \(computes)"),
  .init(
    "gte-tiny",
    [
      "rope_scaling": ["rope_type": "longrope", "factor": 8.0, "short_factor": [1.0, 2.0], "long_factor": [1.0, 2.0]]
    ],
    "'rope_scaling' has the type longrope, which hone reads only where all frequencies have one factor of NTK scaling"),
  .init(
    "gte-tiny", ["rope_parameters": ["rope_theta": true, "rope_type": "default"]],
    "'rope_parameters' rope_theta should be a number of 1 or more, found true"),
  .init("gte-tiny", ["rope_theta": -20000.0], "'rope_theta' should be a number of 1 or more, found -20000.0"),
  .init(
    "gte-tiny", ["quantization_config": ["bits": 8]],
    "'quantization_config': the weights are quantized; give the model that they were made from"),
  .init(
    "gte-cross-encoder-tiny", ["classifier_dropout": "half"],
    "'classifier_dropout' should be a number from 0.0 to below 1.0, found \"half\""),
]

private let jina: [RotaryConfigurationTests.Case] = [
  .init("jina-tiny", ["num_attention_heads": 5], "'num_attention_heads' 5 heads do not divide hidden_size 32"),
  .init(
    "jina-tiny", ["num_attention_heads": 32],
    "'num_attention_heads' 32 heads of hidden_size 32 have an odd width, and rotary positions turn pairs"),
  .init("jina-tiny", ["num_hidden_layers": 0], "'num_hidden_layers' should be an integer from 1 to 256, found 0"),
  .init("jina-tiny", ["pad_token_id": 98], "'pad_token_id' is 98, but 'vocab_size' is 98"),
  .init("jina-tiny", ["pad_token_id": nil], "'pad_token_id' should be an integer from 0 to 4194304, found null"),
  .init("jina-tiny", ["layer_norm_eps": 2], "'layer_norm_eps' should be a number from 0.0 to below 1.0, found 2"),
  .init("jina-tiny", ["type_vocab_size": 0], "'type_vocab_size' should be an integer from 1 to 1024, found 0"),
  .init(
    "jina-tiny", ["max_position_embeddings": "all"],
    "'max_position_embeddings' should be an integer from 1 to 1048576, found \"all\""),
  .init("jina-tiny", ["rope_parameters": [1]], "'rope_parameters' should be an object, found [1]"),
  .init(
    "jina-tiny", ["rope_parameters": ["rope_theta": 0]],
    "'rope_parameters' rope_theta should be a number of 1 or more, found 0"),
  .init(
    "jina-tiny", ["rope_parameters": ["rope_type": "yarn", "factor": 2.0]],
    "'rope_parameters' has the type \"yarn\", \(computes); it reads default"),
  .init(
    "jina-tiny", ["position_embedding_type": "absolute"],
    "'position_embedding_type' should be rotary, found \"absolute\""),
  .init("jina-tiny", ["is_decoder": true], "'is_decoder' is true: each token sees only those before it, \(computes)"),
  .init(
    "jina-tiny", ["add_cross_attention": true],
    "'add_cross_attention' is true: the model reads the states of another one, \(computes)"),
  .init(
    "jina-tiny", ["quantization_config": ["bits": 4]],
    "'quantization_config': the weights are quantized; give the model that they were made from"),
  .init(
    "jina-cross-encoder-tiny", ["classifier_dropout": 1],
    "'classifier_dropout' should be a number from 0.0 to below 1.0, found 1"),
  .init(
    "jina-tasks-tiny", ["rotary_emb_base": "x"], "'rotary_emb_base' should be a number of 1 or more, found \"x\""),
  .init(
    "jina-tasks-tiny", ["position_embedding_type": "alibi"],
    "'position_embedding_type' should be rotary, found \"alibi\""),
  .init(
    "jina-tasks-tiny", ["lora_adaptations": "retrieval"],
    "'lora_adaptations' should be a list of the names of tasks, found \"retrieval\""),
  .init(
    "jina-tasks-tiny", ["lora_adaptations": []],
    "'lora_adaptations' should be a list of the names of tasks, found []"),
  .init(
    "jina-tasks-tiny", ["lora_adaptations": ["a", 1]],
    "'lora_adaptations' should be a list of the names of tasks, found [\"a\",1]"),
  .init(
    "jina-tasks-tiny", ["lora_adaptations": ["a", "a"]],
    "'lora_adaptations' should be a list of the names of tasks, found [\"a\",\"a\"]"),
  .init("jina-tasks-tiny", ["lora_rank": 0], "'lora_rank' should be an integer from 1 to 1024, found 0"),
  .init(
    "jina-tasks-tiny", ["lora_alpha": "one"],
    "'lora_alpha' should be a number from 0.0 to below 1000000.0, found \"one\""),
  .init(
    "jina-tasks-tiny", ["task_instructions": ["a"]],
    "'task_instructions' should be an object of texts, found [\"a\"]"),
  .init(
    "jina-tasks-tiny", ["task_instructions": ["a": 1]],
    "'task_instructions' should be an object of texts, found {\"a\":1}"),
]
