import JSONText

extension TokenizerFolder {
  /// The settings that are written from what was resolved; any other setting is kept as it stands.
  private static let resolved: Set = [
    "add_bos_token", "add_eos_token", "add_prefix_space", "added_tokens_decoder", "additional_special_tokens",
    "do_basic_tokenize", "do_lower_case", "extra_special_tokens",
    "max_len", "model_input_names", "model_max_length", "name_or_path", "special_tokens_map_file",
    "split_special_tokens", "strip_accents", "tokenize_chinese_chars", "tokenizer_class", "tokenizer_file",
    "truncation_side", "vocab_file",
  ]

  /// The files of the tokenizer, by name, in a form that transformers and the tokenizers library take alike; only
  /// `split_special_tokens` has no place in `tokenizer.json`.
  ///
  /// Nothing is left to a default, and nothing stands in one file that another one contradicts: `tokenizer.json` has the
  /// whole tokenizer, and `tokenizer_config.json` the settings that give the same one from its vocabulary. Tokens that
  /// other files declared, lower-casing that sentence-transformers does before the tokenizer, and arguments for it have
  /// become part of both.
  ///
  /// - Parameters:
  ///   - maximumLength: the longest input, in tokens.
  ///   - hasTokenTypes: false if the model has no embeddings of token types, so that it must not be given any.
  public func written(maximumLength: Int, hasTokenTypes: Bool) -> [(name: String, text: String)] {
    func text(_ value: JSONValue) -> String { value.text(indented: true) + "\n" }
    let givesTypes = tokenizer.givesTokenTypes && hasTokenTypes
    let file = TokenizerFile.written(tokenizer, maximumLength: maximumLength, givesTokenTypes: givesTypes)
    var files = [
      ("tokenizer.json", text(file)),
      ("tokenizer_config.json", text(settings(maximumLength: maximumLength, givesTokenTypes: givesTypes))),
      ("special_tokens_map.json", text(.object(JSONObject(roles.map { ($0.name, JSONValue($0.text)) })))),
    ]
    if kind.isBERT, let lines = VocabularyFile.written(tokenizer.model.vocabulary) {
      files.append(("vocab.txt", lines))
    }
    // The other byte-level classes take the post-processor from tokenizer.json.
    if kind == .roberta, case .bytePairs(let model) = tokenizer.model, let lines = MergesFile.lines(of: model) {
      files.append(("vocab.json", text(TokenizerFile.written(model.vocabulary))))
      files.append(("merges.txt", (["#version: 0.2"] + lines).map { $0 + "\n" }.joined()))
    }
    return files
  }

  /// `tokenizer_config.json`.
  private func settings(maximumLength: Int, givesTokenTypes: Bool) -> JSONValue {
    var members = settings.members.filter {
      !Self.resolved.contains($0.name) && !DeclaredTokens.roleNames.contains($0.name)
    }
    for name in DeclaredTokens.roleNames {
      // Null keeps the class from adding its own token.
      if let role = roles.first(where: { $0.name == name }) {
        members.append((name, JSONValue(role.text)))
      } else if kind.standardTokens[name] != nil {
        members.append((name, .null))
      }
    }
    // Under the name that version 4 of transformers knows too.
    members.append(("additional_special_tokens", .array(extraTokens.map { JSONValue($0) })))
    if kind.isBERT, case .bert(let normalizer) = tokenizer.normalizer {
      members += [
        ("do_lower_case", JSONValue(normalizer.lowercases)), ("strip_accents", JSONValue(normalizer.stripsAccents)),
        ("tokenize_chinese_chars", JSONValue(normalizer.isolatesIdeographs)),
      ]
    }
    if kind.isByteLevel || kind.isUnigram {
      members.append(("add_prefix_space", JSONValue(tokenizer.cutter.addsPrefixSpace)))
    }
    let inputs = ["input_ids"] + (givesTokenTypes ? ["token_type_ids"] : []) + ["attention_mask"]
    members += [
      ("added_tokens_decoder", addedTokens),
      ("model_input_names", .array(inputs.map { JSONValue($0) })),
      ("model_max_length", JSONValue(maximumLength)),
      ("tokenizer_class", JSONValue(kind.name)),
      ("truncation_side", JSONValue(tokenizer.truncationSide.rawValue)),
    ]
    if !tokenizer.readsSpecialTokensInText { members.append(("split_special_tokens", true)) }
    return .object(JSONObject(members))
  }

  /// `added_tokens_decoder`: the added tokens by id.
  private var addedTokens: JSONValue {
    .object(JSONObject(tokenizer.addedTokenOptions.map { (String($0.id), .object(JSONObject($0.options))) }))
  }
}

extension VocabularyFile {
  /// The text of `vocab.txt`; nil where the vocabulary has no such form: ids with gaps, or tokens that are no line.
  static func written(_ vocabulary: Vocabulary) -> String? {
    var text = ""
    for id in 0..<Int32(vocabulary.count) {
      guard let token = vocabulary.token(id) else { return nil }
      let bytes = Array(token.utf8)
      let isLine = Whitespace.trimmed(bytes.indices, of: bytes, left: false, right: true) == bytes.indices
      guard isLine, !bytes.isEmpty, !bytes.contains(UInt8(ascii: "\n")) else { return nil }
      text += token + "\n"
    }
    return text
  }
}

extension AddedToken {
  /// The token without its id, as the files have it.
  var options: [(name: String, value: JSONValue)] {
    [
      ("content", JSONValue(String(decoding: content, as: UTF8.self))), ("single_word", JSONValue(isSingleWord)),
      ("lstrip", JSONValue(stripsLeft)), ("rstrip", JSONValue(stripsRight)), ("normalized", JSONValue(isNormalized)),
      ("special", JSONValue(isSpecial)),
    ]
  }
}
