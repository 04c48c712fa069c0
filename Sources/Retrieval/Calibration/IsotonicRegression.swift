import Kernels

/// Probabilities from raw scores by the non-decreasing function that fits best.
///
/// The squared error over the pairs is least among all non-decreasing functions of the score. Between two points of
/// ``points`` the probability is a straight line, outside them that of the nearest. Ayer et al., "An empirical
/// distribution function for sampling with incomplete information", 1955; for probabilities Zadrozny and Elkan, KDD 2002.
public struct IsotonicRegression: Sendable, Equatable {
  /// A score with its probability.
  public struct Point: Sendable, Equatable {
    /// The score.
    public let score: Double
    /// The probability that a pair with this score is relevant.
    public let probability: Double

    /// Pairs a score with its probability.
    public init(score: Double, probability: Double) {
      self.score = score
      self.probability = probability
    }
  }

  /// The points, by rising scores.
  public let points: [Point]

  /// Makes a function from its points.
  ///
  /// Nil unless there is a point, scores rise and have the range of 32-bit numbers, and probabilities lie between 0 and 1
  /// and never fall.
  public init?(points: [Point]) {
    let limit = Double(Float.greatestFiniteMagnitude)
    let isSound = points.allSatisfy { (-limit...limit).contains($0.score) && (0...1).contains($0.probability) }
    let isRising = zip(points, points.dropFirst()).allSatisfy {
      $0.score < $1.score && $0.probability <= $1.probability
    }
    guard isSound, isRising, !points.isEmpty else { return nil }
    self.points = points
  }

  /// Fits the function to scores of pairs of which it is known whether they are relevant.
  ///
  /// Neighbouring scores whose shares of relevant pairs would fall are pooled until none does (pool adjacent violators);
  /// equal scores are one to begin with. Counts decide, so nothing is rounded before the end.
  ///
  /// - Parameters:
  ///   - scores: Finite scores, at least one.
  ///   - labels: The relevance of each pair.
  public init(scores: [Double], labels: [Bool]) {
    require(
      scores.count == labels.count && !scores.isEmpty,
      "IsotonicRegression: \(scores.count) scores and \(labels.count) labels")
    var ties: [Block] = []
    for index in scores.indices.sorted(by: { scores[$0] < scores[$1] }) {
      let pair = Block(first: scores[index], last: scores[index], count: 1, relevant: labels[index] ? 1 : 0)
      if let before = ties.last, before.last == pair.first {
        ties[ties.count - 1] = before.joined(with: pair)
      } else {
        ties.append(pair)
      }
    }
    var blocks: [Block] = []
    for next in ties {
      var block = next
      while let before = blocks.last, before.isAtLeast(block) {
        block = before.joined(with: block)
        blocks.removeLast()
      }
      blocks.append(block)
    }
    points = blocks.flatMap { block in
      let ends = block.first == block.last ? [block.first] : [block.first, block.last]
      return ends.map { Point(score: $0, probability: Double(block.relevant) / Double(block.count)) }
    }
  }

  /// The probability that a pair with this score is relevant.
  public func probability(of score: Double) -> Double {
    // The first point above the score.
    var (low, high) = (0, points.count)
    while low < high {
      let middle = (low + high) / 2
      if points[middle].score <= score { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return points[0].probability }
    guard low < points.count else { return points[low - 1].probability }
    let (before, after) = (points[low - 1], points[low])
    let part = (score - before.score) / (after.score - before.score)
    return before.probability + part * (after.probability - before.probability)
  }

  /// Neighbouring scores with one probability.
  private struct Block {
    let first: Double
    let last: Double
    let count: Int
    let relevant: Int

    func joined(with next: Block) -> Block {
      Block(first: first, last: next.last, count: count + next.count, relevant: relevant + next.relevant)
    }

    /// True if the share of relevant pairs is at least that of the next block.
    func isAtLeast(_ next: Block) -> Bool { relevant * next.count >= next.relevant * count }
  }
}
