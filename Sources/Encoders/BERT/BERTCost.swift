extension BERTModel {
  /// The floating-point operations of one forward pass over sequences of these lengths; the reverse pass takes twice as many.
  ///
  ///     2 · parameters of the layers · tokens + 4 · layers · width · Σ length²
  ///
  /// Multiplications and additions of matrix products only: what a perfect implementation could not leave out. With the reverse
  /// pass that is 6 · parameters · tokens, plus attention.
  ///
  /// - Parameter oneToken: Whether only one token of each sequence is wanted, so that of the others the last layer computes nothing
  ///   but keys and values.
  public func forwardOperations(lengths: some Sequence<Int>, oneToken: Bool = false) -> Double {
    var (sequences, tokens, squares) = (0.0, 0.0, 0.0)
    for length in lengths {
      sequences += 1
      tokens += Double(length)
      squares += Double(length) * Double(length)
    }
    let width = Double(configuration.hiddenSize)
    let parameters = width * (4 * width + 2 * Double(configuration.intermediateSize))
    let keysAndValues = 2 * width * width
    return Double(configuration.layerCount) * (2 * parameters * tokens + 4 * width * squares)
      - (oneToken ? 2 * (parameters - keysAndValues) * (tokens - sequences) + 4 * width * (squares - tokens) : 0)
  }
}
