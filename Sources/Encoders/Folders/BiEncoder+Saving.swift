import Files
import JSONText
import Layers
import OrderedCollections
import Safetensors
import Tensors

extension BiEncoder {
  /// Writes the layout that every reader accepts: sentence-transformers 2 to 6, text-embeddings-inference, vLLM and others.
  ///
  /// That is the verbose schema with all pooling keys, the module names of sentence-transformers before 5.4, unprefixed F32
  /// weights, and the same maximum length in both places it is read from. The files are written one by one, each durably;
  /// write into a new folder and rename it to replace a model.
  ///
  /// - Throws: `FileError`, `SafetensorsError` or `ModelError`.
  public func save(to target: String) throws {
    try Files.makeFolder(target)
    var modules = [
      Self.moduleEntry(0, "", "Transformer"), Self.moduleEntry(1, "1_Pooling", "Pooling"),
    ]
    for (index, head) in heads.enumerated() {
      let name = Self.folderName(ofHead: index, head)
      modules.append(Self.moduleEntry(index + 2, name, head.typeName))
      try save(head, to: Files.join(target, name))
    }
    try Files.makeFolder(Files.join(target, "1_Pooling"))
    try write(poolingConfiguration, Files.join(target, "1_Pooling", "config.json"))
    try write(
      ["max_seq_length": JSONValue(maximumLength), "do_lower_case": JSONValue(lowercasesText)],
      Files.join(target, "sentence_bert_config.json"))
    try write(sharedConfiguration, Files.join(target, "config_sentence_transformers.json"))
    try saveTransformerConfiguration(to: target)
    try saveTokenizer(to: target)
    try Self.write(transformer.parameters, to: Files.join(target, "model.safetensors"))
    // Last: a folder with modules.json is complete.
    try write(JSONValue(modules), Files.join(target, "modules.json"))
  }

  private static func moduleEntry(_ index: Int, _ path: String, _ type: String) -> JSONValue {
    [
      "idx": JSONValue(index), "name": JSONValue(String(index)), "path": JSONValue(path),
      "type": JSONValue("sentence_transformers.models.\(type)"),
    ]
  }

  private var poolingConfiguration: JSONValue {
    var members: [(name: String, value: JSONValue)] = [
      ("word_embedding_dimension", JSONValue(transformer.configuration.hiddenSize))
    ]
    let keys =
      [
        Pooling.cls, .mean, .max, .meanSqrt,
      ].map(\.configurationKey) + ["pooling_mode_weightedmean_tokens", Pooling.last.configurationKey]
    for key in keys { members.append((key, JSONValue(key == pooling.configurationKey))) }
    members.append(("include_prompt", JSONValue(poolsPrompt)))
    return .object(JSONObject(members))
  }

  private var sharedConfiguration: JSONValue {
    [
      "model_type": "SentenceTransformer",
      "__version__": ["sentence_transformers": "5.0.0", "transformers": "4.55.0", "pytorch": "2.8.0"],
      "prompts": ["query": JSONValue(prompts[.query] ?? ""), "document": JSONValue(prompts[.document] ?? "")],
      "default_prompt_name": nil,
      "similarity_fn_name": "cosine",
    ]
  }

  private func save(_ head: EmbeddingHead, to folder: String) throws {
    try Files.makeFolder(folder)
    guard case .dense(let dense) = head else { return }
    let weight = dense.linear.weight
    try write(
      [
        "in_features": JSONValue(weight.shape[1]), "out_features": JSONValue(weight.shape[0]),
        "bias": JSONValue(dense.linear.bias != nil), "activation_function": JSONValue(dense.activation.rawValue),
      ], Files.join(folder, "config.json"))
    try Self.write(dense.parameters, to: Files.join(folder, "model.safetensors"))
  }

  /// The configuration as it was loaded, with what saving settles: the architecture and the type of the numbers.
  private func saveTransformerConfiguration(to target: String) throws {
    let source = try ConfigurationReader(Files.join(transformerFolder, "config.json")).object
    var members = source.members.filter {
      !["_name_or_path", "architectures", "torch_dtype", "dtype", "auto_map"].contains($0.name)
    }
    members.insert(("architectures", ["BertModel"]), at: 0)
    members.append(("torch_dtype", "float32"))
    try write(.object(JSONObject(members)), Files.join(target, "config.json"))
  }

  /// The tokenizer's files as they were loaded, with the maximum length of this model.
  private func saveTokenizer(to target: String) throws {
    for name in ["tokenizer.json", "vocab.txt", "special_tokens_map.json"] {
      let source = Files.join(transformerFolder, name)
      if Files.exists(source) { try Files.copy(source, to: Files.join(target, name)) }
    }
    let path = Files.join(transformerFolder, "tokenizer_config.json")
    var members = Files.exists(path) ? try ConfigurationReader(path).object.members : []
    members.removeAll { ["model_max_length", "name_or_path"].contains($0.name) }
    if !members.contains(where: { $0.name == "tokenizer_class" }) {
      members.append(("tokenizer_class", "BertTokenizer"))
    }
    members.append(("model_max_length", JSONValue(maximumLength)))
    try write(.object(JSONObject(members)), Files.join(target, "tokenizer_config.json"))
  }

  /// Where the files of the transformer were loaded from.
  private var transformerFolder: String {
    Files.exists(Files.join(folder, "config.json")) ? folder : Files.join(folder, "0_Transformer")
  }

  private func write(_ value: JSONValue, _ path: String) throws(FileError) {
    try Files.write(value.text(indented: true) + "\n", to: path)
  }

  private static func write(_ parameters: ParameterDictionary, to path: String) throws(SafetensorsError) {
    let tensors = parameters.map { key, tensor in
      PendingTensor(
        name: key, type: .f32, shape: tensor.shape.dimensions,
        content: .floats { () throws(SafetensorsError) in tensor.elements })
    }
    try SafetensorsWriter.write(tensors, metadata: [("format", "pt")], to: path)
  }
}
