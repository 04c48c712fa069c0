import SettingKeys

/// Keeps what scores at least a distance below the positive: score ≤ anchor − margin.
public struct AbsoluteMarginRule: MiningRule, NamedMiningRule {
  /// The name in a recipe.
  public static let name = "absoluteMargin"

  /// The distance, not negative.
  public var margin: Double
  /// The positive it is measured from.
  public var anchor: MarginAnchor

  /// Makes the rule.
  public init(margin: Double, anchor: MarginAnchor = .lowest) {
    self.margin = margin
    self.anchor = anchor
  }

  /// Reads the settings of a recipe.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    margin = try keys.required(.margin, example: 0.1, "The distance below the positive's score, not negative.")
    anchor = try keys.value(.anchor, default: .lowest, "The positive that it is measured from.")
  }

  /// The problem with the settings.
  public func problem() -> String? {
    margin >= 0 ? nil : "margin \(margin) is less than 0"
  }

  /// The candidates below the margin.
  public func survivors(
    of candidates: [MiningCandidate], for query: MiningQuery, in corpus: inout MiningCorpus
  ) -> [MiningCandidate] {
    let limit = anchor.score(of: query.positives) - Float(margin)
    return candidates.filter { $0.score <= limit }
  }
}
