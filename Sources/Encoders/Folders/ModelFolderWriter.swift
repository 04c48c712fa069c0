import Files
import JSONText
import Layers
import Tokenizers

/// Writes the files of a model in the form that every reader accepts.
struct ModelFolderWriter {
  /// The folder that the model was loaded from.
  let source: ModelFolder
  /// The folder that is written.
  let target: String
  /// The type of the weights.
  var type = WeightType.float32

  /// Writes the loaded configuration with the keys that other readers need and those that saving sets: the
  /// architecture, the data type, and those of a head.
  ///
  /// - Parameter head: the members of the head, which replace those loaded under the same names.
  func writeConfiguration(
    architecture: String, head: [(name: String, value: JSONValue)] = [], dropping dropped: [String] = []
  ) throws {
    let settled = ["_name_or_path", "architectures", "torch_dtype", "dtype", "auto_map"] + dropped + head.map(\.name)
    var members = source.encoder.exported(source.configuration).members.filter { !settled.contains($0.name) }
    members.insert(("architectures", [JSONValue(architecture)]), at: 0)
    members += head
    members.append(("torch_dtype", JSONValue(type.rawValue)))
    try write(.object(JSONObject(members)), "config.json")
  }

  /// Writes the tokenizer's files with the maximum length of the model.
  func writeTokenizer(maximumLength: Int) throws {
    let files = source.tokenizer.written(
      maximumLength: maximumLength, hasTokenTypes: source.encoder.shape.tokenTypes != nil)
    for file in files { try Files.write(file.text, to: Files.join(target, file.name)) }
  }

  /// Writes the settings of the transformer of sentence-transformers; where texts are lower-cased, the tokenizer does it.
  ///
  /// - Parameter task: what the transformer gives, where that is not the states of tokens.
  func writeSentenceSettings(maximumLength: Int, task: String? = nil) throws(FileError) {
    let lengths: [(name: String, value: JSONValue)] = [
      ("max_seq_length", JSONValue(maximumLength)), ("do_lower_case", false),
    ]
    let tasks = task.map { [(name: "transformer_task", value: JSONValue($0))] } ?? []
    try write(.object(JSONObject(lengths + tasks)), "sentence_bert_config.json")
  }

  /// Writes the list of modules, under the names that they had before sentence-transformers 5.4.
  func writeModules(_ modules: [(path: String, type: String)]) throws(FileError) {
    let entries = modules.enumerated().map { index, module -> JSONValue in
      [
        "idx": JSONValue(index), "name": JSONValue(String(index)), "path": JSONValue(module.path),
        "type": JSONValue("sentence_transformers.models.\(module.type)"),
      ]
    }
    try write(JSONValue(entries), "modules.json")
  }

  /// Writes the weights.
  func writeWeights(_ parameters: ParameterDictionary) throws {
    try ParameterFile.write(parameters, as: type, to: Files.join(target, "model.safetensors"))
  }

  /// Writes a JSON file.
  func write(_ value: JSONValue, _ name: String) throws(FileError) {
    try Files.write(value.text(indented: true) + "\n", to: Files.join(target, name))
  }
}
