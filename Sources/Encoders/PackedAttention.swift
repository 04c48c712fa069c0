import Kernels
import Tensors

extension Tensor {
  /// Self-attention with queries, keys and values from one map, in this order of its outputs.
  ///
  /// For `.oneEach` the queries of the other tokens are not computed.
  ///
  /// - Shape: `[tokens, width]` → `[tokens, width]`, or `[sequences, width]` for `.oneEach`
  /// - Parameter map: `[3 · width, width]`
  func selfAttention(
    packed map: AffineMap, offsets: [Int], of wanted: WantedTokens, pattern: AttentionPattern, dropout: DropoutMask?
  ) -> Tensor {
    switch wanted {
    case .all: return linear(map).selfAttention(offsets: offsets, pattern: pattern, dropout: dropout)
    case .oneEach(let tokens):
      let width = map.weight.shape[0] / 3
      let keysAndValues = linear(map.rows(width..<3 * width))  // [t, 2 d]
      return gatherRows(tokens).linear(map.rows(0..<width)).singleQueryAttention(
        to: keysAndValues, offsets: offsets, queries: zip(tokens, offsets).map { $0 - $1 }, pattern: pattern,
        dropout: dropout)
    }
  }

  /// The rows of the wanted tokens.
  func rows(of wanted: WantedTokens) -> Tensor {
    switch wanted {
    case .all: self
    case .oneEach(let tokens): gatherRows(tokens)
    }
  }
}
