/// Drops the documents that are a positive of the query.
///
/// No list of rules is without it: ``NegativeMiner`` applies it first. A recipe may name it, which changes nothing.
public struct KnownPositivesRule: MiningRule, NamedMiningRule {
  /// The name in a recipe.
  public static let name = "knownPositives"

  /// Applied first, whatever a recipe names.
  public static let isImplied = true

  /// Makes the rule.
  public init() {}

  /// The candidates that are no positive.
  public func survivors(
    of candidates: [MiningCandidate], for query: MiningQuery, in corpus: inout MiningCorpus
  ) -> [MiningCandidate] {
    candidates.filter { !query.knownDocuments.contains($0.document) }
  }
}
