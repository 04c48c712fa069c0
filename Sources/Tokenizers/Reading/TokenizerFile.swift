import JSONText

/// Reads `tokenizer.json`, all or nothing: what is not known is refused by name, never passed over.
///
/// Upstream: `tokenizer/serialization.rs`.
enum TokenizerFile {
  static func read(_ file: String) throws(TokenizerError) -> TokenizerParts {
    let bytes = try JSONNode.bytes(of: file)
    var scan = VocabularyScan(bytes)
    let root: JSONNode
    if let rest = scan.flatMap({ try? JSONNode.parse($0.rest, file) }) {
      root = rest
    } else {
      scan = nil
      root = try JSONNode.parse(bytes, file)
    }
    let fields = try root.fields(
      "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder",
      "model")
    if let version = root.member("version") { _ = try version.choice("1.0") }
    if let truncation = fields.optional("truncation") { try checkTruncation(truncation) }
    let paddingToken = try fields.optional("padding").map(checkPadding)
    if let decoder = fields.optional("decoder") { try checkDecoder(decoder) }
    let model = try readModel(try fields["model"], scan)
    var parts = TokenizerParts(model: model, paddingToken: paddingToken)
    parts.addedTokens = try root.member("added_tokens").map { (node) throws(TokenizerError) in
      try readAddedTokens(node, model: model)
    } ?? []
    parts.normalizer = try fields.optional("normalizer").map(readNormalizer)
    parts.preTokenizer = try fields.optional("pre_tokenizer").map(readPreTokenizer)
    if let processor = fields.optional("post_processor") {
      let known = KnownIDs(model: model.vocabulary, addedTokens: parts.addedTokens)
      parts.postProcessorSteps = try readPostProcessor(processor, known)
    }
    return parts
  }

  // MARK: - The model

  private static func readModel(
    _ node: JSONNode, _ scan: VocabularyScan?
  ) throws(TokenizerError) -> WordPiece {
    _ = try node.members()
    // The one component that may lack its type: old files do.
    if let type = node.member("type") {
      guard try type.keyword() == "WordPiece" else { throw unsupported(type, "WordPiece") }
    }
    let fields = try node.fields(
      "type", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab")
    return WordPiece(
      vocabulary: try readVocabulary(try fields["vocab"], scan),
      unknownToken: try fields["unk_token"].string(),
      continuation: try fields["continuing_subword_prefix"].string(),
      maximumWordLength: try fields["max_input_chars_per_word"].integer(0...Int.max))
  }

  private static func readVocabulary(
    _ node: JSONNode, _ scan: VocabularyScan?
  ) throws(TokenizerError) -> Vocabulary {
    if let scan { return try vocabulary(node, scan.table, scan.ids) }
    let members = try node.members()
    guard !members.isEmpty else { throw node.error("\(node.path) is empty; expected at least one token") }
    guard members.count <= Limits.tokens else {
      throw node.error("\(node.path) has \(members.count) tokens; at most \(Limits.tokens) are read")
    }
    var table = ByteTable(capacity: members.count)
    var ids: [Int32] = []
    ids.reserveCapacity(members.count)
    for (token, value) in members {
      guard token.utf8.count <= Limits.tokenBytes else { throw tooLong(token, node) }
      guard let id = value.integerValue, let id = Int32(exactly: id), id >= 0 else {
        throw node.child(token, value).unexpected("a whole number from 0 through \(Int32.max)")
      }
      _ = table.insert(token.utf8)
      ids.append(id)
    }
    return try vocabulary(node, table, ids)
  }

  private static func vocabulary(
    _ node: JSONNode, _ table: ByteTable, _ ids: [Int32]
  ) throws(TokenizerError) -> Vocabulary {
    do throws(Vocabulary.Clash) {
      return try Vocabulary(table: table, ids: ids)
    } catch {
      let names = [error.first, error.second].map {
        JSONNode.quoted(String(decoding: table.key($0), as: UTF8.self))
      }
      throw node.error("\(node.path) gives the id \(error.id) to \(names[0]) and to \(names[1]); ids must be unique")
    }
  }

  // MARK: - Added tokens

  private static func readAddedTokens(
    _ node: JSONNode, model: WordPiece
  ) throws(TokenizerError) -> [AddedToken] {
    let elements = try node.elements()
    guard elements.count <= Limits.tokens else {
      throw node.error("\(node.path) has \(elements.count) tokens; at most \(Limits.tokens) are read")
    }
    var tokens: [AddedToken] = []
    for element in elements {
      let fields = try element.fields(
        "id", "content", "single_word", "lstrip", "rstrip", "normalized", "special")
      let content = try fields["content"].string()
      guard !content.isEmpty else { throw try fields["content"].unexpected("a token of one or more characters") }
      guard content.utf8.count <= Limits.tokenBytes else { throw tooLong(content, element) }
      tokens.append(
        AddedToken(
          content: Array(content.utf8), id: try fields["id"].id(),
          isSingleWord: try fields["single_word"].boolean(), stripsLeft: try fields["lstrip"].boolean(),
          stripsRight: try fields["rstrip"].boolean(), isNormalized: try fields["normalized"].boolean(),
          isSpecial: try fields["special"].boolean()))
    }
    try checkIDs(of: tokens, elements, model: model)
    return tokens
  }

  /// Refuses ids that upstream would replace, silently, by others.
  ///
  /// A token of the model has the model's id; the others count on from the number of the model's tokens.
  private static func checkIDs(
    of tokens: [AddedToken], _ elements: [JSONNode], model: WordPiece
  ) throws(TokenizerError) {
    var seen = ByteTable(capacity: tokens.count)
    var next = model.vocabulary.count
    for (token, element) in zip(tokens, elements) {
      let name = JSONNode.quoted(String(decoding: token.content, as: UTF8.self))
      guard seen.insert(token.content).isNew else {
        throw element.error("\(element.path).content is \(name), which an earlier added token is already")
      }
      if let known = model.vocabulary.id(of: token.content) {
        guard token.id == known else {
          throw element.error("\(element.path).id is \(token.id); expected \(known), the id of \(name) in model.vocab")
        }
      } else {
        guard Int(token.id) == next else {
          throw element.error(
            "\(element.path).id is \(token.id); expected \(next), the next id after those before \(name)")
        }
        if let other = model.vocabulary.token(token.id) {
          throw element.error(
            "\(element.path).id is \(token.id), which model.vocab gives to \(JSONNode.quoted(other))")
        }
        next += 1
      }
    }
  }

  // MARK: - Sections that are checked only

  /// Truncation is the caller's choice; the section must make sense nevertheless.
  private static func checkTruncation(_ node: JSONNode) throws(TokenizerError) {
    let fields = try node.fields("direction", "max_length", "strategy", "stride")
    if let direction = node.member("direction") { _ = try direction.choice("Left", "Right") }
    _ = try fields["max_length"].integer(0...Int.max)
    _ = try fields["strategy"].choice("LongestFirst", "OnlyFirst", "OnlySecond")
    _ = try fields["stride"].integer(0...Int.max)
  }

  /// Padding is the caller's choice too; only the token is kept.
  private static func checkPadding(_ node: JSONNode) throws(TokenizerError) -> String {
    let fields = try node.fields(
      "strategy", "direction", "pad_to_multiple_of", "pad_id", "pad_type_id", "pad_token")
    let strategy = try fields["strategy"]
    if case .object = strategy.value {
      _ = try strategy.fields("Fixed")["Fixed"].integer(0...Int.max)
    } else {
      _ = try strategy.choice("BatchLongest")
    }
    _ = try fields["direction"].choice("Left", "Right")
    _ = try fields.optional("pad_to_multiple_of")?.integer(0...Int.max)
    _ = try fields["pad_id"].id()
    _ = try fields["pad_type_id"].id()
    return try fields["pad_token"].string()
  }

  /// Decoders turn ids into text, which nobody asks for here; an unknown one is still a file we do not understand.
  private static func checkDecoder(_ node: JSONNode) throws(TokenizerError) {
    _ = try node.members()
    guard let type = node.member("type") else { throw node.error("\(node.child("type").path) is missing") }
    let known = [
      "BPEDecoder", "ByteFallback", "ByteLevel", "CTC", "Fuse", "Metaspace", "Replace", "Sequence", "Strip", "WordPiece",
    ]
    guard known.contains(try type.keyword()) else { throw unsupported(type, known.joined(separator: ", ")) }
  }

  // MARK: - Complaints

  /// A component, or one of its settings, that this target does not have.
  static func unsupported(_ node: JSONNode, _ expected: String) -> TokenizerError {
    guard case .string(let text) = node.value else { return node.unexpected(expected) }
    let isPlain = text.utf8.count <= 40 && text.unicodeScalars.allSatisfy { $0.isASCII && $0.properties.isAlphabetic }
    return node.error(
      "\(node.path) \(isPlain ? text : JSONNode.quoted(text)) is not supported; expected \(expected)")
  }

  private static func tooLong(_ token: String, _ node: JSONNode) -> TokenizerError {
    node.error(
      "\(node.path) has a token of \(token.utf8.count) bytes, \(JSONNode.quoted(token)); at most \(Limits.tokenBytes) are read")
  }
}
