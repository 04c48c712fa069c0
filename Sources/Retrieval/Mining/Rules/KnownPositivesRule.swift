import Words

/// Drops documents that are a positive of the query: by their index in the corpus, and by exactly equal text.
public struct KnownPositivesRule: MiningRule, NamedMiningRule {
  /// The name in a recipe.
  public static let name = "knownPositives"

  /// Makes the rule.
  public init() {}

  /// The candidates that are no positive.
  public func survivors(
    of candidates: [MiningCandidate], for query: MiningQuery, in corpus: inout MiningCorpus
  ) -> [MiningCandidate] {
    let documents = Set(query.positives.compactMap(\.document))
    let texts = Set(query.positives.map { ExactText($0.text) })
    return candidates.filter {
      !documents.contains($0.document) && !texts.contains(ExactText(corpus.texts[$0.document]))
    }
  }
}
