import JSONText

/// Reads `tokenizer.json`, all or nothing: what is not known is refused by name, never passed over.
///
/// Upstream: `tokenizer/serialization.rs`.
enum TokenizerFile {
  static func read(_ file: String) throws(TokenizerError) -> TokenizerParts {
    let bytes = try JSONNode.bytes(of: file)
    var scan = ModelScan(bytes)
    let root: JSONNode
    if let rest = try? JSONNode.parse(scan.rest, file) {
      root = rest
    } else {
      scan = ModelScan()
      root = try JSONNode.parse(bytes, file)
    }
    let fields = try root.fields(
      "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder",
      "model")
    if let version = root.member("version") { _ = try version.choice("1.0") }
    let side = try fields.optional("truncation").map(readTruncation)
    let padding = try fields.optional("padding").map(readPadding)
    let decoder = fields.optional("decoder")
    if let decoder { try checkDecoder(decoder) }
    let model = try readModel(try fields["model"], scan)
    var parts = TokenizerParts(
      model: model, paddingToken: padding?.token, leftPadding: padding?.left, truncationSide: side)
    if let tokens = root.member("added_tokens") {
      parts.addedTokens = try readAddedTokens(tokens, model: model)
    }
    parts.normalizer = try fields.optional("normalizer").map(readNormalizer)
    parts.decoder = decoder?.value
    parts.preTokenizer = try fields.optional("pre_tokenizer").map(readPreTokenizer)
    if let processor = fields.optional("post_processor") {
      let known = KnownIDs(model: model.vocabulary, addedTokens: parts.addedTokens)
      parts.postProcessorSteps = try readPostProcessor(processor, known)
    }
    return parts
  }

  // MARK: - The model

  private static func readModel(_ node: JSONNode, _ scan: ModelScan) throws(TokenizerError) -> TokenModel {
    _ = try node.members()
    // The one component that may lack its type: old files do.
    let type = node.member("type")
    let isList = if case .array? = node.member("vocab")?.value { true } else { false }
    switch try type?.keyword() ?? (node.member("merges") != nil ? "BPE" : isList ? "Unigram" : "WordPiece") {
    case "WordPiece": return .wordPiece(try readWordPiece(node, scan))
    case "BPE": return .bytePairs(try readBytePairs(node, scan))
    case "Unigram": return .unigram(try readUnigram(node, scan))
    default: throw unsupported(type ?? node, "BPE, Unigram or WordPiece")
    }
  }

  private static func readWordPiece(_ node: JSONNode, _ scan: ModelScan) throws(TokenizerError) -> WordPiece {
    let fields = try node.fields(
      "type", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab")
    return WordPiece(
      vocabulary: try readVocabulary(try fields["vocab"], scan.vocabulary),
      unknownToken: try fields["unk_token"].string(),
      continuation: try fields["continuing_subword_prefix"].string(),
      maximumWordLength: try fields["max_input_chars_per_word"].integer(0...Int.max))
  }

  static func readVocabulary(
    _ node: JSONNode, _ scan: VocabularyScan? = nil
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
      try node.check(token, limit: Limits.tokenBytes)
      guard let id = value.integerValue, let id = Int32(exactly: id), id >= 0 else {
        throw node.child(token, value).unexpected("a whole number from 0 through \(Int32.max)")
      }
      _ = table.insert(token.utf8)
      ids.append(id)
    }
    return try vocabulary(node, table, ids)
  }

  static func vocabulary(
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
    _ node: JSONNode, model: TokenModel
  ) throws(TokenizerError) -> [AddedToken] {
    var vocabulary = AddedVocabulary(of: model.vocabulary)
    for element in try node.elements(atMost: Limits.tokens) {
      let fields = try element.fields(
        "id", "content", "single_word", "lstrip", "rstrip", "normalized", "special")
      let content = try fields["content"].token()
      guard !vocabulary.contains(Array(content.utf8)) else {
        throw element.error("\(element.path) is \(JSONNode.quoted(content)), which is an added token already")
      }
      try vocabulary.add(
        AddedToken(
          content: Array(content.utf8), isSingleWord: try fields["single_word"].boolean(),
          stripsLeft: try fields["lstrip"].boolean(),
          stripsRight: try fields["rstrip"].boolean(), isNormalized: try fields["normalized"].boolean(),
          isSpecial: try fields["special"].boolean()),
        id: try fields["id"].id(), element)
    }
    return vocabulary.tokens
  }

  // MARK: - Sections that are checked only

  /// How much is cut is the caller's choice; the section must make sense nevertheless, and gives the side.
  private static func readTruncation(_ node: JSONNode) throws(TokenizerError) -> TruncationSide {
    let fields = try node.fields("direction", "max_length", "strategy", "stride")
    let direction = try node.member("direction")?.choice("Left", "Right")
    _ = try fields["max_length"].integer(0...Int.max)
    _ = try fields["strategy"].choice("LongestFirst", "OnlyFirst", "OnlySecond")
    _ = try fields["stride"].integer(0...Int.max)
    return direction == "Left" ? .left : .right
  }

  /// Padding is the caller's choice too; only the token is kept, and where the section says left.
  private static func readPadding(_ node: JSONNode) throws(TokenizerError) -> (token: String, left: JSONNode?) {
    let fields = try node.fields(
      "strategy", "direction", "pad_to_multiple_of", "pad_id", "pad_type_id", "pad_token")
    let strategy = try fields["strategy"]
    if case .object = strategy.value {
      _ = try strategy.fields("Fixed")["Fixed"].integer(0...Int.max)
    } else {
      guard try strategy.keyword() == "BatchLongest" else {
        throw strategy.unexpected("\"BatchLongest\" or {\"Fixed\": a whole number}")
      }
    }
    let direction = try fields["direction"]
    let isLeft = try direction.choice("Left", "Right") == "Left"
    _ = try fields.optional("pad_to_multiple_of")?.integer(0...Int.max)
    _ = try fields["pad_id"].id()
    _ = try fields["pad_type_id"].id()
    return (try fields["pad_token"].string(), isLeft ? direction : nil)
  }

  /// Decoders turn ids into text, which nobody asks for here; an unknown one is still a file we do not understand.
  private static func checkDecoder(_ node: JSONNode) throws(TokenizerError) {
    _ = try node.members()
    guard let type = node.member("type") else { throw node.error("\(node.child("type").path) is missing") }
    let known = [
      "BPEDecoder", "ByteFallback", "ByteLevel", "CTC", "Fuse", "Metaspace", "Replace", "Sequence", "Strip",
      "WordPiece",
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
}
