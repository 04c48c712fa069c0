import Kernels

// Arithmetic broadcasts a dimension of size 1, or a missing leading one, as NumPy does. The gradients below ignore
// that: the tape sums them back.

extension Tensor {
  /// a + b.
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    record(.add, a, b) { a, b in (combined(.add, a, b), { $0 }, { $0 }) }
  }

  /// a − b.
  public static func - (a: Tensor, b: Tensor) -> Tensor {
    record(.subtract, a, b) { a, b in (combined(.subtract, a, b), { $0 }, { -$0 }) }
  }

  /// a · b, element by element.
  public static func * (a: Tensor, b: Tensor) -> Tensor {
    record(.multiply, a, b) { a, b in (combined(.multiply, a, b), { $0 * b }, { $0 * a }) }
  }

  /// a / b, element by element.
  public static func / (a: Tensor, b: Tensor) -> Tensor {
    record(.divide, a, b) { a, b in (combined(.divide, a, b), { $0 / b }, { -($0 * a / (b * b)) }) }
  }

  /// The larger of two elements; of equal ones the first gets the gradient.
  public static func maximum(_ a: Tensor, _ b: Tensor) -> Tensor {
    record(.maximum, a, b) { a, b in
      (combined(.maximum, a, b), { $0 * combined(.notLess, a, b) }, { $0 * (1 - combined(.notLess, a, b)) })
    }
  }

  /// −x.
  public static prefix func - (x: Tensor) -> Tensor {
    record(.negate, x) { x in (Tensor(map(.negate, x.buffer), shape: x.shape), { -$0 }) }
  }

  /// x + b for a number.
  public static func + (x: Tensor, shift: Float) -> Tensor { affine(x, scale: 1, shift: shift) }
  /// b + x for a number.
  public static func + (shift: Float, x: Tensor) -> Tensor { affine(x, scale: 1, shift: shift) }
  /// x − b for a number.
  public static func - (x: Tensor, shift: Float) -> Tensor { affine(x, scale: 1, shift: -shift) }
  /// b − x for a number.
  public static func - (shift: Float, x: Tensor) -> Tensor { affine(x, scale: -1, shift: shift) }
  /// x · a for a number.
  public static func * (x: Tensor, scale: Float) -> Tensor { affine(x, scale: scale, shift: 0) }
  /// a · x for a number.
  public static func * (scale: Float, x: Tensor) -> Tensor { affine(x, scale: scale, shift: 0) }
  /// x / a for a number.
  public static func / (x: Tensor, divisor: Float) -> Tensor { affine(x, scale: 1 / divisor, shift: 0) }

  /// a · x + b for two numbers.
  private static func affine(_ x: Tensor, scale: Float, shift: Float) -> Tensor {
    record(.affine, x) { x in
      (Tensor(Kernels.affine(x.buffer, scale: scale, shift: shift), shape: x.shape), { $0 * scale })
    }
  }

  private static func combined(_ function: BinaryFunction, _ a: Tensor, _ b: Tensor) -> Tensor {
    if a.shape == b.shape { return Tensor(combine(function, a.buffer, b.buffer), shape: a.shape) }
    guard let shape = a.shape.broadcast(with: b.shape) else {
      fatalError("\(function): the shapes \(a.shape) and \(b.shape) do not fit")
    }
    return Tensor(
      combine(
        function, a.buffer, strides: a.shape.strides(in: shape), b.buffer, strides: b.shape.strides(in: shape),
        shape: shape.rank == 0 ? [1] : shape.dimensions),
      shape: shape)
  }
}
