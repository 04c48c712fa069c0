#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A function of one float.
package enum UnaryFunction: Sendable {
  case negate, exponential, logarithm, tanh, squareRoot, sigmoid, softplus, relu, absolute, sign, step
}

/// y[i] = f(x[i]).
package func map(_ function: UnaryFunction, _ x: FloatBuffer) -> FloatBuffer {
  let y = FloatBuffer(uninitialized: x.count)
  parallelChunks(x.count) { range in
    let (source, target, count) = (x.base + range.lowerBound, y.base + range.lowerBound, range.count)
    switch function {
    case .negate: mapLanes(source, target, count) { -$0 }
    case .exponential: mapLanes(source, target, count) { exponentialToInfinity($0) }
    case .logarithm: for index in 0..<count { target[index] = logf(source[index]) }
    case .tanh: for index in 0..<count { target[index] = tanhf(source[index]) }
    case .squareRoot: mapLanes(source, target, count) { $0.squareRoot() }
    case .sigmoid: mapLanes(source, target, count) { 1 / (1 + Kernels.exponential(-$0)) }
    // max(x, 0) + log(1 + e^−|x|): no overflow on either side.
    case .softplus: for index in 0..<count { target[index] = max(source[index], 0) + log1pf(expf(-abs(source[index]))) }
    case .relu: mapLanes(source, target, count) { larger($0, Lanes()) }
    case .absolute: mapLanes(source, target, count) { floats(bitPattern($0) & 0x7FFF_FFFF) }
    case .sign:
      mapLanes(source, target, count) {
        Lanes().replacing(with: 1, where: $0 .> Lanes()).replacing(with: -1, where: $0 .< Lanes())
      }
    case .step: mapLanes(source, target, count) { Lanes().replacing(with: 1, where: $0 .> Lanes()) }
    }
  }
  return y
}

/// e^x up to infinity: `exponential` saturates at 88, and the largest float is e^88.72.
@inline(__always)
private func exponentialToInfinity(_ x: Lanes) -> Lanes {
  let isLarge = x .> Lanes(repeating: 88)
  let power = exponential(x.replacing(with: x - 1, where: isLarge))
  return power.replacing(with: power * 2.718_281_8, where: isLarge)
}

/// y[i] = a · x[i] + b.
package func affine(_ x: FloatBuffer, scale: Float, shift: Float) -> FloatBuffer {
  let y = FloatBuffer(uninitialized: x.count)
  parallelChunks(x.count) { range in
    mapLanes(x.base + range.lowerBound, y.base + range.lowerBound, range.count) {
      multiplyAdd($0, Lanes(repeating: scale), Lanes(repeating: shift))
    }
  }
  return y
}

/// A function of two floats.
package enum BinaryFunction: Sendable {
  case add, subtract, multiply, divide
  /// The larger; NaN if either is NaN.
  case maximum
  /// 1 where the first is larger or equal, else 0.
  case notLess

  @inline(__always)
  func callAsFunction(_ a: Lanes, _ b: Lanes) -> Lanes {
    switch self {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .maximum: larger(a, b).replacing(with: b, where: b .!= b)
    case .notLess: Lanes().replacing(with: 1, where: a .>= b)
    }
  }
}

/// z[i] = f(x[i], y[i]) for buffers of one size.
package func combine(_ function: BinaryFunction, _ x: FloatBuffer, _ y: FloatBuffer) -> FloatBuffer {
  require(x.count == y.count, "combine: \(x.count) and \(y.count) elements")
  let z = FloatBuffer(uninitialized: x.count)
  parallelChunks(x.count) { range in
    combineRow(
      function, x.base + range.lowerBound, y.base + range.lowerBound, z.base + range.lowerBound, range.count)
  }
  return z
}

/// x[i] += y[i], in place.
package func addInPlace(_ x: FloatBuffer, _ y: FloatBuffer) {
  require(x.count == y.count, "addInPlace: \(x.count) and \(y.count) elements")
  parallelChunks(x.count) { range in
    combineRow(.add, x.base + range.lowerBound, y.base + range.lowerBound, x.base + range.lowerBound, range.count)
  }
}

/// z = f(x, y), where x and y are broadcast along some dimensions of z.
///
/// - Parameters:
///   - shape: the dimensions of z.
///   - xStrides: floats from one element of x to the next along each dimension, 0 where x repeats.
///   - yStrides: the same for y.
package func combine(
  _ function: BinaryFunction, _ x: FloatBuffer, strides xStrides: [Int], _ y: FloatBuffer, strides yStrides: [Int],
  shape: [Int]
) -> FloatBuffer {
  let count = shape.reduce(1, *)
  let z = FloatBuffer(uninitialized: count)
  let width = shape.last ?? 1
  if count == 0 { return z }
  let (xStep, yStep) = (xStrides.last ?? 1, yStrides.last ?? 1)
  parallelRows(count / width, width: width) { rows in
    let xRow = FloatBuffer(uninitialized: xStep == 1 ? 0 : width)
    let yRow = FloatBuffer(uninitialized: yStep == 1 ? 0 : width)
    for row in rows {
      var rest = row
      var (xOffset, yOffset) = (0, 0)
      for dimension in shape.indices.dropLast().reversed() {
        let index = rest % shape[dimension]
        rest /= shape[dimension]
        xOffset += index * xStrides[dimension]
        yOffset += index * yStrides[dimension]
      }
      combineRow(
        function, contiguousRow(x.base + xOffset, step: xStep, width: width, scratch: xRow),
        contiguousRow(y.base + yOffset, step: yStep, width: width, scratch: yRow), z.base + row * width, width)
    }
  }
  return z
}

private func contiguousRow(
  _ source: UnsafeMutablePointer<Float>, step: Int, width: Int, scratch: FloatBuffer
) -> UnsafePointer<Float> {
  if step == 1 { return UnsafePointer(source) }
  for index in 0..<width { scratch.base[index] = source[index * step] }
  return UnsafePointer(scratch.base)
}

@inline(__always)
private func combineRow(
  _ function: BinaryFunction, _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ z: UnsafeMutablePointer<Float>,
  _ count: Int
) {
  switch function {
  case .add: mapLanes(x, y, z, count) { BinaryFunction.add($0, $1) }
  case .subtract: mapLanes(x, y, z, count) { BinaryFunction.subtract($0, $1) }
  case .multiply: mapLanes(x, y, z, count) { BinaryFunction.multiply($0, $1) }
  case .divide: mapLanes(x, y, z, count) { BinaryFunction.divide($0, $1) }
  case .maximum: mapLanes(x, y, z, count) { BinaryFunction.maximum($0, $1) }
  case .notLess: mapLanes(x, y, z, count) { BinaryFunction.notLess($0, $1) }
  }
}
