package import Kernels

/// A multidimensional array of 32-bit floats: contiguous and row-major.
///
/// A tensor is a value; a copy is a snapshot. It is either on a tape, because it was computed from something that needs
/// a gradient, or a constant. There is no flag, no mode and nothing to reset.
public struct Tensor: Sendable {
  /// The dimensions.
  public let shape: Shape
  package private(set) var buffer: FloatBuffer
  /// The node of this value on the tape that recorded it; nil for a constant.
  var node: Node?
  /// The rows of a table that this tensor holds, as the gradient of a table may; nil for a tensor that is whole.
  ///
  /// Only the gradients that a ``Pullback`` was asked for have it.
  public internal(set) var selection: RowSelection?

  /// A slot of a tape.
  struct Node: Sendable {
    let tape: Tape
    let slot: Int
    /// True if the gradient may be one of some rows.
    var takesRows = false
  }

  package init(_ buffer: FloatBuffer, shape: Shape) {
    require(buffer.count == shape.count, "tensor: \(buffer.count) elements do not fill \(shape)")
    self.buffer = buffer
    self.shape = shape
  }

  /// Makes a tensor from its elements in row-major order.
  public init(_ elements: [Float], shape: Shape) { self.init(FloatBuffer(elements), shape: shape) }

  /// Makes a scalar.
  public init(_ value: Float) { self.init(FloatBuffer([value]), shape: []) }

  /// Makes a tensor with one value everywhere.
  public init(repeating value: Float, shape: Shape) {
    self.init(FloatBuffer(repeating: value, count: shape.count), shape: shape)
  }

  /// Makes a tensor from the little-endian bytes of 32-bit floats.
  public init(littleEndianBytes bytes: [UInt8], shape: Shape) {
    self.init(FloatBuffer(littleEndianBytes: bytes), shape: shape)
  }

  /// Makes a tensor whose elements a closure fills in row-major order.
  public init<Failure: Error>(
    shape: Shape, initializingWith fill: (inout MutableSpan<Float>) throws(Failure) -> Void
  ) throws(Failure) {
    self.init(try FloatBuffer(count: shape.count, initializingWith: fill), shape: shape)
  }

  /// The elements in row-major order.
  public var elements: [Float] { buffer.elements }

  /// Some of the elements in row-major order.
  public func elements(in range: Range<Int>) -> [Float] { buffer.elements(in: range) }

  /// The only element of a tensor that has one.
  public var scalar: Float {
    require(shape.count == 1, "scalar: the shape is \(shape)")
    return buffer[0]
  }

  /// The elements of one row of a matrix.
  public func row(_ index: Int) -> [Float] {
    require(shape.rank == 2 && index >= 0 && index < shape[0], "row \(index) of \(shape)")
    return buffer.elements(in: index * shape.width..<(index + 1) * shape.width)
  }

  /// The same value off the tape: no gradient goes back through it.
  public var detached: Tensor {
    var result = self
    result.node = nil
    return result
  }

  /// True if every element is finite.
  public var isFinite: Bool { sumOfSquares(buffer).isFinite || buffer.elements.allSatisfy { $0.isFinite } }

  /// Σ x², in double precision.
  public var squaredNorm: Double {
    guard let selection else { return sumOfSquares(buffer) }
    return sumOfSquares(buffer, rows: selection.rows, of: selection.tableRows, width: shape.width)
  }

  /// Changes the elements in place; copies them first if another tensor shares them.
  package mutating func withUniqueBuffer<Result>(_ body: (FloatBuffer) -> Result) -> Result {
    require(node == nil, "a tensor on a tape cannot be changed")
    if !isKnownUniquelyReferenced(&buffer) { buffer = buffer.copy() }
    return body(buffer)
  }

  /// The view of a matrix that kernels take.
  var matrix: Matrix {
    require(shape.rank == 2, "a matrix is needed, the shape is \(shape)")
    return Matrix(buffer, rows: shape[0], columns: shape[1])
  }
}
