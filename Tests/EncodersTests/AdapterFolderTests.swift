import Files
import JSONText
import Kernels
import Layers
import OrderedCollections
import Safetensors
import Tensors
import TestSupport
import Testing

@testable import Encoders

/// Folders of adapters that are read or refused, each with one clear error.
@Suite struct AdapterFolderTests {
  private let bare = goldensFolder("lora-bert")
  private let scorer = goldensFolder("lora-cross-encoder")

  private func biEncoder() throws -> BiEncoder { try BiEncoder(folder: goldensFolder("bert-tiny")) }

  /// The problem with a folder whose configuration or tensors are changed.
  private func problem(
    _ changes: [(String, JSONValue?)] = [], tensors: ((String) -> String?)? = nil, in source: String? = nil
  ) throws -> String {
    let copy = TemporaryFolder()
    let source = source ?? bare
    var config = try #require(try JSONFile.read(Files.join(source, "adapter_config.json")).objectValue)
    for (key, value) in changes { config[key] = value }
    try copy.write("adapter_config.json", JSONValue.object(config).text())
    let file = try SafetensorsFile(Files.join(source, "adapter_model.safetensors"))
    var parameters: ParameterDictionary = [:]
    for entry in file.entries {
      guard let name = tensors.map({ $0(entry.name) }) ?? entry.name else { continue }
      parameters[name] = Tensor(try file.floats(named: entry.name), shape: Shape(entry.shape))
    }
    try ParameterFile.write(parameters, to: copy.file("adapter_model.safetensors"))
    var model = try biEncoder()
    let before = model.parameters
    do {
      try model.loadAdapters(from: copy.path)
      return ""
    } catch let error as ModelError {
      #expect(model.parameters.mapValues(\.elements) == before.mapValues(\.elements))
      return error.description.replacing(copy.path, with: "F")
    }
  }

  /// A key, its JSON (nil for none) and the problem.
  private static let refusals: [(key: String, value: String?, problem: String)] = [
    ("peft_type", #""LOHA""#, #"'peft_type' should be LORA, found "LOHA""#),
    ("peft_type", nil, "'peft_type' is missing (LORA)"),
    ("r", "0", "'r' should be an integer from 1 to 65536, found 0"),
    ("r", #""8""#, #"'r' should be an integer from 1 to 65536, found "8""#),
    (
      "lora_alpha", #""x""#,
      #"'lora_alpha' should be a number from -1000000000.0 to below 1000000000.0, found "x""#
    ),
    ("use_rslora", "1", "'use_rslora' should be true or false, found 1"),
    (
      "use_dora", "true",
      "'use_dora' is true: DoRA gives each row of a weight a length of its own, which hone does not compute"
    ),
    ("fan_in_fan_out", "true", "'fan_in_fan_out' is true: hone has no layers with transposed weights"),
    ("bias", #""some""#, #"'bias' should be all or lora_only or none, found "some""#),
    (
      "init_lora_weights", #""pissa""#,
      #"'init_lora_weights' is "pissa": such an adapter belongs to base weights that are changed as well; "#
        + "convert it to LoRA with PEFT"
    ),
    ("rank_pattern", "[1]", "'rank_pattern' should be an object, found [1]"),
    ("rank_pattern", #"{"query":0}"#, "'rank_pattern' has 0 for query"),
    (
      "alpha_pattern", #"{"(query|key)":3}"#,
      #"'alpha_pattern' has the regular expression "(query|key)"; give the names of layers"#
    ),
    ("alpha_pattern", #"{"query":"x"}"#, #"'alpha_pattern' has "x" for query"#),
  ]

  @Test func aConfigurationThatIsNotReadIsRefusedByName() throws {
    for (key, text, problem) in Self.refusals {
      let value = try text.map { try JSONReader.parse(Array($0.utf8)) }
      #expect(try self.problem([(key, value)]) == "F/adapter_config.json: \(problem)")
    }
  }

  /// Variants of LoRA that PEFT 0.21 knows, and one of later versions.
  @Test(arguments: [
    ("lora_bias", "true"), ("use_qalora", "true"), ("trainable_token_indices", "[1,2]"),
    ("layer_replication", "[[0,1]]"),
    ("target_parameters", #"["weight"]"#), ("alora_invocation_tokens", "[3]"), ("corda_config", #"{"x":1}"#),
    ("eva_config", #"{"rho":2}"#), ("velora_config", #"{"x":1}"#), ("monteclora_config", #"{"x":1}"#),
    ("use_bdlora", #"{"x":1}"#), ("arrow_config", #"{"x":1}"#), ("kasa_config", #"{"x":1}"#),
    ("lora_ga_config", #"{"x":1}"#), ("loftq_config", #"{"bits":4}"#), ("megatron_config", #"{"x":1}"#),
    ("ensure_weight_tying", "true"), ("something_new", "1"),
  ])
  func aVariantOfLoRAIsRefusedByName(_ key: String, _ value: String) throws {
    let found = try problem([(key, try JSONReader.parse(Array(value.utf8)))])
    #expect(found == "F/adapter_config.json: '\(key)' is \(value): hone reads LoRA without it")
  }

  @Test func whatDoesNotChangeTheAdapterIsRead() throws {
    let layers: JSONValue = ["^encoder.layer.0.attention.self.query": 2, "dense": 3]
    #expect(try problem([("rank_pattern", layers)]) != "")
    for (key, value) in [
      ("target_modules", "all-linear"), ("target_modules", .null), ("exclude_modules", ["pooler"]),
      ("layers_to_transform", [0, 1]), ("layers_pattern", "layer"), ("init_lora_weights", "gaussian"),
      ("r", 4), ("loftq_config", .null), ("task_type", .null), ("peft_version", nil), ("use_dora", nil),
      ("alpha_pattern", ["^encoder.layer.0.attention.self.query": 3]), ("revision", "main"),
    ] as [(String, JSONValue?)] {
      #expect(try problem([(key, value)]) == "", "\(key)")
    }
  }

  @Test func tensorsThatDoNotFitAreReportedTogether() throws {
    let query = "base_model.model.encoder.layer.0.attention.self.query"
    let file = "F/adapter_model.safetensors"
    #expect(
      try problem(tensors: { $0 == query + ".lora_B.weight" ? nil : $0 })
        == "\(file): \(query).lora_B.weight [32, 2] is missing")
    #expect(
      try problem(tensors: { $0.replacing("layer.0.attention.self.query", with: "layer.7.attention.self.query") })
        == """
        \(file):
          base_model.model.encoder.layer.7.attention.self.query.lora_A.weight: the model has no linear layer encoder.layer.7.attention.self.query
          base_model.model.encoder.layer.7.attention.self.query.lora_B.weight: the model has no linear layer encoder.layer.7.attention.self.query
        """)
    #expect(
      try problem([("rank_pattern", ["intermediate.dense": 3])])
        == "\(file): \(query).lora_A.weight is [2, 32], expected [4, 32]")
    #expect(
      try problem([("target_modules", ["query", "key"])])
        == "\(file): 'target_modules' has key, but no tensor is of such a layer")
    #expect(
      try problem([("modules_to_save", .null)])
        == """
        \(file):
          base_model.model.encoder.layer.1.output.LayerNorm.bias is unexpected: 'modules_to_save' does not have encoder.layer.1.output.LayerNorm.bias
          base_model.model.encoder.layer.1.output.LayerNorm.weight is unexpected: 'modules_to_save' does not have encoder.layer.1.output.LayerNorm.weight
        """)
    for (name, reason) in [
      ("base_model.model.embeddings.word_embeddings.lora_embedding_A", "hone adapts linear layers, no embeddings"),
      (query + ".lora_magnitude_vector.weight", "it is a part of DoRA, which hone does not compute"),
      ("base_model.model.encoder.layer.9.weight", "the model has no such parameter"),
      (
        "encoder.layer.1.output.LayerNorm.bias", "the names of an adapter begin with base_model.model."
      ),
    ] {
      #expect(
        try problem(tensors: { $0.hasSuffix("LayerNorm.bias") ? name : $0 })
          == "\(file): \(name) is unexpected: \(reason)")
    }
    #expect(
      try problem(tensors: { _ in nil })
        == "F/adapter_model.safetensors:\n"
        + ["value", "query", "intermediate.dense", "output.dense"].map {
          "  'target_modules' has \($0), but no tensor is of such a layer"
        }.joined(separator: "\n"))
    #expect(
      try problem([("target_modules", "x")], tensors: { _ in nil }) == "\(file): there is no adapter in it")
    #expect(try problem(in: scorer).contains("base_model.model.classifier.weight is unexpected: the model has no such"))
  }

  @Test func foldersWithoutAnAdapterSaySo() throws {
    let folder = TemporaryFolder()
    func problem(_ path: String) -> String {
      do {
        try AdapterFolder.require(path)
        return ""
      } catch { return "\(error)".replacing(folder.path, with: "F") }
    }
    #expect(problem(folder.path) == "F: has no adapter_config.json, so it is no adapter of PEFT")
    try folder.write("adapter_config.json", "{\"peft_type\": \"LORA\"}")
    #expect(problem(folder.path) == "F: has no adapter_model.safetensors; fetch the adapter again")
    try folder.write("adapter_model.bin", "x")
    #expect(
      problem(folder.path)
        == "F: has no adapter_model.safetensors, only adapter_model.bin (pickled by PyTorch); load it with PEFT and write "
        + "it with save_pretrained(…)")
    try folder.write("adapter_config.json", "[]")
    #expect(problem(folder.path) == "F/adapter_config.json: the top level should be an object")
    #expect(problem(folder.file("none")).contains("F/none"))
  }

  @Test func numbersThatAreNotFiniteAreRefused() throws {
    var model = try biEncoder()
    let copy = TemporaryFolder()
    try model.loadAdapters(from: bare)
    model.updateParameters { key, parameter in
      if key.hasSuffix("layer.1.attention.self.query.lora_B.weight") {
        parameter.withUniqueBuffer { $0[3] = .infinity }
      }
    }
    try model.saveAdapters(to: copy.path, base: "b", trained: [])
    let error = #expect(throws: ModelError.self) { try model.loadAdapters(from: copy.path) }
    #expect(
      error?.problems == [
        "base_model.model.encoder.layer.1.attention.self.query.lora_B.weight holds numbers that are not finite; fetch the "
          + "adapter again"
      ])
    // Finite factors may give infinite weights.
    model.updateParameters { key, parameter in
      if LowRankAdapter.owns(key) { parameter = Tensor(repeating: 1e30, shape: parameter.shape) }
    }
    try model.saveAdapters(to: copy.path, base: "b", trained: [])
    var base = try biEncoder()
    let second = #expect(throws: ModelError.self) { try base.mergeAdapters(of: copy.path) }
    #expect(second?.problems.first?.hasPrefix("merged into the model, it gives encoder.layer.0.") == true)
  }
}
