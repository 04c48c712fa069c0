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

  /// Writes the loaded configuration with the keys that saving sets: the architecture, the data type, and those of a
  /// head.
  ///
  /// - Parameter head: the members of the head, which replace those loaded under the same names.
  func writeConfiguration(
    architecture: String, head: [(name: String, value: JSONValue)] = [], dropping dropped: [String] = []
  ) throws {
    let settled = ["_name_or_path", "architectures", "torch_dtype", "dtype", "auto_map"] + dropped + head.map(\.name)
    var members = source.configuration.members.filter { !settled.contains($0.name) }
    members.insert(("architectures", [JSONValue(architecture)]), at: 0)
    members += head
    members.append(("torch_dtype", "float32"))
    try write(.object(JSONObject(members)), "config.json")
  }

  /// Writes the tokenizer's files with the maximum length of the model.
  func writeTokenizer(maximumLength: Int) throws {
    let files = source.tokenizer.written(
      maximumLength: maximumLength, hasTokenTypes: source.family.tokenTypesKey != nil)
    for file in files { try Files.write(file.text, to: Files.join(target, file.name)) }
  }

  /// Writes the weights.
  func writeWeights(_ parameters: ParameterDictionary) throws {
    try ParameterFile.write(parameters, to: Files.join(target, "model.safetensors"))
  }

  /// Writes a JSON file.
  func write(_ value: JSONValue, _ name: String) throws(FileError) {
    try Files.write(value.text(indented: true) + "\n", to: Files.join(target, name))
  }
}
