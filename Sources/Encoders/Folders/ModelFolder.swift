import Files
import JSONText
package import Tokenizers

/// The folder of a model, as it was when the model was loaded.
///
/// It keeps all that saving needs, so a model is saved as it was loaded even if the folder changes in the meantime.
public struct ModelFolder: Sendable {
  /// The folder as it was given.
  public let path: String
  /// The folder with the transformer and its tokenizer.
  public let transformerPath: String
  /// The files that the model was read from: configurations, tokenizer and weights.
  public internal(set) var files: [String]
  /// The layout of the family's checkpoints.
  let family: FamilyFolder
  /// `config.json` of the transformer.
  let configuration: JSONObject
  /// The tokenizer's files except ``tokenizerSettings``, by name.
  let tokenizerFiles: [(name: String, bytes: [UInt8])]
  /// `tokenizer_config.json`; empty if there is none.
  let tokenizerSettings: JSONObject

  /// Keeps the files of a transformer.
  init(path: String, transformerPath: String, family: FamilyFolder, configuration: JSONObject) throws {
    func found(_ names: [String], in folder: String) -> [String] {
      names.map { Files.join(folder, $0) }.filter(Files.exists)
    }
    let tokenizerPaths = found(family.tokenizerFiles, in: transformerPath)
    let settings = found(["tokenizer_config.json"], in: transformerPath)
    self.path = path
    self.transformerPath = transformerPath
    self.family = family
    self.configuration = configuration
    tokenizerFiles = try tokenizerPaths.map { (Files.name(of: $0), try Files.read($0)) }
    tokenizerSettings = try settings.first.map { try ConfigurationReader($0).object } ?? JSONObject()
    files =
      found(["modules.json", "config_sentence_transformers.json"], in: path)
      + found(["config.json", "sentence_bert_config.json"], in: transformerPath) + tokenizerPaths + settings
  }
}

// MARK: - Parts of a folder

extension ModelFolder {
  /// The folder of the transformer: that of the first module, or the model folder itself if it has no `modules.json`.
  public static func transformerPath(in folder: String) throws -> String {
    try transformerPath(in: folder, ModuleList(folder: folder))
  }

  static func transformerPath(in folder: String, _ modules: ModuleList?) throws -> String {
    try modules.map { Files.join(folder, try $0.transformerPath) } ?? folder
  }

  /// The tokenizer of a model folder, and the maximum length in tokens that the folder asks for.
  package static func tokenizer(of folder: String) throws -> (tokenizer: Tokenizer, maximumLength: Int?) {
    let path = try transformerPath(in: folder)
    let tokenizer = try Tokenizer(folder: path)
    return (tokenizer, try SentenceSettings(folder: path).maximumLength ?? tokenizer.configuredMaximumLength)
  }

  /// Reads `config.json` of a transformer.
  static func readConfiguration(_ folder: String) throws -> (any EncoderFamily, ConfigurationReader) {
    var reader = try ConfigurationReader(Files.join(folder, "config.json"))
    let configuration = try Families.family(of: reader).init(&reader)
    try reader.finish()
    return (configuration, reader)
  }

  /// Checks that the folder exists.
  static func require(_ folder: String) throws(FileError) {
    guard Files.isFolder(folder) else {
      throw FileError(
        path: folder, kind: .missingInput,
        description: "\(folder): no such folder; scripts/fetch-checkpoint brings all-MiniLM-L6-v2")
    }
  }
}

extension TransformerShape {
  /// Reads the shape of the transformer in a model folder from its `config.json`.
  ///
  /// - Throws: `ModelError` or `FileError`.
  public init(folder: String) throws {
    self = try ModelFolder.readConfiguration(ModelFolder.transformerPath(in: folder)).0.shape
  }
}

/// `sentence_bert_config.json`, in either schema.
struct SentenceSettings {
  private(set) var maximumLength: Int?
  private(set) var lowercasesText = false

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
