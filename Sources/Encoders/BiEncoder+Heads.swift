import Kernels
import Layers
import Tensors

extension BiEncoder {
  /// The model without a Normalize and a truncation at its end, so that its vectors are the input of a module appended
  /// to it.
  public var withoutFinalNormalize: BiEncoder {
    var model = self
    model.settings.truncation = nil
    while case .normalize = model.heads.last { model.heads.removeLast() }
    return model
  }

  /// The model with a Dense module appended and its vectors divided by their length.
  ///
  /// A Normalize at the end moves after the Dense module. Readers such as text-embeddings-inference apply every Dense
  /// module to the pooled vector and normalize once, whatever `modules.json` has between them; they compute the same
  /// vectors only in this order.
  ///
  /// - Parameter dense: a module that takes whole vectors, before their truncation, which ends with it.
  public func appending(_ dense: DenseHead) -> BiEncoder {
    require(
      dense.linear.weight.shape[1] == outputWidth,
      "BiEncoder: a Dense module of \(dense.linear.weight.shape[1]) inputs behind vectors of \(outputWidth) numbers")
    var model = withoutFinalNormalize
    model.heads += [.dense(dense), .normalize]
    return model
  }

  /// The model with a new Dense module appended, to be trained; it starts orthogonal, so it keeps angles as well as its
  /// shape allows.
  ///
  /// - Parameters:
  ///   - dimensions: the width of the output vectors.
  ///   - seed: the seed of the module's weight.
  public func appendingNewDense(
    dimensions outputs: Int, activation: DenseHead.Activation = .identity, seed: UInt64
  ) -> BiEncoder {
    appending(
      DenseHead(linear: .orthogonal(inputs: outputWidth, outputs: outputs, seed: seed), activation: activation))
  }
}
