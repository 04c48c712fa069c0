import Files
import JSONText

/// The settings of `tokenizer_config.json`, those that `config.json` has for the tokenizer, and the arguments in the file
/// of sentence-transformers, which come before both.
struct TokenizerConfiguration {
  /// `tokenizer_config.json`.
  let settings: JSONNode?
  private let model: JSONNode?
  private let arguments: JSONNode?
  /// The files that were read.
  let files: [String]

  init(folder: String, arguments: JSONNode?) throws(TokenizerError) {
    let files = ["tokenizer_config.json", "config.json"].map { Files.join(folder, $0) }
    settings = try JSONNode.readIfPresent(files[0])
    model = try JSONNode.readIfPresent(files[1])
    self.arguments = arguments
    self.files = files.filter(Files.exists)
    try refuseForeignCode()
  }

  /// A setting as it stands, null included; nil where it is not there.
  func setting(_ name: String) -> JSONNode? { arguments?.member(name) ?? settings?.member(name) }

  /// A setting; nil where it is not there or null.
  func presentSetting(_ name: String) -> JSONNode? { setting(name).flatMap { $0.isNull ? nil : $0 } }

  // MARK: - The class

  func tokenizerClass() throws(TokenizerError) -> TokenizerClass {
    let usual = try model?.presentMember("model_type").flatMap { (node) throws(TokenizerError) in
      TokenizerClass.usual(for: try node.keyword())
    }
    if let usual, usual.isForced { return usual.kind }
    let named = [settings, model].compactMap { $0?.presentMember("tokenizer_class") }
    for node in named where TokenizerClass(named: try node.keyword()) == nil {
      throw TokenizerFile.unsupported(
        node,
        "BertTokenizer, CamembertTokenizer, DistilBertTokenizer, GPT2Tokenizer, GPTNeoXTokenizer, MPNetTokenizer, "
          + "Qwen2Tokenizer, RobertaTokenizer, XLMRobertaTokenizer or PreTrainedTokenizerFast")
    }
    return try named.first.flatMap { (node) throws(TokenizerError) in TokenizerClass(named: try node.keyword()) }
      ?? usual?.kind ?? .bert
  }

  /// Refuses what makes the reference build the tokenizer with code or files that are not read here.
  private func refuseForeignCode() throws(TokenizerError) {
    for node in [settings, model].compactMap({ $0?.presentMember("word_tokenizer_type") }) {
      throw node.error(
        "\(node.path) is \(node.value.shortText): words are cut by a tokenizer for Japanese, such as MeCab, which hone does "
          + "not have; choose a model with BertTokenizer")
    }
    let foreign = [
      ("auto_map", "the tokenizer needs code of its own"), ("processor_class", "another class makes the tokenizer"),
      ("fast_tokenizer_files", "another file has the tokenizer"), ("init_inputs", "the class gets further arguments"),
      ("model_specific_special_tokens", "special tokens stand where none are read"),
    ]
    for (name, reason) in foreign {
      guard let node = settings?.presentMember(name), node.value != .array([]) else { continue }
      throw node.error("\(node.path) is there: \(reason), which hone does not read; save the tokenizer without it")
    }
  }

  // MARK: - Settings

  /// The options of BertTokenizer.
  func bertNormalizer() throws(TokenizerError) -> BertNormalizer {
    let lowercases = try setting("do_lower_case")?.boolean() ?? true
    let stripsAccents = try setting("strip_accents").flatMap { (node) throws(TokenizerError) in
      node.isNull ? nil : try node.boolean()
    }
    return BertNormalizer(
      cleansText: true, isolatesIdeographs: try setting("tokenize_chinese_chars")?.boolean() ?? true,
      stripsAccents: stripsAccents ?? lowercases, lowercases: lowercases)
  }

  /// Refuses `vocab.txt` without a `tokenizer.json` where the reference would not read it.
  func requireVocabularyFile(_ file: String, _ kind: TokenizerClass) throws(TokenizerError) {
    // Without a tokenizer.json, the reference takes these first.
    for name in ["tokenizer.model", "tekken.json", "tiktoken.model"] where name != Files.name(of: file) {
      let other = Files.join(Files.parent(of: file), name)
      guard Files.exists(other) else { continue }
      throw TokenizerError("\(other): a vocabulary of this form is not supported; remove it, or add a tokenizer.json")
    }
    guard !kind.vocabularyFiles.isEmpty else {
      throw TokenizerError("\(file): the class \(kind.name) reads no such file; expected a tokenizer.json")
    }
  }

  /// The greatest length of the model's input (`model_max_length`, by its old name `max_len`), or nil where none is given
  /// or the number only stands for "no limit".
  func maximumLength() throws(TokenizerError) -> Int? {
    guard let node = setting("model_max_length") ?? setting("max_len"), !node.isNull else { return nil }
    guard let number = node.value.doubleValue else { throw node.unexpected("a number") }
    guard number < 1e6 else { return nil }
    guard let length = Int(exactly: number) else { throw node.unexpected("a whole number") }
    guard length >= 1 else { throw node.unexpected("a number of tokens from 1") }
    return length
  }

  /// True if an argument sets the length, which then comes before all else.
  var hasLengthArgument: Bool { arguments?.member("model_max_length") != nil }

  /// Refuses padding at the left, which moves the positions of all but the longest text of a batch.
  ///
  /// - Parameter left: where `tokenizer.json` asks for it.
  func requireRightPadding(_ left: JSONNode?) throws(TokenizerError) {
    let reason = "padding at the left gives a text other positions in other batches; set it to"
    if let node = setting("padding_side") {
      if try node.choice("left", "right") == "left" { throw node.error("\(node.path) is left: \(reason) right") }
    } else if let left {
      throw left.error("\(left.path) is Left: \(reason) Right")
    }
  }

  /// The end at which long texts are cut; nil where it is not stated.
  func truncationSide() throws(TokenizerError) -> TruncationSide? {
    try setting("truncation_side").map { (node) throws(TokenizerError) in
      try node.choice("left", "right") == "left" ? .left : .right
    }
  }

  /// True if the model gets token types; nil where it is not stated.
  func givesTokenTypes() throws(TokenizerError) -> Bool? {
    guard let node = setting("model_input_names") else { return nil }
    let names = try node.elements().map { (name) throws(TokenizerError) in try name.keyword() }
    guard names.contains("input_ids"), names.contains("attention_mask") else {
      throw node.error(
        "\(node.path) should hold input_ids and attention_mask, without which padding changes the vectors")
    }
    return names.contains("token_type_ids")
  }

  /// True if special tokens written out in a text are text as any other.
  func splitsSpecialTokens() throws(TokenizerError) -> Bool {
    try setting("split_special_tokens")?.boolean() ?? false
  }
}
