/// y = f(x).
package func activate(_ x: FloatBuffer, by activation: Activation) -> FloatBuffer {
  let y = FloatBuffer(uninitialized: x.count)
  parallelChunks(x.count) { activation.apply(x.base + $0.lowerBound, y.base + $0.lowerBound, count: $0.count) }
  return y
}

/// dx = dy · f'(x).
package func activationGradient(_ dy: FloatBuffer, at x: FloatBuffer, of activation: Activation) -> FloatBuffer {
  require(dy.count == x.count, "activation: \(dy.count) gradients of \(x.count) elements")
  let (value, dx) = (x.copy(), dy.copy())
  parallelChunks(x.count) {
    activation.differentiate(value.base + $0.lowerBound, dx.base + $0.lowerBound, count: $0.count)
  }
  return dx
}

// The choice of the function stays outside the loops, each of which is compiled once per function.

extension Activation {
  /// y = f(x).
  func apply(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, count: Int) {
    switch self {
    case .gelu: mapLanes(x, y, count) { Activation.gelu.value($0) }
    case .geluTanh: mapLanes(x, y, count) { Activation.geluTanh.value($0) }
    case .silu: mapLanes(x, y, count) { Activation.silu.value($0) }
    case .quickGelu: mapLanes(x, y, count) { Activation.quickGelu.value($0) }
    case .tanh: mapLanes(x, y, count) { Activation.tanh.value($0) }
    case .relu: mapLanes(x, y, count) { Activation.relu.value($0) }
    }
  }

  /// Turns x into f(x), in place, with the same bits as `differentiate`.
  func reapply(_ x: UnsafeMutablePointer<Float>, count: Int) {
    switch self {
    case .gelu: mapLanes(x, x, count) { Activation.gelu.valueAndDerivative($0).value }
    case .geluTanh: mapLanes(x, x, count) { Activation.geluTanh.valueAndDerivative($0).value }
    case .silu: mapLanes(x, x, count) { Activation.silu.valueAndDerivative($0).value }
    case .quickGelu: mapLanes(x, x, count) { Activation.quickGelu.valueAndDerivative($0).value }
    case .tanh: mapLanes(x, x, count) { Activation.tanh.valueAndDerivative($0).value }
    case .relu: mapLanes(x, x, count) { Activation.relu.valueAndDerivative($0).value }
    }
  }

  /// Turns x into f(x), in place, and multiplies the gradient by f'(x).
  func differentiate(_ x: UnsafeMutablePointer<Float>, _ gradient: UnsafeMutablePointer<Float>, count: Int) {
    switch self {
    case .gelu: Self.differentiate(.gelu, x, gradient, count)
    case .geluTanh: Self.differentiate(.geluTanh, x, gradient, count)
    case .silu: Self.differentiate(.silu, x, gradient, count)
    case .quickGelu: Self.differentiate(.quickGelu, x, gradient, count)
    case .tanh: Self.differentiate(.tanh, x, gradient, count)
    case .relu: Self.differentiate(.relu, x, gradient, count)
    }
  }

  @inline(__always)
  private static func differentiate(
    _ function: Activation, _ x: UnsafeMutablePointer<Float>, _ gradient: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    forEachLanes(count) { offset in
      let (value, derivative) = function.valueAndDerivative(load(x + offset))
      store(value, x + offset)
      store(load(gradient + offset) * derivative, gradient + offset)
    } rest: { offset, rest in
      let (value, derivative) = function.valueAndDerivative(load(x + offset, count: rest))
      store(value, x + offset, count: rest)
      store(load(gradient + offset, count: rest) * derivative, gradient + offset, count: rest)
    }
  }
}
