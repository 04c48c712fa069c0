import Kernels
import TestSupport

/// A guard value: kernels leave it where they have no business.
let untouched: Float = -12345.75

extension SeededGenerator {
  /// A buffer of floats spread evenly over a range.
  mutating func buffer(_ count: Int, in range: ClosedRange<Float> = -1...1) -> FloatBuffer {
    FloatBuffer(floats(count, in: range))
  }

  /// A matrix inside a larger buffer: rows are further apart than they are long, and other elements stand around it.
  mutating func embeddedMatrix(rows: Int, columns: Int) -> (matrix: Matrix, elements: [Float]) {
    let (matrix, buffer) = embeddedTarget(rows: rows, columns: columns)
    let elements = floats(rows * columns)
    for (index, element) in elements.enumerated() {
      buffer[5 + index / columns * (columns + 3) + index % columns] = element
    }
    return (matrix, elements)
  }
}

/// A matrix of guard values inside a larger buffer of the same.
func embeddedTarget(rows: Int, columns: Int, filling value: Float = untouched) -> (matrix: Matrix, buffer: FloatBuffer)
{
  let stride = columns + 3
  let buffer = FloatBuffer(repeating: value, count: rows * stride + 5)
  return (Matrix(buffer, offset: 5, rows: rows, columns: columns, stride: stride), buffer)
}

/// The elements of a matrix made by `embeddedTarget`, and those around it.
func split(_ buffer: FloatBuffer, rows: Int, columns: Int) -> (inside: [Float], outside: [Float]) {
  let all = buffer.elements
  let stride = columns + 3
  var inside: [Float] = []
  var outside = Array(all[..<5])
  for row in 0..<rows {
    inside += all[5 + row * stride..<5 + row * stride + columns]
    outside += all[5 + row * stride + columns..<5 + (row + 1) * stride]
  }
  return (inside, outside)
}

extension DoubleTensor {
  /// The numbers of a whole buffer as a matrix.
  init(_ buffer: FloatBuffer, rows: Int, columns: Int) { self.init(buffer.elements, shape: [rows, columns]) }
}

extension Matrix {
  /// A whole buffer as a matrix.
  init(_ buffer: FloatBuffer, _ rows: Int, _ columns: Int) { self.init(buffer, rows: rows, columns: columns) }
}

extension GatedFeedForwardKernel.PerInput where Value == Bool {
  /// Every gradient, with the input's weights in one map or two.
  static func all(maps: Int) -> Self {
    let map = GatedFeedForwardKernel.PerMap(weight: true, bias: true)
    return Self(x: true, input: Array(repeating: map, count: maps), output: map)
  }
}

extension FeedForwardKernel.PerInput where Value == Bool {
  /// Every gradient.
  static var all: Self { Self(x: true, inputWeight: true, inputBias: true, outputWeight: true, outputBias: true) }
}

extension FeedForwardKernel {
  /// The kernel for weights in 32 bits.
  init(
    inputWeight: Matrix, inputBias: FloatBuffer?, outputWeight: Matrix, outputBias: FloatBuffer?, activation: Activation
  ) {
    self.init(
      inputWeight: LayerWeight(inputWeight), inputBias: inputBias, outputWeight: LayerWeight(outputWeight),
      outputBias: outputBias, activation: activation)
  }
}

extension GatedFeedForwardKernel {
  /// The kernel for weights in 32 bits.
  init(
    input: [(weight: Matrix, bias: FloatBuffer?)], gateIsFirst: Bool, outputWeight: Matrix, outputBias: FloatBuffer?,
    activation: Activation, mask: DropoutMask? = nil
  ) {
    self.init(
      input: input.map { (LayerWeight($0.weight), $0.bias) }, gateIsFirst: gateIsFirst,
      outputWeight: LayerWeight(outputWeight), outputBias: outputBias, activation: activation, mask: mask)
  }
}
