import Layers
import OrderedCollections
import Tensors
import TestSupport
import Testing

extension SeededGenerator {
  /// Numbers between −size and size.
  mutating func tensor(_ shape: Shape, size: Float = 1) -> Tensor {
    Tensor(floats(shape.count, in: -size...size), shape: shape)
  }
}

/// The largest difference of two tensors, as a share of the largest element where that is above 1.
func difference(_ a: Tensor, _ b: Tensor) -> Float {
  guard a.shape == b.shape else { return .infinity }
  let scale = b.elements.reduce(1) { max($0, abs($1)) }
  return zip(a.elements, b.elements).reduce(0) { max($0, abs($1.0 - $1.1)) } / scale
}

/// ‖a − b‖ / ‖b‖ over all parameters.
func difference(_ a: ParameterDictionary, _ b: ParameterDictionary) -> Double {
  guard a.keys == b.keys else { return .infinity }
  let square = zip(a.values, b.values).reduce(0) { $0 + ($1.0 - $1.1).squaredNorm }
  return (square / b.values.reduce(0) { $0 + $1.squaredNorm }).squareRoot()
}

/// Whether two tensors agree to the last bit.
func sameBits(_ a: Tensor?, _ b: Tensor?) -> Bool {
  guard let a, let b, a.shape == b.shape else { return false }
  return a.elements.map(\.bitPattern) == b.elements.map(\.bitPattern)
}
