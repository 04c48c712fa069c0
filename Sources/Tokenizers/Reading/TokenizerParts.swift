/// The parts of a tokenizer, whichever files they came from.
struct TokenizerParts {
  var model: WordPiece
  var addedTokens: [AddedToken] = []
  var normalizer: Normalizer?
  var preTokenizer: PreTokenizer?
  var postProcessorSteps: [PostProcessor.Step] = []
  /// The token of the section `padding`, or of the configuration.
  var paddingToken: String?
}

/// Added tokens in the order of a file, each with the id that upstream gives it.
///
/// A token of the model has the model's id; the others count on from the number of the model's tokens. Upstream replaces
/// any other id in a file by this one, silently; here it is an error.
struct ListedTokens {
  private(set) var tokens: [AddedToken] = []
  private var contents = ByteTable(capacity: 8)
  private var newCount = 0

  /// Adds the token that `node` describes.
  mutating func append(
    _ token: AddedToken, _ node: JSONNode, after model: Vocabulary
  ) throws(TokenizerError) {
    let name = JSONNode.quoted(String(decoding: token.content, as: UTF8.self))
    guard contents.insert(token.content).isNew else {
      throw node.error("\(node.path) is \(name), which is an added token already")
    }
    if let known = model.id(of: token.content) {
      guard token.id == known else {
        throw node.error("\(node.path) has the id \(token.id); expected \(known), the id of \(name) in the model")
      }
    } else {
      let next = model.count + newCount
      guard Int(token.id) == next else {
        throw node.error("\(node.path) has the id \(token.id); expected \(next), the next free id, for \(name)")
      }
      if let other = model.token(token.id) {
        throw node.error("\(node.path) has the id \(token.id), which is that of \(JSONNode.quoted(other)) in the model")
      }
      newCount += 1
    }
    tokens.append(token)
  }
}

/// Limits on what is read, far above any real tokenizer.
///
/// They bound the time and memory that a hostile file can take.
enum Limits {
  static let fileBytes = 1 << 26
  static let tokens = 1 << 22
  static let tokenBytes = 1 << 16
  /// Looked for at every position of a text, unlike the tokens of the model.
  static let addedTokenBytes = 1 << 10
  /// The components of a sequence.
  static let steps = 64
  /// The pieces of a template, and the ids of one special token in it.
  static let templatePieces = 1 << 10
}
