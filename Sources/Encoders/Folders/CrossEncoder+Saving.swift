import Files
import JSONText
import Layers

extension CrossEncoder {
  /// Writes the layout that every reader accepts: sentence-transformers 2 to 6, transformers,
  /// text-embeddings-inference, vLLM and others.
  ///
  /// The layout is the family's model for sequence classification as transformers writes it, without `modules.json`;
  /// its labels are explicit, and the activation is the identity under both keys that readers look for. The files are
  /// written one by one, each durably; to replace a model, write into a new folder and rename it.
  ///
  /// - Throws: `FileError`, `SafetensorsError` or `ModelError`.
  public func save(to target: String) throws {
    try Files.makeFolder(target)
    let files = ModelFolderWriter(source: folder, target: target)
    try files.writeTokenizer(maximumLength: maximumLength)
    try files.writeWeights(parameters)
    // Last: a folder with config.json is complete.
    try files.writeConfiguration(
      architecture: folder.family.scorerClass, head: headConfiguration, dropping: ["num_labels"])
  }

  /// The members of the head; `id2label` gives the number of labels, which a key `num_labels` could only contradict.
  private var headConfiguration: [(name: String, value: JSONValue)] {
    let numbered = labels.enumerated().map { (name: String($0.offset), value: JSONValue($0.element)) }
    let named = labels.enumerated().map { (name: $0.element, value: JSONValue($0.offset)) }
    return [
      ("id2label", .object(JSONObject(numbered))),
      ("label2id", .object(JSONObject(named))),
      ("sentence_transformers", ["activation_fn": JSONValue(Self.activation), "version": "5.0.0"]),
      ("sbert_ce_default_activation_function", JSONValue(Self.activation)),
    ]
  }

  /// The name of the identity, in the form that readers look up.
  private static let activation = "torch.nn.modules.linear.Identity"
}
