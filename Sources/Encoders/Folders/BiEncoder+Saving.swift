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
  /// unprefixed F32 weights, and the same maximum length in both files that readers take it from. The files are written
  /// one by one, each durably; to replace a model, write into a new folder and rename it.
  ///
  /// - Throws: `FileError`, `SafetensorsError` or `ModelError`.
  public func save(to target: String) throws {
    try Files.makeFolder(target)
    let files = ModelFolderWriter(source: folder, target: target)
    var modules = [(path: "", type: "Transformer"), (path: "1_Pooling", type: "Pooling")]
    for (index, head) in heads.enumerated() {
      let name = Self.folderName(ofHead: index, head)
      modules.append((name, head.typeName))
      try save(head, to: Files.join(target, name))
    }
    try Files.makeFolder(Files.join(target, "1_Pooling"))
    try files.write(poolingConfiguration, "1_Pooling/config.json")
    try files.writeSentenceSettings(maximumLength: maximumLength)
    try files.write(settings.json(of: .biEncoder), "config_sentence_transformers.json")
    try files.writeConfiguration(architecture: folder.family.encoderClass)
    try files.writeTokenizer(maximumLength: maximumLength)
    try files.writeWeights(transformer.parameters.merging(carried) { trained, _ in trained })
    // Last: a folder with modules.json is complete.
    try files.writeModules(modules)
  }

  private var poolingConfiguration: JSONValue {
    var members: [(name: String, value: JSONValue)] = [
      ("word_embedding_dimension", JSONValue(transformer.shape.width))
    ]
    let keys =
      [
        Pooling.cls, .mean, .max, .meanSqrt,
      ].map(\.configurationKey) + ["pooling_mode_weightedmean_tokens", Pooling.last.configurationKey]
    for key in keys { members.append((key, JSONValue(key == pooling.configurationKey))) }
    members.append(("include_prompt", JSONValue(poolsPrompt)))
    return .object(JSONObject(members))
  }

  private func save(_ head: EmbeddingHead, to target: String) throws {
    try Files.makeFolder(target)
    guard case .dense(let dense) = head else { return }
    let weight = dense.linear.weight
    let files = ModelFolderWriter(source: folder, target: target)
    try files.write(
      [
        "in_features": JSONValue(weight.shape[1]), "out_features": JSONValue(weight.shape[0]),
        "bias": JSONValue(dense.linear.bias != nil), "activation_function": JSONValue(dense.activation.rawValue),
      ], "config.json")
    try files.writeWeights(dense.parameters)
  }
}
