/// The model of a tokenizer, which turns words into tokens.
///
/// Upstream: `models/`; each case is one class there.
enum TokenModel: Sendable {
  case wordPiece(WordPiece)
  case bytePairs(BytePairs)
  case unigram(Unigram)

  /// The model with the type that its words are encoded by.
  private var words: any WordModel {
    switch self {
    case .wordPiece(let model): model
    case .bytePairs(let model): model
    case .unigram(let model): model
    }
  }

  var isWordPiece: Bool { if case .wordPiece = self { true } else { false } }

  var vocabulary: Vocabulary {
    switch self {
    case .wordPiece(let model): model.vocabulary
    case .bytePairs(let model): model.vocabulary
    case .unigram(let model): model.vocabulary
    }
  }

  /// The token of unknown words, which may be missing from the vocabulary; nil where the file names none.
  var unknownToken: String? { words.unknownToken }

  /// The id of the token of unknown words, where there is one.
  var unknownID: Int32? { words.unknownID }

  /// True if some word has no tokens at all, so that its text is an error.
  var canFail: Bool { words.canFail }

  /// The model as it takes the words of `cutter`, which leaves to it what it does itself.
  func joined(to cutter: inout WordCutter) -> TokenModel {
    switch self {
    case .wordPiece, .unigram: self
    case .bytePairs(let model): .bytePairs(model.prepared(readingBytes: cutter.dropAlphabet()))
    }
  }
}

/// A model with its own type: texts are encoded by generic code, so that no word pays for the choice of the model.
protocol WordModel: Sendable {
  /// What is kept from one word of a text to the next: memory, and results that may come again.
  associatedtype Workspace

  var vocabulary: Vocabulary { get }
  var unknownToken: String? { get }
  var unknownID: Int32? { get }
  var canFail: Bool { get }

  /// A workspace for one text.
  func makeWorkspace() -> Workspace

  /// Appends the ids of the word from `start` to `end` of `text`, which is not empty.
  ///
  /// - Returns: False where the word is unknown and the vocabulary has no token for that.
  func append(
    _ text: [UInt8], _ start: Int, _ end: Int, _ workspace: inout Workspace, to ids: inout [Int32]
  ) -> Bool
}
