extension BERTModel {
  /// The floating-point operations of one forward pass over sequences of these lengths; the reverse pass takes twice as many.
  ///
  ///     2 · parameters of the layers · tokens + 4 · layers · width · Σ length²
  ///
  /// Multiplications and additions of matrix products only: what a perfect implementation could not leave out. With the reverse
  /// pass that is 6 · parameters · tokens, plus attention.
  public func forwardOperations(lengths: some Sequence<Int>) -> Double {
    var (tokens, squares) = (0.0, 0.0)
    for length in lengths {
      tokens += Double(length)
      squares += Double(length) * Double(length)
    }
    let width = Double(configuration.hiddenSize)
    let parameters = width * (4 * width + 2 * Double(configuration.intermediateSize))
    return Double(configuration.layerCount) * (2 * parameters * tokens + 4 * width * squares)
  }
}
