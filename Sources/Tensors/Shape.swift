import Kernels

/// The dimensions of a tensor, outermost first; empty for a scalar.
public struct Shape: Sendable, Hashable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// The size along each dimension.
  public let dimensions: [Int]

  /// Makes a shape; every dimension is 0 or more.
  public init(_ dimensions: [Int]) {
    require(dimensions.allSatisfy { $0 >= 0 }, "shape: \(dimensions) has a negative dimension")
    self.dimensions = dimensions
  }

  /// Makes a shape from a literal such as `[2, 3]`.
  public init(arrayLiteral elements: Int...) { self.init(elements) }

  /// The number of dimensions.
  public var rank: Int { dimensions.count }

  /// The number of elements.
  public var count: Int { dimensions.reduce(1, *) }

  /// The size along the last dimension; 1 for a scalar.
  public var width: Int { dimensions.last ?? 1 }

  /// The number of rows of `width` elements.
  public var rows: Int { dimensions.dropLast().reduce(1, *) }

  /// The size along a dimension; −1 is the last.
  public subscript(_ axis: Int) -> Int { dimensions[resolved(axis)] }

  /// The shape as it is written in messages: `[2, 3]`.
  public var description: String { "[" + dimensions.map(String.init).joined(separator: ", ") + "]" }

  /// The index of a dimension, counted from the front.
  func resolved(_ axis: Int) -> Int {
    let index = axis < 0 ? axis + rank : axis
    require(index >= 0 && index < rank, "axis \(axis) of shape \(self)")
    return index
  }

  /// The shape that two shapes broadcast to, aligned at the last dimension, as in NumPy; nil if they do not fit.
  func broadcast(with other: Shape) -> Shape? {
    var result: [Int] = []
    for position in stride(from: 1, through: max(rank, other.rank), by: 1) {
      let a = position <= rank ? dimensions[rank - position] : 1
      let b = position <= other.rank ? other.dimensions[other.rank - position] : 1
      if a != b && a != 1 && b != 1 { return nil }
      result.append(a == 1 ? b : a)
    }
    return Shape(result.reversed())
  }

  /// Floats from one element to the next along each dimension of a larger shape; 0 where this one is broadcast.
  func strides(in target: Shape) -> [Int] {
    var strides = [Int](repeating: 0, count: target.rank)
    var next = 1
    for position in stride(from: 1, through: rank, by: 1) {
      let size = dimensions[rank - position]
      strides[target.rank - position] = size == 1 ? 0 : next
      next *= size
    }
    return strides
  }
}
