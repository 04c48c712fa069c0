public import Layers
public import Tensors

/// An encoder of tokens, of any family: token ids to hidden states.
///
/// Its tree of modules is the checkpoint's tree. A family is one folder with such a model, its configuration and its head, and a
/// line in ``Families``.
public protocol Transformer: Module {
  /// The type of ``configuration``.
  associatedtype Configuration: TransformerConfiguration
  /// The shape and the settings of the model.
  var configuration: Configuration { get }

  /// The hidden states of a batch.
  ///
  /// - Shape: → `[tokens, width]`, or `[sequences, width]` where one token of each sequence is wanted
  func callAsFunction(_ batch: TokenBatch, of wanted: WantedTokens, _ context: inout ForwardContext) -> Tensor
}

extension Transformer {
  /// The numbers that others need to know of any family.
  public var shape: TransformerShape { configuration.shape }

  /// The hidden state of every token.
  ///
  /// - Shape: → `[tokens, width]`
  public func callAsFunction(_ batch: TokenBatch, _ context: inout ForwardContext) -> Tensor {
    self(batch, of: .all, &context)
  }
}

/// The tokens whose hidden states are read; of the others the last layer computes only what these depend on.
public enum WantedTokens: Sendable, Equatable {
  /// Every token.
  case all
  /// One token of each sequence, by its index in the batch.
  case oneEach([Int])
}

/// The settings of a transformer, from which its model is made.
public protocol TransformerConfiguration: Sendable, Equatable {
  /// The numbers that others need to know of any family.
  var shape: TransformerShape { get }

  /// The floating-point operations of one forward pass over sequences of these lengths; the reverse pass takes twice as many.
  ///
  /// Multiplications and additions of matrix products only: what a perfect implementation could not leave out.
  ///
  /// - Parameter oneToken: true where only one token of each sequence is wanted.
  func forwardOperations(lengths: some Sequence<Int>, oneToken: Bool) -> Double
}

/// The numbers that others need to know of a transformer.
public struct TransformerShape: Sendable, Equatable {
  /// Width of the hidden states.
  public let width: Int
  /// The longest sequence, in tokens.
  public let positions: Int
  /// Rows of the word embeddings.
  public let vocabulary: Int
  /// Rows of the token type embeddings; nil where the family has none, so that token types are not read.
  public let tokenTypes: Int?
}
