import SettingKeys

/// Keeps a window of ranks, counted from 1 among the candidates that are left.
public struct RankWindowRule: MiningRule, NamedMiningRule {
  /// The name in a recipe.
  public static let name = "ranks"

  /// The first rank that stays.
  public var from: Int
  /// The last rank that stays; without it, all from `from` on.
  public var to: Int?

  /// Makes the rule.
  public init(from: Int, to: Int? = nil) {
    self.from = from
    self.to = to
  }

  /// Reads the settings of a recipe.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    from = try keys.value(.from, default: 1, "The first rank that stays.")
    to = try keys.optional(.to, example: 50, "The last rank that stays; without it all from 'from' on.")
  }

  /// The problem with the settings.
  public func problem() -> String? {
    from >= 1 && to ?? from >= from ? nil : "ranks count from 1, and 'to' is not before 'from'"
  }

  /// The candidates in the window.
  public func survivors(
    of candidates: [MiningCandidate], for query: MiningQuery, in corpus: inout MiningCorpus
  ) -> [MiningCandidate] {
    Array(candidates.prefix(max(0, to ?? candidates.count)).dropFirst(max(0, from - 1)))
  }
}
