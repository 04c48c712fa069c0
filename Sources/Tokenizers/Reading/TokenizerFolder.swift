import Files
import JSONText

/// The tokenizer of a model folder as sentence-transformers and transformers make it from all the files of the folder.
///
/// What decides the ids stands in up to seven files, and defaults of classes that no file names count as well. This is
/// the one place that puts them together: models are loaded, texts tokenized and folders written from its result.
///
/// Upstream: transformers 5.24, `AutoTokenizer`; sentence-transformers 6.2, `Transformer`.
public struct TokenizerFolder: Sendable {
  /// The tokenizer, with the longest input that the folder asks for.
  public let tokenizer: Tokenizer
  /// The files that it was made from.
  public let files: [String]
  /// The class that makes it.
  let kind: TokenizerClass
  /// The tokens with a role, such as `cls_token`.
  let roles: [(name: String, text: String)]
  /// Further special tokens.
  let extraTokens: [String]
  /// `tokenizer_config.json` as it stands; empty where there is none.
  let settings: JSONObject

  /// Reads the tokenizer of a folder: `tokenizer.json`, or else the older files of its class, with the settings beside it.
  ///
  /// - Parameters:
  ///   - folder: the folder of the transformer.
  ///   - hasModules: true if a `modules.json` names the folder; sentence-transformers reads its own settings
  ///     (`sentence_bert_config.json`) then only.
  ///   - output: what the model has to give; nil for hidden states or scores.
  ///   - newTokens: special tokens to add behind those of the folder; one that is there keeps its id.
  ///
  /// Errors: `.missingInput` where there is no tokenizer; `.badData` for anything in its files that is malformed or that
  /// is not done here exactly as upstream, by name and path.
  public init(
    _ folder: String, hasModules: Bool = true, output: TransformerOutput? = nil, adding newTokens: [String] = []
  ) throws(TokenizerError) {
    func path(_ name: String) -> String { Files.join(folder, name) }
    let sentences = hasModules ? try SentenceConfiguration(folder: folder, output: output) : SentenceConfiguration()
    let configuration = try TokenizerConfiguration(folder: folder, arguments: sentences.arguments)
    let kind = try configuration.tokenizerClass()
    // The reference prefers this name of a model of sentencepiece.
    let isRenamed = kind.isUnigram && Files.exists(path("tokenizer.model"))
    let vocabularyName = isRenamed ? "tokenizer.model" : kind.vocabularyFiles.first ?? "vocab.txt"
    let (jsonFile, vocabularyFile) = (path("tokenizer.json"), path(vocabularyName))
    let hasJSON = Files.exists(jsonFile)
    guard hasJSON || Files.exists(vocabularyFile) else {
      throw TokenizerError(
        "\(folder): no tokenizer here; expected the file tokenizer.json or \(vocabularyName)", kind: .missingInput)
    }
    let file = hasJSON ? jsonFile : vocabularyFile
    let read = hasJSON ? try TokenizerFile.read(file) : nil
    if read == nil { try configuration.requireVocabularyFile(file, kind) }
    try configuration.requireRightPadding(read?.leftPadding)
    let bytePairs = kind.isByteLevel ? try BytePairs(folder, kind, file: file, read?.model) : nil
    if kind.isBERT, let model = read?.model, !model.isWordPiece {
      throw TokenizerError("\(file): the model is none of WordPiece, which \(kind.name) needs")
    }
    let unigram = kind.isUnigram ? try UnigramFiles(kind, file: file, read) : nil

    // Newer files say in tokenizer_config.json what older ones say in these two.
    let isOld = configuration.setting("added_tokens_decoder") == nil
    let older = isOld ? [path("special_tokens_map.json"), path("added_tokens.json")].filter(Files.exists) : []
    let map = try older.first { $0 == path("special_tokens_map.json") }.map(JSONNode.read)
    let declared = try DeclaredTokens(
      configuration, kind, map: map, added: try older.first { $0 == path("added_tokens.json") }.map(JSONNode.read),
      file: (JSONNode(file: file, path: "", value: .null), read), pieces: unigram?.declared)
    let pieces = try unigram?.model(declared)
    let known = bytePairs?.vocabulary ?? pieces?.vocabulary ?? read?.model.vocabulary
    let vocabulary = if let known { known } else { try VocabularyFile.read(file) }
    var added = AddedVocabulary(of: vocabulary, kind.isRebuilt ? [] : read?.addedTokens ?? [])
    try declared.add(to: &added)
    for token in newTokens {
      try added.add(
        AddedToken(content: Array(token.utf8), isSpecial: true), JSONNode(file: file, path: "", value: .null))
    }

    var parts: TokenizerParts
    if let bytePairs {
      parts = try .byteLevel(kind, bytePairs, declared, added, configuration, read: read)
    } else if let unigram, let pieces {
      parts = try unigram.parts(pieces, declared, added, configuration)
    } else if let read, !kind.isRebuilt {
      parts = read
    } else {
      parts = .bert(kind, vocabulary, declared, added, try configuration.bertNormalizer())
    }
    parts.addedTokens = added.tokens
    parts.paddingToken = declared.role("pad_token")?.text
    if sentences.lowercasesText { parts.normalizer = .lowercasing(parts.normalizer) }
    parts.truncationSide = try configuration.truncationSide() ?? read?.truncationSide
    parts.givesTokenTypes = try configuration.givesTokenTypes() ?? kind.givesTokenTypes
    parts.readsSpecialTokensInText = try !configuration.splitsSpecialTokens()
    let configured = try configuration.maximumLength()
    parts.maximumLength = configuration.hasLengthArgument ? configured : sentences.maximumLength ?? configured

    tokenizer = try Tokenizer(parts, file: file)
    // Classes other than those of BERT know no lower case, and GPTNeoXTokenizer takes no post-processor from tokenizer.json.
    let isFile = sentences.lowercasesText && !kind.isBERT || read == nil && kind == .gptNeoX
    self.kind = isFile ? .file : kind
    roles = declared.roles.map { ($0.name, $0.token.text) }
    let declaredTokens = Set((declared.roles.map(\.token) + declared.extra).map(\.token.content))
    extraTokens = declared.extra.map(\.text) + newTokens.filter { !declaredTokens.contains(Array($0.utf8)) }
    settings = configuration.settings?.value.objectValue ?? JSONObject()
    files =
      (hasJSON || kind.isUnigram ? [file] : kind.vocabularyFiles.map(path)) + configuration.files + older
      + [sentences.file].compactMap(\.self)
    guard tokenizer.postProcessor.countsWhatItInserts else {
      throw TokenizerError(
        "\(file): post_processor inserts more special tokens than truncation leaves room for; use one template")
    }
  }
}
