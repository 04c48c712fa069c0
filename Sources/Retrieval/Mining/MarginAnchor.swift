/// The positive of a query that a margin is measured from.
public enum MarginAnchor: String, Codable, Sendable, CaseIterable {
  /// The positive with the lowest score: no negative comes near any positive.
  case lowest
  /// The positive with the highest score.
  case highest
  /// The mean of their scores.
  case mean

  /// The score of the anchor.
  func score(of positives: [MiningQuery.Positive]) -> Float {
    let scores = positives.map(\.score)
    return switch self {
    case .lowest: scores.min() ?? 0
    case .highest: scores.max() ?? 0
    case .mean: scores.reduce(0, +) / Float(max(1, scores.count))
    }
  }
}
