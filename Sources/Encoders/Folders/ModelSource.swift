import Files
import Safetensors
import Tokenizers

/// A model folder opened for loading: all that bi-encoders and cross-encoders have in common on disk, except the values
/// of the weights.
struct ModelSource {
  let folder: ModelFolder
  /// The settings that an export keeps.
  let settings: SharedSettings
  let configuration: any EncoderFamily
  /// `config.json`, for the keys of a head.
  let reader: ConfigurationReader
  let weights: SafetensorsFolder
  let tokenizer: Tokenizer

  /// Opens a folder to load a model of a kind from it.
  ///
  /// Of a folder that is saved as another kind only the transformer counts, as in sentence-transformers: prompts, the
  /// maximum length and lower case of the other kind say nothing about this one.
  init(_ contents: FolderContents, as kind: ModelKind) throws {
    let path = contents.transformerPath
    (configuration, reader) = try contents.configuration()
    let own = try contents.settings(of: kind)
    settings = own ?? SharedSettings(of: kind)
    weights = try contents.weights()
    let tokenizers = try TokenizerFolder(path, hasModules: own != nil)
    tokenizer = tokenizers.tokenizer
    var kept = ModelFolder(
      path: contents.path, transformerPath: path, encoder: configuration, configuration: reader.object,
      tokenizer: tokenizers)
    kept.files += weights.paths
    folder = kept
    let vocabulary = configuration.shape.vocabulary
    if Int(tokenizer.largestID) >= vocabulary {
      throw ModelError(
        path: path,
        problem:
          "the tokenizer gives ids up to \(tokenizer.largestID), but the model has \(vocabulary) "
          + "word embeddings; tokenizer and weights are from different models")
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
