import SettingKeys

/// Drops documents that are nearly a positive: the Jaccard index of their character shingles reaches a limit.
///
///     J(a, b) = |S(a) ∩ S(b)| / |S(a) ∪ S(b)|        S: the shingles of letters and digits, in lower case
///
/// Broder 1997, "On the resemblance and containment of documents".
public struct NearDuplicatesRule: MiningRule, NamedMiningRule {
  /// The name in a recipe.
  public static let name = "nearDuplicates"

  /// The Jaccard index from which on a document counts as a copy, in (0, 1].
  public var similarity: Double

  /// Makes the rule.
  public init(similarity: Double) { self.similarity = similarity }

  /// Reads the settings of a recipe.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    similarity = try keys.required(
      .similarity, example: 0.6, "The Jaccard index from which on a document counts as a copy: above 0, at most 1.")
  }

  /// The problem with the settings.
  public func problem() -> String? {
    similarity > 0 && similarity <= 1 ? nil : "similarity \(similarity) is not in (0, 1]"
  }

  /// The candidates that differ enough from every positive.
  public func survivors(
    of candidates: [MiningCandidate], for query: MiningQuery, in corpus: inout MiningCorpus
  ) -> [MiningCandidate] {
    let positives = query.positives.map { Shingles($0.text) }
    return candidates.filter { candidate in
      let shingles = corpus.shingles(of: candidate.document)
      return !positives.contains { $0.resemblance(to: shingles, reaches: similarity) }
    }
  }
}
