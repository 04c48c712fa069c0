import Kernels

extension Tensor {
  /// The same elements in another shape of the same size.
  public func reshaped(to target: Shape) -> Tensor {
    require(target.count == shape.count, "reshaped: \(shape) to \(target)")
    if target == shape { return self }
    let source = shape
    return Tensor.record(.reshape, self) { x in (Tensor(x.buffer, shape: target), { $0.reshaped(to: source) }) }
  }

  /// The transpose of a matrix.
  ///
  /// - Shape: `[m, n]` → `[n, m]`
  public var transposed: Tensor {
    require(shape.rank == 2, "transposed: \(shape) is not a matrix")
    return Tensor.record(.transpose, self) { x in
      (
        Tensor(transpose(x.buffer, rows: x.shape[0], columns: x.shape[1]), shape: [x.shape[1], x.shape[0]]),
        { $0.transposed }
      )
    }
  }

  /// A range of indices along one dimension.
  public func slice(_ range: Range<Int>, axis: Int = 0) -> Tensor {
    let axis = shape.resolved(axis)
    require(range.lowerBound >= 0 && range.upperBound <= shape[axis], "slice: \(range) along axis \(axis) of \(shape)")
    return Tensor.record(.slice, self) { x in
      let (outer, inner) = x.shape.around(axis)
      let size = range.count * inner
      let y = Tensor(FloatBuffer(uninitialized: outer * size), shape: x.shape.replacing(axis, with: range.count))
      let (offset, stride) = (range.lowerBound * inner, x.shape[axis] * inner)
      copyBlocks(
        x.buffer, offset: offset, stride: stride, to: y.buffer, offset: 0, stride: size, blocks: outer, size: size)
      return (
        y,
        { dy in
          let dx = Tensor(repeating: 0, shape: x.shape)
          copyBlocks(
            dy.buffer, offset: 0, stride: size, to: dx.buffer, offset: offset, stride: stride, blocks: outer, size: size
          )
          return dx
        }
      )
    }
  }

  /// Tensors one after the other along one dimension; the other dimensions are equal.
  public static func concatenated(_ tensors: [Tensor], axis: Int = 0) -> Tensor {
    require(!tensors.isEmpty, "concatenated: no tensors")
    let axis = tensors[0].shape.resolved(axis)
    var starts = [0]
    for tensor in tensors {
      require(
        tensor.shape.rank == tensors[0].shape.rank
          && tensor.shape.replacing(axis, with: 0) == tensors[0].shape.replacing(axis, with: 0),
        "concatenated: \(tensor.shape) does not fit \(tensors[0].shape) along axis \(axis)")
      starts.append((starts.last ?? 0) + tensor.shape[axis])
    }
    let bounds = starts
    return record(.concatenate, tensors) { tensors, _ in
      let total = bounds.last ?? 0
      let shape = tensors[0].shape.replacing(axis, with: total)
      let (outer, inner) = shape.around(axis)
      let y = Tensor(FloatBuffer(uninitialized: shape.count), shape: shape)
      for (tensor, start) in zip(tensors, bounds) {
        let size = tensor.shape[axis] * inner
        copyBlocks(
          tensor.buffer, offset: 0, stride: size, to: y.buffer, offset: start * inner, stride: total * inner,
          blocks: outer, size: size)
      }
      return (
        y,
        { dy, needed in
          needed.indices.map { needed[$0] ? dy.slice(bounds[$0]..<bounds[$0 + 1], axis: axis) : nil }
        }
      )
    }
  }

  /// Rows picked by index, in the given order; a row may be picked more than once.
  ///
  /// - Shape: `[n, width]`, indices `[m]` → `[m, width]`
  public func gatherRows(_ indices: [Int]) -> Tensor {
    require(shape.rank == 2, "gatherRows: \(shape) is not a matrix")
    let indices = indices.map { Int32($0) }
    return Tensor.record(.gatherRows, self) { x in
      (
        Tensor(Kernels.gatherRows(x.buffer, indices: indices, width: x.shape[1]), shape: [indices.count, x.shape[1]]),
        { dy in
          Tensor(scatterAddRows(dy.buffer, indices: indices, rows: x.shape[0], width: x.shape[1]), shape: x.shape)
        }
      )
    }
  }

  /// Elements picked by their row-major index.
  ///
  /// - Shape: any, indices `[m]` → `[m]`
  public func gatherElements(_ indices: [Int]) -> Tensor {
    let indices = indices.map { Int32($0) }
    return Tensor.record(.gatherElements, self) { x in
      (
        Tensor(Kernels.gatherElements(x.buffer, indices: indices), shape: [indices.count]),
        { dy in
          Tensor(scatterAddRows(dy.buffer, indices: indices, rows: x.shape.count, width: 1), shape: x.shape)
        }
      )
    }
  }
}

extension Shape {
  /// The numbers of elements before and after a dimension.
  fileprivate func around(_ axis: Int) -> (outer: Int, inner: Int) {
    (dimensions[..<axis].reduce(1, *), dimensions[(axis + 1)...].reduce(1, *))
  }

  fileprivate func replacing(_ axis: Int, with size: Int) -> Shape {
    var result = dimensions
    result[axis] = size
    return Shape(result)
  }
}
