import JSONText

extension TokenizerFile {
  /// The `tokenizer.json` of a tokenizer.
  ///
  /// - Parameters:
  ///   - maximumLength: the length in tokens to which a reader cuts that asks for no other.
  ///   - givesTokenTypes: false if every token type is 0.
  static func written(_ tokenizer: Tokenizer, maximumLength: Int, givesTokenTypes: Bool) -> JSONValue {
    [
      "version": "1.0",
      "truncation": [
        "direction": tokenizer.truncationSide == .left ? "Left" : "Right", "max_length": JSONValue(maximumLength),
        "strategy": "LongestFirst", "stride": 0,
      ],
      "padding": nil,
      "added_tokens": .array(
        tokenizer.addedTokenOptions.map { .object(JSONObject([("id", JSONValue(Int($0.id)))] + $0.options)) }),
      "normalizer": tokenizer.normalizer.map(written) ?? nil,
      "pre_tokenizer": tokenizer.preTokenizer.map(written) ?? nil,
      "post_processor": written(
        givesTokenTypes ? tokenizer.postProcessor : tokenizer.postProcessor.withoutTypes, tokenizer),
      "decoder": tokenizer.decoder ?? nil,
      "model": written(tokenizer.model),
    ]
  }

  private static func written(_ model: TokenModel) -> JSONValue {
    switch model {
    case .wordPiece(let model):
      [
        "type": "WordPiece", "unk_token": JSONValue(model.unknownToken ?? ""),
        "continuing_subword_prefix": JSONValue(String(decoding: model.continuation.bytes, as: UTF8.self)),
        "max_input_chars_per_word": JSONValue(model.maximumWordLength), "vocab": written(model.vocabulary),
      ]
    case .bytePairs(let model):
      [
        "type": "BPE", "dropout": nil, "unk_token": model.options.unknownToken.map { JSONValue($0) } ?? nil,
        "continuing_subword_prefix": written(model.options.continuation),
        "end_of_word_suffix": written(model.options.suffix), "fuse_unk": JSONValue(model.options.fusesUnknown),
        "byte_fallback": JSONValue(model.options.fallsBackToBytes),
        "ignore_merges": JSONValue(model.options.ignoresMerges), "vocab": written(model.vocabulary),
        "merges": writtenMerges(of: model),
      ]
    case .unigram(let model):
      [
        "type": "Unigram", "unk_id": model.unknownID.map { JSONValue(Int($0)) } ?? nil,
        "vocab": .array(
          model.nearestScores.indices.map {
            [JSONValue(model.vocabulary.text(of: $0)), .number("\(model.nearestScores[$0])")]
          }),
        "byte_fallback": JSONValue(model.fallsBackToBytes),
      ]
    }
  }

  private static func written(_ affix: [UInt8]) -> JSONValue {
    affix.isEmpty ? nil : JSONValue(String(decoding: affix, as: UTF8.self))
  }

  /// The merges as lines, which every reader knows, or as pairs where tokens have spaces.
  private static func writtenMerges(of model: BytePairs) -> JSONValue {
    guard let lines = MergesFile.lines(of: model) else {
      return .array(MergesFile.tokens(of: model).map { [JSONValue($0.left), JSONValue($0.right)] })
    }
    return .array(lines.map { JSONValue($0) })
  }

  static func written(_ vocabulary: Vocabulary) -> JSONValue {
    let entries = vocabulary.ids.indices.map { (id: vocabulary.ids[$0], text: vocabulary.text(of: $0)) }
    return .object(JSONObject(entries.sorted { $0.id < $1.id }.map { ($0.text, JSONValue(Int($0.id))) }))
  }

  private static func written(_ normalizer: Normalizer) -> JSONValue {
    switch normalizer {
    case .bert(let bert):
      [
        "type": "BertNormalizer", "clean_text": JSONValue(bert.cleansText),
        "handle_chinese_chars": JSONValue(bert.isolatesIdeographs), "strip_accents": JSONValue(bert.stripsAccents),
        "lowercase": JSONValue(bert.lowercases),
      ]
    case .lowercase: ["type": "Lowercase"]
    case .stripAccents: ["type": "StripAccents"]
    case .strip(let left, let right):
      ["type": "Strip", "strip_left": JSONValue(left), "strip_right": JSONValue(right)]
    case .decomposition(let compatibility): ["type": compatibility ? "NFKD" : "NFD"]
    case .composition(let compatibility): ["type": compatibility ? "NFKC" : "NFC"]
    case .alphabet: ["type": "ByteLevel"]
    case .machineTranslation: ["type": "Nmt"]
    case .precompiled(let precompiled):
      ["type": "Precompiled", "precompiled_charsmap": JSONValue(Base64.encoded(precompiled.table))]
    case .replacement(let replacement):
      ["type": "Replace", "pattern": written(replacement.pattern), "content": text(replacement.content)]
    case .prefix(let prefix): ["type": "Prepend", "prepend": text(prefix)]
    case .sequence(let steps): ["type": "Sequence", "normalizers": .array(steps.map(written))]
    }
  }

  private static func written(_ pattern: Replacement.Pattern) -> JSONValue {
    switch pattern {
    case .text(let bytes): ["String": text(bytes)]
    case .expression(let expression): ["Regex": JSONValue(expression.rawValue)]
    }
  }

  private static func text(_ bytes: [UInt8]) -> JSONValue { JSONValue(String(decoding: bytes, as: UTF8.self)) }

  private static func written(_ preTokenizer: PreTokenizer) -> JSONValue {
    switch preTokenizer {
    case .metaspace(let metaspace):
      [
        "type": "Metaspace", "replacement": text(metaspace.mark),
        "prepend_scheme": JSONValue(metaspace.prefix.rawValue),
        "split": JSONValue(metaspace.splits),
      ]
    case .scanner(let scanner):
      switch scanner.rule {
      case .bert: ["type": "BertPreTokenizer"]
      case .whitespace: ["type": "Whitespace"]
      case .whitespaceSplit: ["type": "WhitespaceSplit"]
      }
    case .byteLevel(let level):
      [
        "type": "ByteLevel", "add_prefix_space": JSONValue(level.addsPrefixSpace),
        "trim_offsets": JSONValue(level.trimsOffsets), "use_regex": JSONValue(level.cutsWords),
      ]
    case .split(let pattern, let splitter):
      [
        "type": "Split", "pattern": written(pattern), "behavior": JSONValue(splitter.behavior.rawValue),
        "invert": JSONValue(splitter.inverts),
      ]
    case .digits(let individual): ["type": "Digits", "individual_digits": JSONValue(individual)]
    case .punctuation(let behavior): ["type": "Punctuation", "behavior": JSONValue(behavior.rawValue)]
    case .sequence(let steps): ["type": "Sequence", "pretokenizers": .array(steps.map(written))]
    }
  }

  private static func written(_ pattern: SplitPattern) -> JSONValue {
    switch pattern {
    case .string(let text): ["String": JSONValue(text)]
    case .regex(let text): ["Regex": JSONValue(text)]
    }
  }

  /// The two templates, whatever processors they came from.
  private static func written(_ processor: PostProcessor, _ tokenizer: Tokenizer) -> JSONValue {
    let templates = [processor.single, processor.pair]
    var specials: [Int32] = []
    for case .special(let id, _) in templates.flatMap(\.parts) where !specials.contains(id) { specials.append(id) }
    func name(_ id: Int32) -> JSONValue { JSONValue(tokenizer.token(id) ?? "") }
    func pieces(_ template: PostProcessor.Template) -> JSONValue {
      .array(
        template.parts.map { part in
          switch part {
          case .special(let id, let typeID): ["SpecialToken": ["id": name(id), "type_id": JSONValue(Int(typeID))]]
          case .text(let index, let typeID):
            ["Sequence": ["id": index == 0 ? "A" : "B", "type_id": JSONValue(Int(typeID))]]
          }
        })
    }
    let table = specials.map { id in
      (
        name: tokenizer.token(id) ?? "",
        value: ["id": name(id), "ids": [JSONValue(Int(id))], "tokens": [name(id)]] as JSONValue
      )
    }
    return [
      "type": "TemplateProcessing", "single": pieces(templates[0]), "pair": pieces(templates[1]),
      "special_tokens": .object(JSONObject(table)),
    ]
  }
}
