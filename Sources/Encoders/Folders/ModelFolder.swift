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
  /// The tokenizer.
  let tokenizer: TokenizerFolder

  /// Keeps the files of a transformer.
  init(
    path: String, transformerPath: String, family: FamilyFolder, configuration: JSONObject, tokenizer: TokenizerFolder
  ) {
    func found(_ names: [String], in folder: String) -> [String] {
      names.map { Files.join(folder, $0) }.filter(Files.exists)
    }
    self.path = path
    self.transformerPath = transformerPath
    self.family = family
    self.configuration = configuration
    self.tokenizer = tokenizer
    files = found(["modules.json", "config_sentence_transformers.json"], in: path) + tokenizer.files
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

  /// The tokenizer of a model folder, and the longest input in tokens.
  ///
  /// The length is what the folder asks for, or all the positions of the model; nil where neither is known, as in a folder
  /// that has a tokenizer only.
  package static func tokenizer(of folder: String) throws -> (tokenizer: Tokenizer, maximumLength: Int?) {
    let modules = try ModuleList(folder: folder)
    let path = try transformerPath(in: folder, modules)
    let tokenizer = try TokenizerFolder(path, hasModules: modules != nil).tokenizer
    guard Files.exists(Files.join(path, "config.json")) else { return (tokenizer, tokenizer.configuredMaximumLength) }
    let positions = try readConfiguration(path).0.shape.positions
    return (tokenizer, min(tokenizer.configuredMaximumLength ?? positions, positions))
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
    if let problem = Files.problem(of: folder) {
      throw FileError(path: folder, kind: .missingInput, description: problem)
    }
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
