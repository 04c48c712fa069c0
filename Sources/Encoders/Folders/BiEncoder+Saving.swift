import Files
import JSONText
import Layers
import OrderedCollections
import Tensors

extension BiEncoder {
  /// Writes the layout that every reader accepts: sentence-transformers 2 to 6, text-embeddings-inference, vLLM and
  /// others.
  ///
  /// The layout is the verbose schema with all pooling keys, the module names of sentence-transformers before 5.4,
  /// unprefixed weights, and the same maximum length in both files that readers take it from. The files are written
  /// one by one, each durably; to replace a model, write into a new folder and rename it.
  ///
  /// - Parameter type: the type that the weights are rounded to.
  /// - Throws: `FileError`, `SafetensorsError` or `ModelError`.
  public func save(to target: String, weights type: WeightType = .float32) throws {
    try Files.makeFolder(target)
    let files = ModelFolderWriter(source: folder, target: target, type: type)
    let folders = moduleFolders
    var modules = [(path: "", type: "Transformer")]
    if let layerPooling {
      try save(layerPooling, to: Files.join(target, folders.layerPooling), type)
      modules.append((folders.layerPooling, "WeightedLayerPooling"))
    }
    for (head, name) in zip(tokenHeads, folders.tokenHeads) {
      try save(head, to: Files.join(target, name), type, isBeforePooling: true)
      modules.append((name, head.typeName))
    }
    modules.append((folders.pooling, "Pooling"))
    try Files.makeFolder(Files.join(target, folders.pooling))
    let configuration = PoolingConfiguration(pooling, poolsPrompt: poolsPrompt, width: tokenWidth)
    try files.write(configuration.json, Files.join(folders.pooling, "config.json"))
    for (head, name) in zip(heads, folders.heads) {
      try save(head, to: Files.join(target, name), type)
      modules.append((name, head.typeName))
    }
    try files.writeSentenceSettings(maximumLength: maximumLength)
    try files.write(settings.json(of: .biEncoder), "config_sentence_transformers.json")
    try files.writeConfiguration(architecture: folder.family.encoderClass)
    try files.writeTokenizer(maximumLength: maximumLength)
    try files.writeWeights(transformer.parameters.merging(carried) { trained, _ in trained })
    // Last: a folder with modules.json is complete.
    try files.writeModules(modules)
  }

  private func save(_ module: LayerPooling, to target: String, _ type: WeightType) throws {
    try Files.makeFolder(target)
    let files = ModelFolderWriter(source: folder, target: target, type: type)
    let layers = module.firstLayer + module.layerWeights.shape[0] - 1
    try files.write(
      [
        "word_embedding_dimension": JSONValue(transformer.shape.width), "layer_start": JSONValue(module.firstLayer),
        "num_hidden_layers": JSONValue(layers),
      ], "config.json")
    try files.writeWeights(module.parameters)
  }

  private func save(
    _ head: EmbeddingHead, to target: String, _ type: WeightType, isBeforePooling: Bool = false
  ) throws {
    try Files.makeFolder(target)
    let files = ModelFolderWriter(source: folder, target: target, type: type)
    var members: [(name: String, value: JSONValue)] = []
    switch head {
    case .dense(let dense):
      members = [
        ("in_features", JSONValue(dense.linear.weight.shape[1])),
        ("out_features", JSONValue(dense.linear.weight.shape[0])),
        ("bias", JSONValue(dense.linear.bias != nil)), ("activation_function", JSONValue(dense.activation.name)),
      ]
      // A key that older readers do not know is written only where it says something.
      if dense.hasResidual { members.append(("use_residual", true)) }
    case .layerNorm(let norm): members = [("dimension", JSONValue(norm.weight.shape[0]))]
    case .dropout(let rate): members = [("dropout", JSONValue(rate))]
    case .normalize: break
    }
    if isBeforePooling {
      members += ["module_input_name", "module_output_name"].map { ($0, JSONValue("token_embeddings")) }
    }
    if !members.isEmpty { try files.write(.object(JSONObject(members)), "config.json") }
    let parameters = head.parameters
    if !parameters.isEmpty { try files.writeWeights(parameters) }
  }
}
