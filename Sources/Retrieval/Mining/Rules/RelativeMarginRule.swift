import SettingKeys

/// Keeps what scores a share below the positive: score ≤ anchor − |anchor| · margin.
///
/// With a margin of 0.05 it is the rule TopK-PercPos of 95 % (Moreira et al. 2024, NV-Retriever, arXiv:2407.15831).
public struct RelativeMarginRule: MiningRule, NamedMiningRule {
  /// The name in a recipe.
  public static let name = "relativeMargin"

  /// The share of the positive's score, not negative.
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
    margin = try keys.required(
      .margin, example: 0.05, "The share of the positive's score to stay below it, not negative.")
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
    let positive = anchor.score(of: query.positives)
    let limit = positive - abs(positive) * Float(margin)
    return candidates.filter { $0.score <= limit }
  }
}
