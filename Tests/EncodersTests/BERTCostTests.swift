import Encoders
import TestSupport
import Testing

/// The operations that benchmarks divide by, against a list of every matrix product.
@Suite struct BERTCostTests {
  private let lengths = [5, 1, 12]
  private let configuration: any TransformerConfiguration

  init() throws { configuration = try CrossEncoder(folder: crossEncoderFolder).transformer.configuration }

  @Test func countsEveryProductOfAllTokens() {
    let (tokens, squares) = (18.0, 170.0)
    let (width, inner) = (32.0, 64.0)
    let layer =
      product(tokens, width, 3 * width) + product(tokens, width, width)  // into attention and out of it
      + 2 * product(squares, width, 1)  // scores, and what they take of the values
      + product(tokens, width, inner) + product(tokens, inner, width)  // feed-forward
    #expect(configuration.forwardOperations(lengths: lengths, oneToken: false) == 2 * layer)
  }

  @Test func countsKeysAndValuesOnlyOfTokensThatAreNotWanted() {
    let (tokens, sequences) = (18.0, 3.0)
    let (width, inner) = (32.0, 64.0)
    let lastLayer =
      product(tokens, width, 2 * width) + product(sequences, width, width)  // keys and values, queries
      + 2 * product(tokens, width, 1) + product(sequences, width, width)  // one row of scores a sequence
      + product(sequences, width, inner) + product(sequences, inner, width)
    #expect(
      configuration.forwardOperations(lengths: lengths, oneToken: true)
        == configuration.forwardOperations(lengths: lengths, oneToken: false) / 2 + lastLayer)
  }

  /// The operations of a product of `[rows, inner]` and `[inner, columns]`.
  private func product(_ rows: Double, _ inner: Double, _ columns: Double) -> Double { 2 * rows * inner * columns }
}
