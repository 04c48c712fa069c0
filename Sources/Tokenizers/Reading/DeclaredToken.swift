/// A token as a file declares it.
struct DeclaredToken {
  var token: AddedToken
  /// Whether it is looked for in the normal form; without it, a token is unless it is special.
  var isNormalized: Bool?
  /// True if the file has its text only; such a token is special.
  var isText: Bool
  let node: JSONNode

  /// A special token of which the text is all that is known.
  init(_ text: String, _ node: JSONNode) {
    token = AddedToken(content: Array(text.utf8), isSpecial: true)
    isText = true
    self.node = node
  }

  /// Reads an object with the token's options.
  ///
  /// - Parameters:
  ///   - hasType: True if the object says that it is a token, as the reference wants it where other objects could be.
  ///   - isSpecial: True if the token is special whatever the object says.
  init(object node: JSONNode, hasType: Bool, isSpecial: Bool = false) throws(TokenizerError) {
    let fields =
      hasType
      ? try node.fields("__type", "content", "lstrip", "normalized", "rstrip", "single_word", "special")
      : try node.fields("content", "lstrip", "normalized", "rstrip", "single_word", "special")
    if hasType { _ = try fields["__type"].choice("AddedToken") }
    token = AddedToken(
      content: Array(try fields["content"].token().utf8),
      isSingleWord: try fields.optional("single_word")?.boolean() ?? false,
      stripsLeft: try fields.optional("lstrip")?.boolean() ?? false,
      stripsRight: try fields.optional("rstrip")?.boolean() ?? false,
      isSpecial: try fields.optional("special")?.boolean() ?? false || isSpecial)
    isNormalized = try fields.optional("normalized")?.boolean()
    isText = false
    self.node = node
  }

  /// A token of `tokenizer.json`.
  init(_ token: AddedToken, _ node: JSONNode) {
    self.token = token
    isNormalized = token.isNormalized
    isText = false
    self.node = node
  }

  /// The token with all its options.
  var added: AddedToken {
    var added = token
    added.isNormalized = isNormalized ?? !token.isSpecial
    return added
  }

  var text: String { String(decoding: token.content, as: UTF8.self) }
}
