import Kernels
public import Tensors

/// The reduction of a text's hidden states to one vector: the vectors of one mode or of several, side by side.
///
/// Upstream: sentence-transformers 6.2, `sentence_transformer/modules/pooling.py`.
public struct Pooling: Sendable, Hashable {
  /// A way to reduce the hidden states of a text to a vector of their width, under its name in a recipe.
  public enum Mode: String, Sendable, CaseIterable {
    /// The mean over the tokens.
    case mean
    /// The first token.
    case cls
    /// The largest value of each column.
    case max
    /// The sum over the tokens divided by the root of their number.
    case meanSqrt = "mean-sqrt"
    /// The mean over the tokens, each weighted by its position in the text, from 1 on.
    case weightedMean = "weighted-mean"
    /// The last token.
    case last
  }

  /// The modes in the order of their vectors; at least one.
  public let modes: [Mode]

  /// The mean over the tokens.
  public static let mean = Pooling(.mean)
  /// The first token.
  public static let cls = Pooling(.cls)
  /// The largest value of each column.
  public static let max = Pooling(.max)
  /// The sum over the tokens divided by the root of their number.
  public static let meanSqrt = Pooling(.meanSqrt)
  /// The mean over the tokens, each weighted by its position.
  public static let weightedMean = Pooling(.weightedMean)
  /// The last token.
  public static let last = Pooling(.last)

  /// Every pooling by one mode.
  public static var single: [Pooling] { Mode.allCases.map { Pooling($0) } }

  /// Makes a pooling of one mode or several.
  public init(_ first: Mode, _ others: Mode...) { modes = [first] + others }

  /// Makes a pooling of some modes; nil for none.
  init?(_ modes: [Mode]) {
    if modes.isEmpty { return nil }
    self.modes = modes
  }

  /// Reads the names of the modes with "+" between them, such as `cls+mean`; nil if one is no mode.
  public init?(name: String) {
    let modes = name.split(separator: "+", omittingEmptySubsequences: false).map { Mode(rawValue: String($0)) }
    self.init(modes.compactMap(\.self))
    if self.modes.count != modes.count { return nil }
  }

  /// The names of the modes with "+" between them.
  public var name: String { modes.map(\.rawValue).joined(separator: "+") }

  /// The width of the vectors.
  public func outputWidth(of width: Int) -> Int { modes.count * width }

  /// True if the vector of a sequence is the hidden state of one token, so the last layer can skip the others.
  public var takesOneToken: Bool { modes == [.cls] || modes == [.last] }

  /// The index of the token whose hidden state is the vector, for each sequence; nil if several tokens are pooled.
  func tokens(of batch: TokenBatch) -> [Int]? { modes.count == 1 ? modes[0].tokens(of: batch) : nil }

  /// Pools each sequence of a batch, without its excluded tokens.
  ///
  /// - Shape: `[tokens, width]` → `[sequences, modes · width]`
  public func callAsFunction(_ hiddenStates: Tensor, _ batch: TokenBatch) -> Tensor {
    let included = IncludedTokens(of: batch)
    let vectors = modes.map { mode in
      mode.tokens(of: batch).map { hiddenStates.gatherRows($0) } ?? mode(included.rows(of: hiddenStates), included)
    }
    return vectors.count == 1 ? vectors[0] : Tensor.concatenated(vectors, axis: 1)
  }
}

/// The tokens of a batch that pooling does not leave out.
private struct IncludedTokens {
  /// The index of the first of each sequence, then their number.
  private(set) var offsets = [0]
  /// The number of tokens before the first, for each sequence.
  let excluded: [Int]
  /// Their indices in the batch; nil if they are all tokens.
  private let indices: [Int]?

  init(of batch: TokenBatch) {
    excluded = batch.excludedTokens
    let ranges = (0..<batch.count).map { batch.offsets[$0] + batch.excludedTokens[$0]..<batch.offsets[$0 + 1] }
    for range in ranges { offsets.append((offsets.last ?? 0) + range.count) }
    indices = excluded.contains { $0 > 0 } ? ranges.flatMap { $0 } : nil
  }

  func rows(of hiddenStates: Tensor) -> Tensor { indices.map { hiddenStates.gatherRows($0) } ?? hiddenStates }

  /// The factor of each token in a weighted mean, whose weights are the positions in the whole text.
  var positionWeights: Tensor {
    var weights: [Float] = []
    weights.reserveCapacity(offsets.last ?? 0)
    for (sequence, (start, end)) in zip(offsets, offsets.dropFirst()).enumerated() {
      let positions = excluded[sequence] + 1..<excluded[sequence] + 1 + end - start
      let sum = Swift.max(1, (positions.lowerBound + positions.upperBound - 1) * positions.count / 2)
      for position in positions { weights.append(Float(position) / Float(sum)) }
    }
    return Tensor(weights, shape: [weights.count, 1])
  }
}

extension Pooling.Mode {
  /// The index of the token whose hidden state is the vector, for each sequence; nil if several tokens are pooled.
  fileprivate func tokens(of batch: TokenBatch) -> [Int]? {
    switch self {
    case .cls: zip(batch.offsets, batch.excludedTokens).map { $0 + $1 }
    case .last: batch.offsets.dropFirst().map { $0 - 1 }
    case .mean, .meanSqrt, .weightedMean, .max: nil
    }
  }

  /// Pools the included tokens of each sequence.
  fileprivate func callAsFunction(_ states: Tensor, _ tokens: IncludedTokens) -> Tensor {
    let offsets = tokens.offsets
    switch self {
    case .max: return states.segmentMaximum(offsets: offsets)
    case .weightedMean: return (states * tokens.positionWeights).segmentSum(offsets: offsets)
    case .mean, .meanSqrt, .cls, .last:
      let factors = zip(offsets, offsets.dropFirst()).map { start, end in
        let count = Float(Swift.max(1, end - start))
        return self == .meanSqrt ? 1 / count.squareRoot() : 1 / count
      }
      return states.segmentSum(offsets: offsets) * Tensor(factors, shape: [factors.count, 1])
    }
  }
}
