import JSONText
import Safetensors
import Tokenizers

/// A model folder opened for loading: all that bi-encoders and cross-encoders have in common on disk, except the values
/// of the weights.
struct ModelSource {
  let folder: ModelFolder
  /// The settings that an export keeps.
  let settings: SharedSettings
  let configuration: any EncoderFamily
  /// The configuration with word embeddings for the tokens that were added; nil if there are embeddings enough.
  let extendedConfiguration: (any EncoderFamily)?
  /// `config.json`, for the keys of a head.
  let reader: ConfigurationReader
  let weights: SafetensorsFolder
  let tokenizer: Tokenizer

  /// Opens a folder to load a model of a kind from it.
  ///
  /// Of a folder that is saved as another kind only the transformer counts, as in sentence-transformers: prompts, the
  /// maximum length and lower case of the other kind say nothing about this one.
  ///
  /// - Parameter tokens: tokens to add.
  init(_ contents: FolderContents, as kind: ModelKind, adding tokens: AddedTokens? = nil) throws {
    let path = contents.transformerPath
    (configuration, reader) = try contents.configuration()
    let own = try contents.settings(of: kind)
    settings = own ?? SharedSettings(of: kind)
    weights = try contents.weights()
    let tokenizers = try TokenizerFolder(path, hasModules: own != nil, output: kind.output, adding: tokens?.texts ?? [])
    var tokenizer = tokenizers.tokenizer
    var (vocabulary, kept) = (configuration.shape.vocabulary, reader)
    if tokens != nil && Int(tokenizer.largestID) >= vocabulary {
      vocabulary = Int(tokenizer.largestID) + 1
      kept = ConfigurationReader(reader, setting: "vocab_size", to: JSONValue(vocabulary))
      extendedConfiguration = type(of: configuration).init(&kept)
      try kept.finish()
    } else {
      extendedConfiguration = nil
    }
    // As elsewhere, a text may need only tokens that the model knows: encoding checks them.
    if Int(tokenizer.largestID) >= vocabulary { tokenizer.embeddings = vocabulary }
    self.tokenizer = tokenizer
    var folder = ModelFolder(
      path: contents.path, transformerPath: path, encoder: extendedConfiguration ?? configuration,
      configuration: kept.object, tokenizer: tokenizers)
    folder.files += weights.paths
    self.folder = folder
    if let id = tokenizer.insertedIDs.first(where: { Int($0) >= vocabulary }) {
      throw ModelError(
        path: path,
        problem:
          "the tokenizer puts the token \(tokenizer.token(id) ?? "") with the id \(id) into every text, but the model has "
          + "\(vocabulary) word embeddings; tokenizer and weights are from different models")
    }
    try checkTokenTypes(tokenizer.singleTypeCount)
  }

  /// Checks that the model has an embedding for every token type of the tokenizer.
  func checkTokenTypes(_ count: Int) throws(ModelError) {
    guard let key = folder.family.tokenTypesKey, let known = configuration.shape.tokenTypes, count > known else {
      return
    }
    throw ModelError(
      path: folder.transformerPath,
      problem:
        "the tokenizer gives token types up to \(count - 1), but '\(key)' is \(known); "
        + "tokenizer and weights are from different models")
  }
}
