public import Tensors

/// Numbers in a shape, row-major, in double precision: what the engine is measured against.
///
/// Its functions are the plainest loops that compute the right thing. They share no code with the engine, check little and
/// are slow.
public struct DoubleTensor: Sendable {
  /// The size along each dimension.
  public let shape: [Int]
  /// The elements in row-major order.
  public var elements: [Double]

  /// Makes a tensor from its elements.
  public init(_ elements: [Double], shape: [Int]) {
    precondition(elements.count == shape.reduce(1, *), "\(elements.count) elements do not fill \(shape)")
    self.elements = elements
    self.shape = shape
  }

  /// Makes a tensor from 32-bit floats.
  public init(_ elements: [Float], shape: [Int]) { self.init(elements.doubles, shape: shape) }

  /// Makes a tensor from one of the engine's.
  public init(_ tensor: Tensor) { self.init(tensor.elements, shape: tensor.shape.dimensions) }

  /// Makes a tensor of zeros.
  public init(zeros shape: [Int]) { self.init([Double](repeating: 0, count: shape.reduce(1, *)), shape: shape) }

  /// The size along the last dimension; 1 for a scalar.
  public var width: Int { shape.last ?? 1 }

  /// The number of rows of `width` elements.
  public var rows: Int { shape.dropLast().reduce(1, *) }

  /// The element of a matrix; rows are all dimensions but the last.
  public subscript(_ row: Int, _ column: Int) -> Double {
    get { elements[row * width + column] }
    set { elements[row * width + column] = newValue }
  }

  /// The elements of one row.
  public func row(_ index: Int) -> [Double] { Array(elements[index * width..<(index + 1) * width]) }

  /// The same elements in another shape.
  public func reshaped(_ shape: [Int]) -> DoubleTensor { DoubleTensor(elements, shape: shape) }
}

// MARK: - Element by element

extension DoubleTensor {
  /// f(x) for every element.
  public func mapped(_ function: (Double) -> Double) -> DoubleTensor {
    DoubleTensor(elements.map(function), shape: shape)
  }

  /// f(a, b) with the broadcasting of NumPy.
  public static func combined(
    _ a: DoubleTensor, _ b: DoubleTensor, _ function: (Double, Double) -> Double
  ) -> DoubleTensor {
    let rank = max(a.shape.count, b.shape.count)
    let (aShape, bShape) = (a.padded(rank), b.padded(rank))
    var result = DoubleTensor(zeros: zip(aShape, bShape).map { $0 == 1 ? $1 : $0 })
    for index in result.elements.indices {
      result.elements[index] = function(
        a.elements[position(of: index, in: result.shape, within: aShape)],
        b.elements[position(of: index, in: result.shape, within: bShape)])
    }
    return result
  }

  /// The shape with ones in front.
  private func padded(_ rank: Int) -> [Int] { [Int](repeating: 1, count: rank - shape.count) + shape }

  /// Where the element at `index` of a shape comes from in a shape that is repeated along dimensions of size 1.
  private static func position(of index: Int, in shape: [Int], within source: [Int]) -> Int {
    var (rest, stride, result) = (index, 1, 0)
    for axis in shape.indices.reversed() {
      result += min(rest % shape[axis], source[axis] - 1) * stride
      rest /= shape[axis]
      stride *= source[axis]
    }
    return result
  }

  /// a + b.
  public static func + (a: DoubleTensor, b: DoubleTensor) -> DoubleTensor { combined(a, b, +) }
  /// a − b.
  public static func - (a: DoubleTensor, b: DoubleTensor) -> DoubleTensor { combined(a, b, -) }
  /// a · b.
  public static func * (a: DoubleTensor, b: DoubleTensor) -> DoubleTensor { combined(a, b, *) }
  /// a / b.
  public static func / (a: DoubleTensor, b: DoubleTensor) -> DoubleTensor { combined(a, b, /) }
}

// MARK: - Products

extension DoubleTensor {
  /// The transpose of a matrix.
  public var transposed: DoubleTensor {
    var result = DoubleTensor(zeros: [shape[1], shape[0]])
    for row in 0..<shape[0] {
      for column in 0..<shape[1] { result[column, row] = self[row, column] }
    }
    return result
  }

  /// The matrix product.
  public func matmul(_ other: DoubleTensor) -> DoubleTensor {
    let (inner, columns) = (shape[1], other.shape[1])
    var result = DoubleTensor(zeros: [shape[0], columns])
    for row in 0..<shape[0] {
      for k in 0..<inner {
        let factor = elements[row * inner + k]
        for column in 0..<columns {
          result.elements[row * columns + column] += factor * other.elements[k * columns + column]
        }
      }
    }
    return result
  }

  /// x Wᵀ + b.
  public func linear(weight: DoubleTensor, bias: DoubleTensor?) -> DoubleTensor {
    let product = matmul(weight.transposed)
    return bias.map { product + $0 } ?? product
  }
}
