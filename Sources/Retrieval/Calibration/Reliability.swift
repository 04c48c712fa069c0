import Kernels

/// The agreement of probabilities with observed relevance.
public struct Reliability: Sendable, Equatable {
  /// The pairs whose probabilities lie in one interval.
  public struct Bin: Sendable, Equatable {
    /// The interval, which its upper end belongs to and its lower one does not, but for 0.
    public let range: ClosedRange<Double>
    /// The number of pairs.
    public let count: Int
    /// The mean of their probabilities; 0 where there are no pairs.
    public let meanProbability: Double
    /// The share of them that is relevant; 0 where there are no pairs.
    public let relevantShare: Double
  }

  /// Intervals of one width from 0 to 1.
  public let bins: [Bin]
  /// The expected calibration error: Σ count / pairs · |relevantShare − meanProbability| over the bins.
  ///
  /// Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks", ICML 2017, equation 3. It depends on the
  /// number of bins, and is 0 for a constant probability too, so read it beside ``brierScore``.
  public let expectedCalibrationError: Double
  /// The Brier score: the mean of (probability − label)², least for the true probabilities.
  public let brierScore: Double

  /// Compares probabilities with labels.
  ///
  /// - Parameters:
  ///   - probabilities: Numbers between 0 and 1, at least one.
  ///   - labels: The relevance of each pair.
  ///   - bins: The number of intervals, at least one.
  public init(probabilities: [Double], labels: [Bool], bins count: Int) {
    require(
      probabilities.count == labels.count && !labels.isEmpty && count > 0,
      "Reliability: \(probabilities.count) probabilities, \(labels.count) labels, \(count) bins")
    require(probabilities.allSatisfy { (0...1).contains($0) }, "Reliability: a probability is not between 0 and 1")
    var counts = [Int](repeating: 0, count: count)
    var relevant = counts
    var sums = [Double](repeating: 0, count: count)
    var squares = 0.0
    for (probability, label) in zip(probabilities, labels) {
      let bin = min(max(Int((probability * Double(count)).rounded(.up)) - 1, 0), count - 1)
      counts[bin] += 1
      relevant[bin] += label ? 1 : 0
      sums[bin] += probability
      squares += (probability - (label ? 1 : 0)) * (probability - (label ? 1 : 0))
    }
    bins = (0..<count).map { bin in
      let pairs = Double(max(1, counts[bin]))
      return Bin(
        range: Double(bin) / Double(count)...Double(bin + 1) / Double(count), count: counts[bin],
        meanProbability: sums[bin] / pairs, relevantShare: Double(relevant[bin]) / pairs)
    }
    let total = Double(labels.count)
    expectedCalibrationError = bins.reduce(0) {
      $0 + Double($1.count) / total * abs($1.relevantShare - $1.meanProbability)
    }
    brierScore = squares / total
  }
}
