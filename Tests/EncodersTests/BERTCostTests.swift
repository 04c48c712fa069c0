import Encoders
import TestSupport
import Testing

/// The operations that benchmarks divide by, against a list of every matrix product.
@Suite struct BERTCostTests {
  private let lengths = [5, 1, 12]

  @Test func countsEveryProductOfAllTokens() throws {
    let (model, tokens, squares) = (try CrossEncoder(folder: crossEncoderFolder).transformer, 18.0, 170.0)
    let (width, inner) = (32.0, 64.0)
    let layer =
      product(tokens, width, 3 * width) + product(tokens, width, width)  // into attention and out of it
      + 2 * product(squares, width, 1)  // scores, and what they take of the values
      + product(tokens, width, inner) + product(tokens, inner, width)  // feed-forward
    #expect(model.forwardOperations(lengths: lengths) == 2 * layer)
  }

  @Test func countsKeysAndValuesOnlyOfTokensThatAreNotWanted() throws {
    let (model, tokens, sequences) = (try CrossEncoder(folder: crossEncoderFolder).transformer, 18.0, 3.0)
    let (width, inner) = (32.0, 64.0)
    let lastLayer =
      product(tokens, width, 2 * width) + product(sequences, width, width)  // keys and values, queries
      + 2 * product(tokens, width, 1) + product(sequences, width, width)  // one row of scores a sequence
      + product(sequences, width, inner) + product(sequences, inner, width)
    #expect(
      model.forwardOperations(lengths: lengths, oneToken: true)
        == model.forwardOperations(lengths: lengths) / 2 + lastLayer)
  }

  /// The operations of a product of `[rows, inner]` and `[inner, columns]`.
  private func product(_ rows: Double, _ inner: Double, _ columns: Double) -> Double { 2 * rows * inner * columns }
}
