#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The choice of negatives among the candidates that passed all rules.
public enum NegativeSelection: Sendable, Equatable {
  /// The best scores.
  case first
  /// At random, each equally likely.
  case uniform
  /// At random, the probability of each draw in proportion to e^(score / temperature), without replacement.
  case softmax(temperature: Double)

  /// Chooses at most `count` candidates; they keep their order.
  ///
  /// Random choices give every candidate a key and take the largest: a random number each, or score / T plus Gumbel noise, which
  /// draws without replacement from the softmax (Kool, van Hoof & Welling 2019, arXiv:1903.06059). The noise depends on the
  /// seed, the query and the document alone.
  ///
  /// - Parameter query: the query's number.
  public func chosen(_ count: Int, of candidates: [MiningCandidate], query: Int, seed: UInt64) -> [MiningCandidate] {
    guard count > 0 else { return [] }
    if self == .first || candidates.count <= count { return Array(candidates.prefix(count)) }
    let random = CounterRandom(seed: seed, purpose: 0x6e65_6761_7469_7665)
    let keys = candidates.map { candidate in
      // In (0, 1): 53 bits and a half.
      let uniform = (Double(random.bits(query, candidate.document) >> 11) + 0.5) * 0x1p-53
      return switch self {
      case .softmax(let temperature): Double(candidate.score) / temperature - log(-log(uniform))
      case .first, .uniform: uniform
      }
    }
    let best = candidates.indices.sorted { (keys[$1], $0) < (keys[$0], $1) }.prefix(count)
    return best.sorted().map { candidates[$0] }
  }
}
