import Files
import Safetensors
import Tokenizers

/// A model folder opened for loading: all that bi-encoders and cross-encoders have in common on disk, except the values
/// of the weights.
struct ModelSource {
  let folder: ModelFolder
  let configuration: any EncoderFamily
  /// `config.json`, for the keys of a head.
  let settings: ConfigurationReader
  let weights: SafetensorsFolder
  let tokenizer: Tokenizer

  init(_ folder: String, modules: ModuleList?) throws {
    let path = try ModelFolder.transformerPath(in: folder, modules)
    (configuration, settings) = try ModelFolder.readConfiguration(path)
    weights = try SafetensorsFolder(path)
    let tokenizers = try TokenizerFolder(path, hasModules: modules != nil)
    tokenizer = tokenizers.tokenizer
    var kept = ModelFolder(
      path: folder, transformerPath: path, family: type(of: configuration).folder, configuration: settings.object,
      tokenizer: tokenizers)
    kept.files += weights.paths
    self.folder = kept
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
