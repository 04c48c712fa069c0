import Words

/// Drops documents whose text a better candidate has too.
public struct RepeatedTextsRule: MiningRule, NamedMiningRule {
  /// The name in a recipe.
  public static let name = "repeatedTexts"

  /// Makes the rule.
  public init() {}

  /// The best candidate of every text.
  public func survivors(
    of candidates: [MiningCandidate], for query: MiningQuery, in corpus: inout MiningCorpus
  ) -> [MiningCandidate] {
    var seen: Set<ExactText> = []
    return candidates.filter { seen.insert(ExactText(corpus.texts[$0.document])).inserted }
  }
}
