import Words

/// Drops documents whose text is the query's own, but for case, white space, punctuation and normal form.
public struct QueryTextRule: MiningRule, NamedMiningRule {
  /// The name in a recipe.
  public static let name = "queryText"

  /// Makes the rule.
  public init() {}

  /// The candidates with another text.
  public func survivors(
    of candidates: [MiningCandidate], for query: MiningQuery, in corpus: inout MiningCorpus
  ) -> [MiningCandidate] {
    let text = NormalizedText(query.text)
    return candidates.filter { NormalizedText(corpus.texts[$0.document]) != text }
  }
}
