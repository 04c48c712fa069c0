import JSONText

/// The parts of a tokenizer, whichever files they came from.
struct TokenizerParts {
  var model: TokenModel
  var addedTokens: [AddedToken] = []
  var normalizer: Normalizer?
  var preTokenizer: PreTokenizer?
  var postProcessorSteps: [PostProcessor.Step] = []
  /// The section `decoder` as it stands.
  var decoder: JSONValue?
  /// The token of the section `padding`, or of the configuration.
  var paddingToken: String?
  /// Where the section `padding` asks for padding at the left.
  var leftPadding: JSONNode?
  /// The end at which long texts are cut; nil where it is not stated.
  var truncationSide: TruncationSide?
  /// True if the model gets token types; otherwise all are 0.
  var givesTokenTypes = true
  /// True if special tokens written out in a text become those tokens.
  var readsSpecialTokensInText = true
  /// The longest input that the files ask for.
  var maximumLength: Int?
}

/// Limits on what is read, far above any real tokenizer.
///
/// They bound the time and memory that a hostile file can take.
enum Limits {
  static let fileBytes = 1 << 26
  static let tokens = 1 << 22
  static let tokenBytes = 1 << 16
  static let merges = 1 << 22
  /// Looked for at every position of a text, unlike the tokens of the model.
  static let addedTokenBytes = 1 << 10
  /// The components of a sequence.
  static let steps = 64
  /// The pieces of a template, and the ids of one special token in it.
  static let templatePieces = 1 << 10
}
