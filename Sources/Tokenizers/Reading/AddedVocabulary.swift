/// The tokens that are added to the vocabulary of a model, with the ids that upstream gives them.
///
/// A token of the model keeps its id; any other gets the next free one. A token that is added again takes the new options
/// and stays special if it was. Upstream replaces another id in a file by its own, silently; here it is an error.
///
/// Upstream: `tokenizer/added_vocabulary.rs`, `add_tokens`.
struct AddedVocabulary {
  private(set) var tokens: [AddedToken] = []
  private let model: Vocabulary
  private var contents = ByteTable(capacity: 8)
  /// The id of the next token that is not in the model: from the number of the model's tokens on, or from the largest id
  /// of the tokens that were there at first.
  private var nextID: Int

  /// A vocabulary with tokens that have their ids already.
  init(of model: Vocabulary, _ tokens: [AddedToken] = []) {
    self.model = model
    self.tokens = tokens
    for token in tokens { _ = contents.insert(token.content) }
    nextID = max(model.count, (tokens.map { Int($0.id) }.max() ?? -1) + 1)
  }

  /// The id of a token, of the model or added; nil where there is none.
  func id(of content: some Collection<UInt8>) -> Int32? {
    contents.index(of: content).map { tokens[$0].id } ?? model.id(of: content)
  }

  func contains(_ content: [UInt8]) -> Bool { contents.index(of: content) != nil }

  /// Adds a token.
  ///
  /// - Parameters:
  ///   - declared: the id that a file gives it; nil where it gives none.
  ///   - node: where it is declared.
  mutating func add(_ token: AddedToken, id declared: Int32? = nil, _ node: JSONNode) throws(TokenizerError) {
    var token = token
    let name = JSONNode.quoted(String(decoding: token.content, as: UTF8.self))
    let known = id(of: token.content)
    guard let id = known ?? Int32(exactly: nextID) else { throw node.error("there are too many tokens for \(name)") }
    token.id = id
    if let declared, declared != id {
      throw node.error(
        "\(node.path) has the id \(declared); expected \(id), "
          + (known == nil ? "the next free id, for \(name)" : "the id of \(name) in the model"))
    }
    if known == nil, let other = model.token(id) {
      throw node.error("\(node.path) has the id \(id), which is that of \(JSONNode.quoted(other)) in the model")
    }
    if known == nil { nextID += 1 }
    let (index, isNew) = contents.insert(token.content)
    if isNew {
      tokens.append(token)
    } else {
      token.isSpecial = token.isSpecial || tokens[index].isSpecial
      tokens[index] = token
    }
  }
}
