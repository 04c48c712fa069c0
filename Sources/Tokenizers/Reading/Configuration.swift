import Files
import JSONText

/// The settings of `tokenizer_config.json`, and the special tokens of `special_tokens_map.json`; both may be missing.
struct Configuration {
  private let folder: String
  private let settings: JSONNode?
  private let specialTokens: JSONNode?

  /// A special token under the name of its setting.
  struct SpecialToken {
    let name: String
    let text: String
    let token: AddedToken
  }

  init(folder: String) throws(TokenizerError) {
    self.folder = folder
    settings = try Self.readIfPresent(Files.join(folder, "tokenizer_config.json"))
    // The map repeats what newer configurations say themselves, and counts only for older ones.
    let isNewer = settings?.member("added_tokens_decoder") != nil
    specialTokens = isNewer ? nil : try Self.readIfPresent(Files.join(folder, "special_tokens_map.json"))
  }

  private static func readIfPresent(_ file: String) throws(TokenizerError) -> JSONNode? {
    Files.exists(file) ? try JSONNode.read(file) : nil
  }

  private func setting(_ name: String) -> JSONNode? {
    settings?.member(name).flatMap { $0.isNull ? nil : $0 }
  }

  // MARK: - With either form of tokenizer

  /// The greatest length of the model's input, or nil where none is given or the number only stands for "no limit".
  func maximumLength() throws(TokenizerError) -> Int? {
    guard let node = setting("model_max_length") else { return nil }
    guard let number = node.value.doubleValue else { throw node.unexpected("a number") }
    guard number >= 1, number < 1e6 else { return nil }
    guard let length = Int(exactly: number) else { throw node.unexpected("a whole number") }
    return length
  }

  func paddingToken() throws(TokenizerError) -> String {
    try specialToken("pad_token", "[PAD]").text
  }

  /// Refuses a configuration that contradicts `tokenizer.json`.
  ///
  /// transformers goes by the configuration, the tokenizers library by `tokenizer.json`: whichever this took, it would
  /// quietly give other ids than the other one.
  func check(against normalizer: Normalizer?) throws(TokenizerError) {
    guard case .bert(let other) = normalizer else { return }
    let tokenizerClass = try setting("tokenizer_class")?.string() ?? ""
    guard !["PreTrainedTokenizerFast", "TokenizersBackend"].contains(tokenizerClass) else { return }
    let lowercases = try setting("do_lower_case")?.boolean()
    let stripsAccents = try setting("strip_accents")?.boolean()
    let isolates = try setting("tokenize_chinese_chars")?.boolean()
    let pairs = [
      ("do_lower_case", lowercases, "lowercase", other.lowercases),
      ("strip_accents", stripsAccents, "strip_accents", other.stripsAccents),
      ("tokenize_chinese_chars", isolates, "handle_chinese_chars", other.isolatesIdeographs),
    ]
    for (name, mine, otherName, theirs) in pairs {
      guard let mine, mine != theirs, let settings else { continue }
      throw settings.error(
        "\(name) is \(mine), but normalizer.\(otherName) of tokenizer.json comes to \(theirs); make the two agree")
    }
  }

  // MARK: - For vocab.txt

  /// The classes of transformers whose fast form is the BERT tokenizer.
  private static let classes = ["Bert", "DistilBert", "Electra", "MobileBert"].flatMap {
    ["\($0)Tokenizer", "\($0)TokenizerFast"]
  }

  func bertOptions() throws(TokenizerError) -> BertNormalizer {
    if let node = setting("tokenizer_class"), !Self.classes.contains(try node.string()) {
      throw TokenizerFile.unsupported(node, "BertTokenizer, or a tokenizer.json beside it")
    }
    if let node = setting("do_basic_tokenize"), !(try node.boolean()) {
      throw node.unexpected("true, or a tokenizer.json beside it")
    }
    let added = Files.join(folder, "added_tokens.json")
    if Files.exists(added) {
      throw TokenizerError("\(added): added tokens are read from tokenizer.json only; save the tokenizer in that form")
    }
    let lowercases = try setting("do_lower_case")?.boolean() ?? true
    return BertNormalizer(
      cleansText: true, isolatesIdeographs: try setting("tokenize_chinese_chars")?.boolean() ?? true,
      stripsAccents: try setting("strip_accents")?.boolean() ?? lowercases, lowercases: lowercases)
  }

  func specialToken(_ name: String, _ standard: String) throws(TokenizerError) -> SpecialToken {
    let mapped = specialTokens?.member(name).flatMap { $0.isNull ? nil : $0 }
    guard let node = mapped ?? setting(name) else {
      return SpecialToken(name: name, text: standard, token: AddedToken(content: Array(standard.utf8), isSpecial: true))
    }
    return try specialToken(name, node)
  }

  func additionalSpecialTokens() throws(TokenizerError) -> [SpecialToken] {
    let name = "additional_special_tokens"
    let mapped = specialTokens?.member(name).flatMap { $0.isNull ? nil : $0 }
    return try (mapped ?? setting(name))?.elements().map { (node) throws(TokenizerError) in
      try specialToken(name, node)
    } ?? []
  }

  /// A token is its text, or an object with its options.
  private func specialToken(_ name: String, _ node: JSONNode) throws(TokenizerError) -> SpecialToken {
    if case .string = node.value {
      let text = try node.token()
      return SpecialToken(name: name, text: text, token: AddedToken(content: Array(text.utf8), isSpecial: true))
    }
    guard case .object = node.value else { throw node.unexpected("a token, as a string or an object") }
    var token = try addedToken(node)
    token.isSpecial = true
    return SpecialToken(name: name, text: String(decoding: token.content, as: UTF8.self), token: token)
  }

  /// The tokens of `added_tokens_decoder`, in the order of their ids.
  func addedTokens(after vocabulary: Vocabulary) throws(TokenizerError) -> [AddedToken] {
    guard let node = setting("added_tokens_decoder") else { return [] }
    var entries: [(id: Int32, node: JSONNode)] = []
    for (name, value) in try node.members() {
      let entry = node.child(name, value)
      guard let id = Int32(name), id >= 0, String(id).utf8.elementsEqual(name.utf8) else {
        throw entry.error("\(entry.path) is not named by an id; expected a name such as \"100\"")
      }
      entries.append((id, entry))
    }
    var listed = ListedTokens()
    for (id, entry) in entries.sorted(by: { $0.id < $1.id }) {
      var token = try addedToken(entry)
      token.id = id
      try listed.append(token, entry, after: vocabulary)
    }
    return listed.tokens
  }

  private func addedToken(_ node: JSONNode) throws(TokenizerError) -> AddedToken {
    let fields = try node.fields(
      "__type", "content", "lstrip", "normalized", "rstrip", "single_word", "special")
    return AddedToken(
      content: Array(try fields["content"].token().utf8),
      isSingleWord: try fields.optional("single_word")?.boolean() ?? false,
      stripsLeft: try fields.optional("lstrip")?.boolean() ?? false,
      stripsRight: try fields.optional("rstrip")?.boolean() ?? false,
      isNormalized: try fields.optional("normalized")?.boolean() ?? false,
      isSpecial: try fields.optional("special")?.boolean() ?? false)
  }
}
