/// Keeps what scores at least a distance below the positive: score ≤ anchor − margin.
public struct AbsoluteMarginRule: MiningRule, NamedMiningRule {
  /// The name in a recipe.
  public static let name = "absoluteMargin"

  /// The distance, not negative.
  public var margin: Double
  /// The positive it is measured from; without it, the lowest.
  public var anchor: MarginAnchor?

  /// Makes the rule.
  public init(margin: Double, anchor: MarginAnchor? = nil) {
    self.margin = margin
    self.anchor = anchor
  }

  /// The problem with the settings.
  public func problem() -> String? {
    margin >= 0 ? nil : "margin \(margin) is less than 0"
  }

  /// The candidates below the margin.
  public func survivors(
    of candidates: [MiningCandidate], for query: MiningQuery, in corpus: inout MiningCorpus
  ) -> [MiningCandidate] {
    let limit = (anchor ?? .lowest).score(of: query.positives) - Float(margin)
    return candidates.filter { $0.score <= limit }
  }
}
