/// What a tokenizer is made of, whichever files it came from.
struct TokenizerParts {
  var model: WordPiece
  var addedTokens: [AddedToken] = []
  var normalizer: Normalizer?
  var preTokenizer: PreTokenizer?
  var postProcessorSteps: [PostProcessor.Step] = []
  /// The token of the section `padding`, or of the configuration.
  var paddingToken: String?
}

/// Limits on what is read, far above any real tokenizer.
enum Limits {
  static let tokens = 1 << 22
  static let tokenBytes = 1 << 16
}
