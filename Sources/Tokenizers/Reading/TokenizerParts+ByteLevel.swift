import JSONText

extension TokenizerParts {
  /// The parts of a byte-level class: of `tokenizer.json`, all of them take the vocabulary and the merges, some the
  /// post-processor.
  ///
  /// - Parameter read: what `tokenizer.json` has; nil where the class reads its older files.
  ///
  /// Upstream: `models/roberta/tokenization_roberta.py`, and those of `gpt2`, `gpt_neox` and `qwen2`.
  static func byteLevel(
    _ kind: TokenizerClass, _ model: BytePairs, _ declared: DeclaredTokens, _ added: AddedVocabulary,
    _ configuration: TokenizerConfiguration, read: TokenizerParts?
  ) throws(TokenizerError) -> TokenizerParts {
    var parts = TokenizerParts(
      model: .bytePairs(BytePairs(vocabulary: model.vocabulary, merges: model.merges, options: BytePairs.Options())))
    if kind == .gptNeoX || kind == .qwen2 { parts.normalizer = .composition(compatibility: false) }
    let addsSpace = try configuration.presentSetting("add_prefix_space")?.boolean() ?? false
    if kind == .qwen2 {
      let level = ByteLevel(addsPrefixSpace: addsSpace, cutsWords: false)
      parts.preTokenizer = .sequence([
        .split(.qwen2, Splitter(.words(WordMatcher(.qwen2)), .isolated)), .byteLevel(level),
      ])
    } else {
      parts.preTokenizer = .byteLevel(ByteLevel(addsPrefixSpace: addsSpace))
    }
    parts.decoder = ["type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true]
    func id(_ role: String) -> Int32? { declared.role(role).flatMap { added.id(of: $0.token.content) } }
    if kind == .roberta, let separator = id("sep_token"), let classifier = id("cls_token") {
      parts.postProcessorSteps = [.roberta(separator: separator, classifier: classifier)]
    } else if let read, kind != .gptNeoX {
      parts.postProcessorSteps = read.postProcessorSteps
    } else if read == nil {
      let first = try configuration.presentSetting("add_bos_token")?.boolean() == true ? id("bos_token") : nil
      let last = try configuration.presentSetting("add_eos_token")?.boolean() == true ? id("eos_token") : nil
      func text(_ index: Int, _ typeID: Int32) -> [[PostProcessor.Part]] {
        [first, nil, last].enumerated().compactMap { place, id in
          place == 1 ? [.text(index, typeID: typeID)] : id.map { [.special(id: $0, typeID: typeID)] }
        }
      }
      parts.postProcessorSteps = [.template(single: text(0, 0), pair: text(0, 0) + text(1, 1))]
    }
    return parts
  }
}
