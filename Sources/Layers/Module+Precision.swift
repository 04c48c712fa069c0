public import Kernels
import Tensors

extension Module {
  /// Packs the weights of the linear layers for products at a precision.
  ///
  /// The weights themselves stay 32-bit floats; a weight that is changed afterwards is no longer the packed one, and its
  /// products are in 32 bits until it is packed again.
  public mutating func packLinearLayers(for precision: Precision) {
    updateLinearLayers { _, linear in linear.packed = linear.weight.packed(for: precision) }
  }
}
