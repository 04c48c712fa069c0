public import Kernels
import Tensors

extension Module {
  /// Packs the weights of the linear layers for products at a precision.
  ///
  /// The weights themselves stay 32-bit floats; a weight that is changed afterwards is no longer the packed one, and its
  /// products are in 32 bits until it is packed again.
  ///
  /// - Parameter withGradients: true if the products of the gradients are at the precision too, which is then no less
  ///   than `bfloat16`. A packed weight shares the memory of the weight, so training packs a copy of the model for one
  ///   step, and drops it before the optimizer changes the weights in place.
  public mutating func packLinearLayers(for precision: Precision, withGradients: Bool = false) {
    updateLinearLayers { _, linear in
      linear.packed = linear.weight.packed(for: precision, withGradients: withGradients)
    }
  }
}
