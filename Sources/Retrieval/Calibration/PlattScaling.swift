#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif
import Kernels

/// Probabilities from raw scores by a logistic curve.
///
///     p(s) = 1 / (1 + exp(−(slope · s + intercept)))
///
/// Platt, "Probabilistic outputs for support vector machines", 1999, whose A and B are −slope and −intercept.
public struct PlattScaling: Sendable, Equatable {
  /// The factor of the score in the logit.
  public let slope: Double
  /// The logit of a pair whose score is 0.
  public let intercept: Double

  /// Makes a curve from its two numbers, which must be finite.
  public init(slope: Double, intercept: Double) {
    require(slope.isFinite && intercept.isFinite, "PlattScaling: slope \(slope), intercept \(intercept)")
    self.slope = slope
    self.intercept = intercept
  }

  /// Fits the curve to scores of pairs of which it is known whether they are relevant.
  ///
  /// The loss is the negative log-likelihood of Platt's smoothed targets, (N₊ + 1) / (N₊ + 2) for relevant pairs and 1 / (N₋ + 2)
  /// for the others, which keep both numbers finite where a score separates the two. It is convex; Newton's method with
  /// backtracking finds its minimum (Lin, Lin and Weng, "A note on Platt's probabilistic outputs for support vector machines",
  /// Machine Learning 68, 2007, algorithm 1), on scores with mean 0 and deviation 1.
  ///
  /// - Parameters:
  ///   - scores: Finite scores, at least one.
  ///   - labels: The relevance of each pair.
  public init(scores: [Double], labels: [Bool]) {
    require(
      scores.count == labels.count && !scores.isEmpty,
      "PlattScaling: \(scores.count) scores and \(labels.count) labels")
    let count = Double(scores.count)
    let relevant = Double(labels.count { $0 })
    let center = scores.reduce(0, +) / count
    let variance = scores.reduce(0) { $0 + ($1 - center) * ($1 - center) } / count
    let scale = variance > 0 ? variance.squareRoot() : 1
    let fit = LogisticFit(
      scores: scores.map { ($0 - center) / scale },
      targets: labels.map { $0 ? (relevant + 1) / (relevant + 2) : 1 / (count - relevant + 2) })
    let curve = fit.minimum(startingAt: PlattScaling(slope: 0, intercept: log((relevant + 1) / (count - relevant + 1))))
    self.init(slope: curve.slope / scale, intercept: curve.intercept - curve.slope * center / scale)
  }

  /// The probability that a pair with this score is relevant.
  public func probability(of score: Double) -> Double { logistic(slope * score + intercept) }
}

/// The logistic function 1 / (1 + exp(−z)), without overflow: the probability that an uncalibrated logit z gives.
public func logistic(_ logit: Double) -> Double {
  let small = exp(-abs(logit))
  return logit >= 0 ? 1 / (1 + small) : small / (1 + small)
}

/// The loss of logistic curves on some scores, and its minimum.
private struct LogisticFit {
  let scores: [Double]
  let targets: [Double]

  private static let mostSteps = 100
  private static let leastStepSize = 1e-10
  /// Keeps the second derivatives apart from 0 where all scores are equal.
  private static let ridge = 1e-12

  /// Σ log(1 + exp(z)) − target · z over the pairs, with z = slope · score + intercept.
  private func value(of curve: PlattScaling) -> Double {
    zip(scores, targets).reduce(0) { sum, pair in
      let logit = curve.slope * pair.0 + curve.intercept
      return sum + max(logit, 0) + log1p(exp(-abs(logit))) - pair.1 * logit
    }
  }

  func minimum(startingAt start: PlattScaling) -> PlattScaling {
    var curve = start
    var loss = value(of: curve)
    for _ in 0..<Self.mostSteps {
      // First derivatives by slope and intercept; second ones by both, and by each twice.
      var (bySlope, byIntercept) = (0.0, 0.0)
      var (bySlopeTwice, byBoth, byInterceptTwice) = (Self.ridge, 0.0, Self.ridge)
      for (score, target) in zip(scores, targets) {
        let probability = curve.probability(of: score)
        let weight = probability * (1 - probability)
        bySlope += (probability - target) * score
        byIntercept += probability - target
        bySlopeTwice += weight * score * score
        byBoth += weight * score
        byInterceptTwice += weight
      }
      let determinant = bySlopeTwice * byInterceptTwice - byBoth * byBoth
      guard determinant > 0 else { return curve }
      let slopeStep = (byBoth * byIntercept - byInterceptTwice * bySlope) / determinant
      let interceptStep = (byBoth * bySlope - bySlopeTwice * byIntercept) / determinant
      let descent = bySlope * slopeStep + byIntercept * interceptStep
      func moved(_ size: Double) -> PlattScaling {
        PlattScaling(slope: curve.slope + size * slopeStep, intercept: curve.intercept + size * interceptStep)
      }
      // So near the minimum that the loss no longer shows a difference, the whole step is right and the last.
      if -descent <= 1e-13 * loss { return moved(1) }
      var size = 1.0
      while true {
        let next = moved(size)
        let nextLoss = value(of: next)
        if nextLoss < loss + 1e-4 * size * descent {
          (curve, loss) = (next, nextLoss)
          break
        }
        size /= 2
        if size < Self.leastStepSize { return curve }
      }
    }
    return curve
  }
}
