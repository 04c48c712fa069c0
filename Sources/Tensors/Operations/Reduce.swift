import Kernels

extension Tensor {
  /// The sum of all elements.
  public func sum() -> Tensor {
    reshaped(to: [shape.count]).sum(axis: 0)
  }

  /// The mean of all elements.
  public func mean() -> Tensor { sum() * (1 / Float(shape.count)) }

  /// The sum along one dimension.
  public func sum(axis: Int, keepingDimension: Bool = false) -> Tensor {
    let axis = shape.resolved(axis)
    let outer = shape.dimensions[..<axis].reduce(1, *)
    let inner = shape.dimensions[(axis + 1)...].reduce(1, *)
    var kept = shape.dimensions
    kept[axis] = 1
    let (keptShape, fullShape) = (Shape(kept), shape)
    var reduced = shape.dimensions
    reduced.remove(at: axis)
    let result = Tensor.record(.sum, self) { x in
      (
        Tensor(sumMiddle(x.buffer, outer: outer, reduced: fullShape[axis], inner: inner), shape: Shape(reduced)),
        { $0.reshaped(to: keptShape) + Tensor(repeating: 0, shape: fullShape) }
      )
    }
    return keepingDimension ? result.reshaped(to: keptShape) : result
  }

  /// The largest element of each row; the first of equals gets the gradient.
  ///
  /// - Shape: `[…, width]` → `[…]`
  public func largest() -> Tensor {
    Tensor.record(.largest, self) { x in
      let (values, columns) = largestOfRows(x.buffer, rows: x.shape.rows, width: x.shape.width)
      let indices = columns.enumerated().map { Int32($0.offset * x.shape.width) + $0.element }
      return (
        Tensor(values, shape: x.shape.withoutWidth),
        { dy in
          Tensor(scatterAddRows(dy.buffer, indices: indices, rows: x.shape.count, width: 1), shape: x.shape)
        }
      )
    }
  }

  /// log Σ eˣ of each row, without overflow.
  ///
  /// - Shape: `[…, width]` → `[…]`
  public func logSumExp() -> Tensor {
    Tensor.record(.logSumExp, self) { x in
      let y = Tensor(
        logSumExpRows(x.buffer, rows: x.shape.rows, width: x.shape.width), shape: x.shape.withoutWidth)
      return (
        y,
        { dy in
          let softmax = Tensor(softmaxRows(x.buffer, rows: x.shape.rows, width: x.shape.width), shape: x.shape)
          return softmax * dy.reshaped(to: dy.shape.withWidthOne)
        }
      )
    }
  }

  /// eˣ / Σ eˣ along each row, without overflow.
  ///
  /// - Shape: `[…, width]` → the same
  public func softmax() -> Tensor {
    Tensor.record(.softmax, self) { x in
      let y = Tensor(softmaxRows(x.buffer, rows: x.shape.rows, width: x.shape.width), shape: x.shape)
      return (y, { dy in (dy - (dy * y).sum(axis: -1, keepingDimension: true)) * y })
    }
  }

  /// x − log Σ eˣ along each row.
  ///
  /// - Shape: `[…, width]` → the same
  public func logSoftmax() -> Tensor {
    let normalizer = logSumExp()
    return self - normalizer.reshaped(to: normalizer.shape.withWidthOne)
  }
}

extension Shape {
  /// Without the last dimension.
  var withoutWidth: Shape { Shape(dimensions.dropLast()) }
  /// With a last dimension of size 1 added.
  var withWidthOne: Shape { Shape(dimensions + [1]) }
}
