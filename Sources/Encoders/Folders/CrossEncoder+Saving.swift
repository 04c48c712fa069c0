import Files
import JSONText
import Layers

extension CrossEncoder {
  /// Writes the layout that every reader accepts: sentence-transformers 2 to 6, transformers,
  /// text-embeddings-inference, vLLM and others.
  ///
  /// The layout is the family's model for sequence classification as transformers writes it; its labels are explicit, and
  /// so is the activation, under both keys that readers look for. Only a model with prompts gets the files of
  /// sentence-transformers too, where 5.4 and later look for them. The files are written one by one, each durably; to
  /// replace a model, write into a new folder and rename it.
  ///
  /// - Parameter type: the type that the weights are rounded to.
  /// - Throws: `FileError`, `SafetensorsError` or `ModelError`.
  public func save(to target: String, weights type: WeightType = .float32) throws {
    try Files.makeFolder(target)
    let files = ModelFolderWriter(source: folder, target: target, type: type)
    try files.writeTokenizer(maximumLength: maximumLength)
    try files.writeWeights(parameters)
    if !settings.prompts.isEmpty {
      try files.writeSentenceSettings(maximumLength: maximumLength, task: "sequence-classification")
      try files.write(settings.json(of: .crossEncoder), "config_sentence_transformers.json")
      try files.writeModules([("", "Transformer")])
    }
    // Last: a folder with config.json is complete.
    try files.writeConfiguration(
      architecture: folder.family.scorerClass, head: headConfiguration, dropping: ["num_labels"])
  }

  /// The members of the head; `id2label` gives the number of labels, which a key `num_labels` could only contradict.
  private var headConfiguration: [(name: String, value: JSONValue)] {
    let numbered = labels.enumerated().map { (name: String($0.offset), value: JSONValue($0.element)) }
    // Of labels that share a name the last one counts, as in transformers.
    var named = JSONObject()
    for (index, name) in labels.enumerated() { named[name] = JSONValue(index) }
    return [
      ("id2label", .object(JSONObject(numbered))),
      ("label2id", .object(named)),
      ("sentence_transformers", ["activation_fn": JSONValue(activation.name), "version": "5.0.0"]),
      ("sbert_ce_default_activation_function", JSONValue(activation.name)),
    ]
  }
}
