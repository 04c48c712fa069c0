import Kernels
import Layers
import Tensors

extension BiEncoder {
  /// The model without a division by the length at its end: its vectors are what a module appended to it sees.
  public var withoutFinalNormalize: BiEncoder {
    var model = self
    while case .normalize = model.heads.last { model.heads.removeLast() }
    return model
  }

  /// The model with a Dense module behind it and its vectors divided by their length.
  ///
  /// A Normalize at the end moves behind the Dense module. Readers such as text-embeddings-inference apply every Dense module
  /// to the pooled vector and normalize once, whatever `modules.json` has between them; only in this order do they
  /// compute the same vectors.
  ///
  /// - Parameter dense: a module that takes vectors of `dimensions` numbers.
  public func appending(_ dense: DenseHead) -> BiEncoder {
    require(
      dense.linear.weight.shape[1] == dimensions,
      "BiEncoder: a Dense module of \(dense.linear.weight.shape[1]) inputs behind vectors of \(dimensions) numbers")
    var model = withoutFinalNormalize
    model.heads += [.dense(dense), .normalize]
    return model
  }

  /// The model with a new Dense module behind it, to be trained: orthogonal, so that at first it keeps angles as well as its
  /// shape lets it.
  ///
  /// - Parameters:
  ///   - dimensions: the width of the vectors that come out.
  ///   - seed: what the module's weight depends on.
  public func appendingNewDense(
    dimensions outputs: Int, activation: DenseHead.Activation = .identity, seed: UInt64
  ) -> BiEncoder {
    appending(
      DenseHead(linear: .orthogonal(inputs: dimensions, outputs: outputs, seed: seed), activation: activation))
  }
}
