public import Layers
public import Tensors

/// An encoder of tokens, of any family: token ids to hidden states.
///
/// Its module tree is the checkpoint's tree. A family is one folder with a model, its configuration and its head, and
/// one line in ``Families``.
public protocol Transformer: Module {
  /// The type of ``configuration``.
  associatedtype Configuration: TransformerConfiguration
  /// The shape and the settings of the model.
  var configuration: Configuration { get }

  /// The hidden states of a batch.
  ///
  /// - Shape: → `[tokens, width]`, or `[sequences, width]` for `.oneEach`
  func callAsFunction(_ batch: TokenBatch, of wanted: WantedTokens, _ context: inout ForwardContext) -> Tensor

  /// The hidden states of every token after the embeddings and after each layer but the last, then those of the wanted
  /// tokens after the last; nil if the family does not give them.
  ///
  /// Upstream: `hidden_states` of a model's output in transformers.
  ///
  /// - Shape: → `[tokens, width]` each; the last `[sequences, width]` for `.oneEach`
  func allHiddenStates(_ batch: TokenBatch, of wanted: WantedTokens, _ context: inout ForwardContext) -> [Tensor]?
}

extension Transformer {
  /// The family does not give them.
  public func allHiddenStates(
    _ batch: TokenBatch, of wanted: WantedTokens, _ context: inout ForwardContext
  ) -> [Tensor]? { nil }

  /// The sizes that code outside the family reads.
  public var shape: TransformerShape { configuration.shape }

  /// The hidden state of every token.
  ///
  /// - Shape: → `[tokens, width]`
  public func callAsFunction(_ batch: TokenBatch, _ context: inout ForwardContext) -> Tensor {
    self(batch, of: .all, &context)
  }
}

/// The tokens whose hidden states are read; for the others, the last layer computes only what these depend on.
public enum WantedTokens: Sendable, Equatable {
  /// Every token.
  case all
  /// One token of each sequence, by its index in the batch.
  case oneEach([Int])
}

/// The settings of a transformer, from which its model is made.
public protocol TransformerConfiguration: Sendable, Equatable {
  /// The sizes that code outside the family reads.
  var shape: TransformerShape { get }

  /// The floating-point operations of a forward pass over sequences of these lengths; a reverse pass takes twice as
  /// many.
  ///
  /// Counts only the multiplications and additions of matrix products, which no implementation can avoid.
  ///
  /// - Parameter oneToken: true if only one token of each sequence is wanted.
  func forwardOperations(lengths: some Sequence<Int>, oneToken: Bool) -> Double
}

/// The sizes of a transformer that code outside its family reads.
public struct TransformerShape: Sendable, Equatable {
  /// Width of the hidden states.
  public let width: Int
  /// The longest sequence, in tokens.
  public let positions: Int
  /// Rows of the word embeddings.
  public let vocabulary: Int
  /// Rows of the token type embeddings; nil if the family has none and token types are not read.
  public let tokenTypes: Int?
}
