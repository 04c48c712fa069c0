import Kernels

extension Tensor {
  /// The sum of the rows of each sequence of a ragged batch.
  ///
  /// - Shape: `[tokens, width]`, n + 1 offsets → `[n, width]`
  public func segmentSum(offsets: [Int]) -> Tensor {
    require(shape.rank == 2 && offsets.last == shape[0], "segmentSum: \(shape) for \(offsets.last ?? 0) tokens")
    return Tensor.record(.segmentSum, self) { x in
      let width = x.shape[1]
      return (
        Tensor(Kernels.segmentSum(x.buffer, offsets: offsets, width: width), shape: [offsets.count - 1, width]),
        { dy in Tensor(segmentRepeat(dy.buffer, offsets: offsets, width: width), shape: x.shape) }
      )
    }
  }

  /// The largest value of each column within each sequence; the first of equals gets the gradient.
  ///
  /// - Shape: `[tokens, width]`, n + 1 offsets → `[n, width]`
  public func segmentMaximum(offsets: [Int]) -> Tensor {
    require(shape.rank == 2 && offsets.last == shape[0], "segmentMaximum: \(shape) for \(offsets.last ?? 0) tokens")
    return Tensor.record(.segmentMaximum, self) { x in
      let width = x.shape[1]
      let (y, rows) = Kernels.segmentMaximum(x.buffer, offsets: offsets, width: width)
      let indices = rows.enumerated().map { $0.element * Int32(width) + Int32($0.offset % width) }
      return (
        Tensor(y, shape: [offsets.count - 1, width]),
        { dy in
          Tensor(scatterAddRows(dy.buffer, indices: indices, rows: x.shape.count, width: 1), shape: x.shape)
        }
      )
    }
  }
}
