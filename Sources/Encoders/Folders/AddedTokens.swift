import JSONText
import Kernels
import Layers
import OrderedCollections
import Tensors

/// Tokens that a model gets beside its own, before training.
public struct AddedTokens: Sendable, Equatable {
  /// The tokens, which are found in texts as they stand.
  public let texts: [String]
  /// The seed of their word embeddings.
  public let seed: UInt64

  /// Makes a list of tokens.
  public init(_ texts: [String], seed: UInt64) {
    self.texts = texts
    self.seed = seed
  }

  /// The word embeddings of a table with those of new tokens behind them.
  ///
  /// Each is drawn around the mean of the table, with a billionth of its covariance:
  ///
  ///     row = μ + √(10⁻⁹ / n) Σ zᵢ (eᵢ − μ)        zᵢ from a normal distribution
  ///
  /// Upstream: transformers 5.24, `_init_added_embeddings_weights_with_mean` in `modeling_utils.py`.
  ///
  /// - Shape: `[n, width]` → `[rows, width]`
  func extended(_ table: Tensor, to rows: Int) -> Tensor {
    let (count, new) = (table.shape[0], rows - table.shape[0])
    let mean = table.sum(axis: 0, keepingDimension: true) / Float(count)
    // "rows": heads and training steps hash the same seed with other numbers.
    let weights = Tensor(
      normalWithDeviation: (1e-9 / Float(count)).squareRoot(), shape: [new, count], key: mixed(seed, 0x726F_7773))
    return Tensor.concatenated([table, weights.matmul(table - mean) + mean])
  }
}

extension EncoderFamily {
  /// A transformer of this configuration with the parameters of one that has fewer word embeddings.
  func makeTransformer(extending smaller: any Transformer, by tokens: AddedTokens) -> any Transformer {
    var transformer = makeTransformer()
    let parameters = smaller.parameters
    transformer.updateParameters { key, parameter in
      guard let own = parameters[key] else { fatalError("the smaller transformer has no \(key)") }
      parameter = key == Self.folder.wordEmbeddings ? tokens.extended(own, to: parameter.shape[0]) : own
    }
    return transformer
  }
}
