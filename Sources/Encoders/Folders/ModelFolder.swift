import Files
import JSONText
package import Safetensors
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
  /// The settings of the transformer.
  let encoder: any EncoderFamily
  /// `config.json` of the transformer.
  let configuration: JSONObject
  /// The tokenizer.
  let tokenizer: TokenizerFolder

  /// The layout of the model's checkpoints.
  var family: FamilyFolder { encoder.folder }

  /// Keeps the files of a transformer.
  init(
    path: String, transformerPath: String, encoder: any EncoderFamily, configuration: JSONObject,
    tokenizer: TokenizerFolder
  ) {
    self.path = path
    self.transformerPath = transformerPath
    self.encoder = encoder
    self.configuration = configuration
    self.tokenizer = tokenizer
    let own = ["modules.json", "config_sentence_transformers.json"].map { Files.join(path, $0) }
    files = own.filter(Files.exists) + tokenizer.files
  }
}

// MARK: - Parts of a folder

extension ModelFolder {
  /// The weights in a folder of any model, whether it is read or not, and the folder of its transformer.
  package static func weights(of folder: String) throws -> (weights: SafetensorsFolder, transformerPath: String) {
    let contents = try FolderContents(folder)
    return (try contents.weights(), contents.transformerPath)
  }

  /// The tokenizer of a model folder, and the longest input in tokens.
  ///
  /// The length is what the folder asks for, or all the positions of the model; nil where neither is known, as in a folder
  /// that has a tokenizer only.
  package static func tokenizer(of folder: String) throws -> (tokenizer: Tokenizer, maximumLength: Int?) {
    let contents = try FolderContents(folder)
    try contents.refuseOtherKinds()
    let path = contents.transformerPath
    let tokenizer = try TokenizerFolder(path, hasModules: contents.modules != nil).tokenizer
    guard Files.exists(Files.join(path, "config.json")) else { return (tokenizer, tokenizer.configuredMaximumLength) }
    let positions = try contents.configuration().family.shape.positions
    return (tokenizer, tokenizer.maximumLength(positions: positions))
  }
}

extension Tokenizer {
  /// The longest input, in tokens, of a model with this many positions.
  func maximumLength(positions: Int) -> Int { min(configuredMaximumLength ?? positions, positions) }
}
