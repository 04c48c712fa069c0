/// The matrix products of a stack of equal layers in which every token attends to all tokens of its sequence.
///
///     2 · weights · tokens + 4 · width · Σ length²        per layer
///
/// With the reverse pass that is 6 · parameters · tokens, plus attention.
struct LayerOperations {
  /// The number of layers.
  let layers: Int
  /// The width of queries, keys and values.
  let width: Int
  /// The number of weights in a layer.
  let weights: Int

  /// The floating-point operations of one forward pass over sequences of these lengths.
  ///
  /// - Parameter oneToken: true if only one token of each sequence is wanted, so the last layer computes only keys and
  ///   values of the others.
  func count(lengths: some Sequence<Int>, oneToken: Bool) -> Double {
    var (sequences, tokens, squares) = (0.0, 0.0, 0.0)
    for length in lengths {
      sequences += 1
      tokens += Double(length)
      squares += Double(length) * Double(length)
    }
    let (width, weights) = (Double(width), Double(weights))
    let keysAndValues = 2 * width * width
    return Double(layers) * (2 * weights * tokens + 4 * width * squares)
      - (oneToken ? 2 * (weights - keysAndValues) * (tokens - sequences) + 4 * width * (squares - tokens) : 0)
  }
}
