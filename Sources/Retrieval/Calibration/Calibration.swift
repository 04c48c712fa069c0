import Kernels

/// A map from raw scores to probabilities of relevance.
///
/// A calibration tells how reliable a score is; it is not for ranking. Isotonic regression gives equal probabilities to
/// different scores, and a logistic curve rounds high ones to the same number.
public enum Calibration: Sendable, Equatable {
  /// By a logistic curve, which needs few pairs.
  case platt(PlattScaling)
  /// By any non-decreasing function, which needs many.
  case isotonic(IsotonicRegression)

  /// The ways to calibrate.
  public enum Method: String, Codable, Sendable, CaseIterable {
    /// ``PlattScaling``.
    case platt
    /// ``IsotonicRegression``.
    case isotonic
  }

  /// Fits a calibration to scores of pairs of which it is known whether they are relevant.
  ///
  /// - Parameters:
  ///   - method: The kind of function.
  ///   - scores: Finite scores, at least one.
  ///   - labels: The relevance of each pair.
  public init(_ method: Method, scores: [Double], labels: [Bool]) {
    switch method {
    case .platt: self = .platt(PlattScaling(scores: scores, labels: labels))
    case .isotonic: self = .isotonic(IsotonicRegression(scores: scores, labels: labels))
    }
  }

  /// The kind of function.
  public var method: Method {
    switch self {
    case .platt: .platt
    case .isotonic: .isotonic
    }
  }

  /// The probability that a pair with this score is relevant.
  public func probability(of score: Double) -> Double {
    switch self {
    case .platt(let curve): curve.probability(of: score)
    case .isotonic(let function): function.probability(of: score)
    }
  }

  /// The probability of every pair by a calibration that was fitted without the pair's fold.
  ///
  /// On the pairs it was fitted to, a calibration looks better than it is; held-out pairs show its quality. Pairs of one query
  /// belong in one group, since they are alike.
  ///
  /// - Parameters:
  ///   - groups: The number of each pair's group; the fold of a group is its number modulo `folds`.
  ///   - folds: The number of folds; at least two must have pairs.
  public static func heldOutProbabilities(
    _ method: Method, scores: [Double], labels: [Bool], groups: [Int], folds: Int
  ) -> [Double] {
    require(
      scores.count == labels.count && scores.count == groups.count,
      "heldOutProbabilities: \(scores.count) scores, \(labels.count) labels, \(groups.count) groups")
    require(folds >= 2 && groups.allSatisfy { $0 >= 0 }, "heldOutProbabilities: \(folds) folds")
    var probabilities = [Double](repeating: 0, count: scores.count)
    for fold in Set(groups.map { $0 % folds }) {
      let others = groups.indices.filter { groups[$0] % folds != fold }
      require(!others.isEmpty, "heldOutProbabilities: all pairs are in one fold")
      let calibration = Calibration(method, scores: others.map { scores[$0] }, labels: others.map { labels[$0] })
      for index in groups.indices where groups[index] % folds == fold {
        probabilities[index] = calibration.probability(of: scores[index])
      }
    }
    return probabilities
  }
}
