import JSONText

extension TokenizerParts {
  /// The parts of `BertTokenizer` or `MPNetTokenizer`: of files, they take the vocabulary and the settings only.
  ///
  /// Upstream: `models/bert/tokenization_bert.py`, `models/mpnet/tokenization_mpnet.py`.
  static func bert(
    _ kind: TokenizerClass, _ vocabulary: Vocabulary, _ declared: DeclaredTokens, _ added: AddedVocabulary,
    _ normalizer: BertNormalizer
  ) -> TokenizerParts {
    let standard = kind.standardTokens
    func text(_ role: String) -> String { declared.role(role)?.text ?? standard[role] ?? "" }
    func special(_ role: String, _ typeID: Int32) -> [PostProcessor.Part] {
      added.id(of: text(role).utf8).map { [.special(id: $0, typeID: typeID)] } ?? []
    }
    var parts = TokenizerParts(
      model: .wordPiece(
        WordPiece(
          vocabulary: vocabulary, unknownToken: text("unk_token"), continuation: "##", maximumWordLength: 100)))
    parts.normalizer = .bert(normalizer)
    parts.preTokenizer = .scanner(WordScanner(.bert))
    parts.decoder = ["type": "WordPiece", "prefix": "##", "cleanup": true]
    if kind == .mpnet {
      func id(_ role: String) -> Int32? { added.id(of: text(role).utf8) }
      if let separator = id("sep_token"), let classifier = id("cls_token") {
        parts.postProcessorSteps = [.roberta(separator: separator, classifier: classifier)]
      }
      return parts
    }
    let single = [special("cls_token", 0), [.text(0, typeID: 0)], special("sep_token", 0)]
    parts.postProcessorSteps = [
      .template(single: single, pair: single + [[.text(1, typeID: 1)], special("sep_token", 1)])
    ]
    return parts
  }
}
