// The loops over the gate g and the other half u of the pre-activation, row by row, since each is half of a row. The
// choice of the function stays outside of them.

extension GatedFeedForwardKernel {
  /// Writes f(g) ⊙ u with its dropout; `product` may be the columns of the gate themselves.
  func activate(_ pre: Matrix, firstRow: Int, into product: Matrix) {
    switch activation {
    case .gelu: activate(.gelu, pre, firstRow, product)
    case .geluTanh: activate(.geluTanh, pre, firstRow, product)
    case .silu: activate(.silu, pre, firstRow, product)
    case .quickGelu: activate(.quickGelu, pre, firstRow, product)
    case .tanh: activate(.tanh, pre, firstRow, product)
    case .relu: activate(.relu, pre, firstRow, product)
    }
  }

  /// Turns the gate into f(g) ⊙ u, in place, with the same bits as `differentiate`.
  func reactivate(_ pre: Matrix, firstRow: Int) {
    switch activation {
    case .gelu: reactivate(.gelu, pre, firstRow)
    case .geluTanh: reactivate(.geluTanh, pre, firstRow)
    case .silu: reactivate(.silu, pre, firstRow)
    case .quickGelu: reactivate(.quickGelu, pre, firstRow)
    case .tanh: reactivate(.tanh, pre, firstRow)
    case .relu: reactivate(.relu, pre, firstRow)
    }
  }

  /// Turns the gate into f(g) ⊙ u, in place, and the gradient of that, which stands in the columns of u, into those of
  /// g and u.
  func differentiate(_ pre: Matrix, firstRow: Int, _ gradient: Matrix) {
    switch activation {
    case .gelu: differentiate(.gelu, pre, firstRow, gradient)
    case .geluTanh: differentiate(.geluTanh, pre, firstRow, gradient)
    case .silu: differentiate(.silu, pre, firstRow, gradient)
    case .quickGelu: differentiate(.quickGelu, pre, firstRow, gradient)
    case .tanh: differentiate(.tanh, pre, firstRow, gradient)
    case .relu: differentiate(.relu, pre, firstRow, gradient)
    }
  }

  @inline(__always)
  private func activate(_ function: Activation, _ pre: Matrix, _ firstRow: Int, _ product: Matrix) {
    for row in 0..<pre.rows {
      let g = pre.base + row * pre.stride + gate.lowerBound
      let u = pre.base + row * pre.stride + up.lowerBound
      let target = product.base + row * product.stride
      let index = (firstRow + row) * inner
      forEachLanes(inner) { column in
        let lanes = function.value(load(g + column)) * load(u + column)
        store(dropped(lanes, at: index + column), target + column)
      } rest: { column, count in
        let lanes = function.value(load(g + column, count: count)) * load(u + column, count: count)
        store(dropped(lanes, at: index + column), target + column, count: count)
      }
    }
  }

  @inline(__always)
  private func reactivate(_ function: Activation, _ pre: Matrix, _ firstRow: Int) {
    for row in 0..<pre.rows {
      let g = pre.base + row * pre.stride + gate.lowerBound
      let u = pre.base + row * pre.stride + up.lowerBound
      let index = (firstRow + row) * inner
      forEachLanes(inner) { column in
        let lanes = function.valueAndDerivative(load(g + column)).value * load(u + column)
        store(dropped(lanes, at: index + column), g + column)
      } rest: { column, count in
        let lanes = function.valueAndDerivative(load(g + column, count: count)).value * load(u + column, count: count)
        store(dropped(lanes, at: index + column), g + column, count: count)
      }
    }
  }

  @inline(__always)
  private func differentiate(_ function: Activation, _ pre: Matrix, _ firstRow: Int, _ gradient: Matrix) {
    for row in 0..<pre.rows {
      let g = pre.base + row * pre.stride + gate.lowerBound
      let u = pre.base + row * pre.stride + up.lowerBound
      let dg = gradient.base + row * gradient.stride + gate.lowerBound
      let du = gradient.base + row * gradient.stride + up.lowerBound
      let index = (firstRow + row) * inner
      forEachLanes(inner) { column in
        let (value, derivative) = function.valueAndDerivative(load(g + column))
        let other = load(u + column)
        let d = dropped(load(du + column), at: index + column)
        store(dropped(value * other, at: index + column), g + column)
        store(d * other * derivative, dg + column)
        store(d * value, du + column)
      } rest: { column, count in
        let (value, derivative) = function.valueAndDerivative(load(g + column, count: count))
        let other = load(u + column, count: count)
        let d = dropped(load(du + column, count: count), at: index + column)
        store(dropped(value * other, at: index + column), g + column, count: count)
        store(d * other * derivative, dg + column, count: count)
        store(d * value, du + column, count: count)
      }
    }
  }

  @inline(__always)
  private func dropped(_ lanes: Lanes, at index: Int) -> Lanes {
    guard let mask else { return lanes }
    return lanes * mask.factors(at: index)
  }
}
