import Files
import JSONText
import Layers
import OrderedCollections
import Safetensors
import Tensors
import Tokenizers

/// A folder with a BERT checkpoint and its tokenizer: what a bi-encoder and a cross-encoder have in common on the disk.
struct TransformerFolder {
  let path: String
  /// `config.json`, for what a head has to say in it.
  let settings: ConfigurationReader
  let configuration: BERTConfiguration
  let weights: SafetensorsFolder
  let tokenizer: Tokenizer
  /// Whether texts are lower-cased before they are tokenized.
  let lowercasesText: Bool
  /// The longest text that the folder asks for, in tokens; nothing where it does not say.
  let configuredMaximumLength: Int?

  /// Reads everything but the weights themselves.
  init(_ path: String) throws {
    self.path = path
    var reader = try ConfigurationReader(Files.join(path, "config.json"))
    configuration = BERTConfiguration(&reader)
    try reader.finish()
    settings = reader
    weights = try SafetensorsFolder(path)
    tokenizer = try Tokenizer(folder: path)
    if Int(tokenizer.largestID) >= configuration.vocabularySize {
      throw ModelError(
        path: path,
        problem:
          "the tokenizer gives ids up to \(tokenizer.largestID), but the model has \(configuration.vocabularySize) "
          + "word embeddings; tokenizer and weights are from different models")
    }
    try Self.checkTypes(tokenizer.singleTypeCount, configuration, path)
    let sentences = try SentenceSettings(folder: path)
    lowercasesText = sentences.lowercasesText
    configuredMaximumLength = sentences.maximumLength ?? tokenizer.configuredMaximumLength
  }

  /// Checks that every token type that a tokenizer gives has an embedding.
  static func checkTypes(_ count: Int, _ configuration: BERTConfiguration, _ path: String) throws(ModelError) {
    guard count > configuration.typeCount else { return }
    throw ModelError(
      path: path,
      problem:
        "the tokenizer gives token types up to \(count - 1), but 'type_vocab_size' is \(configuration.typeCount); "
        + "tokenizer and weights are from different models")
  }

  /// Where the transformer is in a folder of sentence-transformers, and how many modules `modules.json` names.
  ///
  /// Without that file the transformer is the folder itself.
  static func locate(in folder: String) throws -> (path: String, moduleCount: Int) {
    let path = Files.join(folder, "modules.json")
    guard Files.exists(path) else { return (folder, 1) }
    guard let modules = try readJSON(path).arrayValue, let first = modules.first?.objectValue,
      first["type"]?.stringValue?.split(separator: ".").last == "Transformer",
      let modulePath = first["path"]?.stringValue, isPlainName(modulePath)
    else {
      throw ModelError(path: path, problem: "should begin with a Transformer whose 'path' stays in the folder")
    }
    return (Files.join(folder, modulePath), modules.count)
  }

  /// Checks that there is a folder.
  static func require(_ folder: String) throws(FileError) {
    guard Files.isFolder(folder) else {
      throw FileError(
        path: folder, kind: .missingInput,
        description: "\(folder): no such folder; scripts/fetch-checkpoint brings all-MiniLM-L6-v2")
    }
  }
}

/// `sentence_bert_config.json`, in either schema.
private struct SentenceSettings {
  var maximumLength: Int?
  var lowercasesText = false

  init(folder: String) throws {
    let path = Files.join(folder, "sentence_bert_config.json")
    guard Files.exists(path) else { return }
    var reader = try ConfigurationReader(path)
    if let value = reader.object["max_seq_length"], value != .null {
      maximumLength = reader.integer("max_seq_length", in: 1...(1 << 20))
    }
    lowercasesText = reader.object["do_lower_case"]?.boolValue ?? false
    try reader.finish()
  }
}

/// Whether a path names something in its own folder.
func isPlainName(_ path: String) -> Bool {
  path.isEmpty || (!path.contains("/") && !path.contains("\\") && !path.contains("\0") && path != ".." && path != ".")
}

// MARK: - Writing

/// Writes the files of a transformer in the form that every reader accepts.
struct TransformerFolderWriter {
  /// The folder that the model was loaded from, with `config.json` and the tokenizer's files.
  let source: String
  let target: String

  /// The configuration as it was loaded, with what saving settles: the architecture, the type of the numbers, and what a head
  /// says of itself.
  ///
  /// - Parameter head: members of the head; any that were loaded under these names are replaced.
  func writeConfiguration(
    architecture: String, head: [(name: String, value: JSONValue)] = [], dropping dropped: [String] = []
  ) throws {
    let settled = ["_name_or_path", "architectures", "torch_dtype", "dtype", "auto_map"] + dropped + head.map(\.name)
    var members = try ConfigurationReader(Files.join(source, "config.json")).object.members.filter {
      !settled.contains($0.name)
    }
    members.insert(("architectures", [JSONValue(architecture)]), at: 0)
    members += head
    members.append(("torch_dtype", "float32"))
    try write(.object(JSONObject(members)), "config.json")
  }

  /// The tokenizer's files as they were loaded, with the maximum length of the model.
  func writeTokenizer(maximumLength: Int) throws {
    for name in ["tokenizer.json", "vocab.txt", "special_tokens_map.json"] {
      let file = Files.join(source, name)
      if Files.exists(file) { try Files.copy(file, to: Files.join(target, name)) }
    }
    let path = Files.join(source, "tokenizer_config.json")
    var members = Files.exists(path) ? try ConfigurationReader(path).object.members : []
    members.removeAll { ["model_max_length", "name_or_path"].contains($0.name) }
    if !members.contains(where: { $0.name == "tokenizer_class" }) {
      members.append(("tokenizer_class", "BertTokenizer"))
    }
    members.append(("model_max_length", JSONValue(maximumLength)))
    try write(.object(JSONObject(members)), "tokenizer_config.json")
  }

  /// A JSON file.
  func write(_ value: JSONValue, _ name: String) throws(FileError) {
    try Files.write(value.text(indented: true) + "\n", to: Files.join(target, name))
  }

  /// Parameters as F32 safetensors.
  func write(_ parameters: ParameterDictionary) throws(SafetensorsError) {
    let tensors = parameters.map { key, tensor in
      PendingTensor(
        name: key, type: .f32, shape: tensor.shape.dimensions,
        content: .floats { () throws(SafetensorsError) in tensor.elements })
    }
    try SafetensorsWriter.write(tensors, metadata: [("format", "pt")], to: Files.join(target, "model.safetensors"))
  }
}
