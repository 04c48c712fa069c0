import Kernels
public import Tensors

/// The reduction of a text's hidden states to one vector.
public enum Pooling: String, Sendable, Codable, CaseIterable {
  /// The mean over the tokens.
  case mean
  /// The first token.
  case cls
  /// The largest value of each column.
  case max
  /// The sum over the tokens divided by the root of their number.
  case meanSqrt = "mean-sqrt"
  /// The last token.
  case last

  /// The key of this mode in `1_Pooling/config.json`.
  var configurationKey: String {
    switch self {
    case .mean: "pooling_mode_mean_tokens"
    case .cls: "pooling_mode_cls_token"
    case .max: "pooling_mode_max_tokens"
    case .meanSqrt: "pooling_mode_mean_sqrt_len_tokens"
    case .last: "pooling_mode_lasttoken"
    }
  }

  /// The name of this mode in the compact configuration of sentence-transformers 5.4 and later.
  var compactName: String {
    switch self {
    case .mean: "mean"
    case .cls: "cls"
    case .max: "max"
    case .meanSqrt: "mean_sqrt_len_tokens"
    case .last: "lasttoken"
    }
  }

  /// True if the vector of a sequence is the hidden state of one token, so the last layer can skip the others.
  public var takesOneToken: Bool { self == .cls || self == .last }

  /// The index of the token whose hidden state is the vector, for each sequence; nil if several tokens are pooled.
  func tokens(of batch: TokenBatch) -> [Int]? {
    switch self {
    case .cls: zip(batch.offsets, batch.excludedTokens).map { $0 + $1 }
    case .last: batch.offsets.dropFirst().map { $0 - 1 }
    case .mean, .meanSqrt, .max: nil
    }
  }

  /// Pools each sequence of a batch, without its excluded tokens.
  ///
  /// - Shape: `[tokens, width]` → `[sequences, width]`
  public func callAsFunction(_ hiddenStates: Tensor, _ batch: TokenBatch) -> Tensor {
    if let tokens = tokens(of: batch) { return hiddenStates.gatherRows(tokens) }
    var (states, offsets) = (hiddenStates, batch.offsets)
    if batch.excludedTokens.contains(where: { $0 > 0 }) {
      let ranges = (0..<batch.count).map { batch.offsets[$0] + batch.excludedTokens[$0]..<batch.offsets[$0 + 1] }
      states = hiddenStates.gatherRows(ranges.flatMap { $0 })
      offsets = ranges.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) }
    }
    if self == .max { return states.segmentMaximum(offsets: offsets) }
    let weights = zip(offsets, offsets.dropFirst()).map { start, end in
      let count = Float(Swift.max(1, end - start))
      return self == .mean ? 1 / count : 1 / count.squareRoot()
    }
    return states.segmentSum(offsets: offsets) * Tensor(weights, shape: [weights.count, 1])
  }
}
