import SettingKeys

/// Keeps scores within limits, both included.
public struct ScoreRangeRule: MiningRule, NamedMiningRule {
  /// The name in a recipe.
  public static let name = "scores"

  /// The least score, if there is a limit.
  public var floor: Double?
  /// The largest score, if there is a limit.
  public var ceiling: Double?

  /// Makes the rule.
  public init(floor: Double? = nil, ceiling: Double? = nil) {
    self.floor = floor
    self.ceiling = ceiling
  }

  /// Reads the settings of a recipe.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    floor = try keys.optional(.floor, example: 0.1, "The least score; without it there is no lower limit.")
    ceiling = try keys.recommended(.ceiling, example: 0.9, "The largest score; without it there is no upper limit.")
  }

  /// The problem with the settings.
  public func problem() -> String? {
    if floor == nil && ceiling == nil { return "give 'floor', 'ceiling' or both" }
    return floor ?? -.infinity <= ceiling ?? .infinity
      ? nil : "the floor is above the ceiling, so nothing would be left"
  }

  /// The candidates within the limits.
  public func survivors(
    of candidates: [MiningCandidate], for query: MiningQuery, in corpus: inout MiningCorpus
  ) -> [MiningCandidate] {
    let (low, high) = (floor.map { Float($0) } ?? -.infinity, ceiling.map { Float($0) } ?? .infinity)
    return candidates.filter { $0.score >= low && $0.score <= high }
  }
}
