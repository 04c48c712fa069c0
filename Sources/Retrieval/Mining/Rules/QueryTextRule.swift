import Words

/// Drops documents whose text is the query's own.
public struct QueryTextRule: MiningRule, NamedMiningRule {
  /// The name in a recipe.
  public static let name = "queryText"

  /// Makes the rule.
  public init() {}

  /// The candidates with another text.
  public func survivors(
    of candidates: [MiningCandidate], for query: MiningQuery, in corpus: inout MiningCorpus
  ) -> [MiningCandidate] {
    let text = ExactText(query.text)
    return candidates.filter { ExactText(corpus.texts[$0.document]) != text }
  }
}
