import SettingKeys

/// Skips the best candidates: where a corpus is judged thinly, they are the likeliest false negatives.
public struct SkipTopRule: MiningRule, NamedMiningRule {
  /// The name in a recipe.
  public static let name = "skipTop"

  /// The number of candidates to skip.
  public var count: Int

  /// Makes the rule.
  public init(count: Int) { self.count = count }

  /// Reads the settings of a recipe.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    count = try keys.required(.count, example: 5, "The number of candidates to skip.")
  }

  /// The problem with the settings.
  public func problem() -> String? {
    count >= 0 ? nil : "count \(count) is less than 0"
  }

  /// The candidates below.
  public func survivors(
    of candidates: [MiningCandidate], for query: MiningQuery, in corpus: inout MiningCorpus
  ) -> [MiningCandidate] {
    Array(candidates.dropFirst(max(0, count)))
  }
}
