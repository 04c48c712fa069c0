/// The matrix products of a stack of equal layers, in which a token attends to all tokens of its sequence or to those
/// within a window.
///
///     2 · weights · tokens + 4 · width · Σ pairs        per layer
///
/// With the reverse pass that is 6 · parameters · tokens, plus attention.
struct LayerOperations {
  /// The number of layers.
  let layers: Int
  /// The width of queries, keys and values.
  let width: Int
  /// The width inside the feed-forward block.
  let inner: Int
  /// True if the feed-forward block is gated.
  var isGated = false
  /// The tokens on each side that a token attends to; nil for the whole sequence.
  var window: Int?

  /// The number of weights in a layer.
  private var weights: Int { width * (4 * width + (isGated ? 3 : 2) * inner) }

  /// The floating-point operations of one forward pass over sequences of these lengths.
  ///
  /// - Parameter oneToken: true if only one token of each sequence is wanted, the first or the last, so the last layer
  ///   computes only keys and values of the others.
  func count(lengths: some Sequence<Int>, oneToken: Bool) -> Double {
    var (sequences, tokens, pairs, seen) = (0.0, 0.0, 0.0, 0.0)
    for length in lengths {
      let reach = min(window ?? length, length)
      sequences += 1
      tokens += Double(length)
      // Every token sees itself, and `reach` on each side that are not beyond the ends.
      pairs += Double(length) + Double(reach) * Double(2 * length - reach - 1)
      seen += Double(min(length, reach + 1))
    }
    let (width, weights) = (Double(width), Double(weights))
    let keysAndValues = 2 * width * width
    return Double(layers) * (2 * weights * tokens + 4 * width * pairs)
      - (oneToken ? 2 * (weights - keysAndValues) * (tokens - sequences) + 4 * width * (pairs - seen) : 0)
  }
}
