// Moving elements, and sums and maxima over some of them.

extension DoubleTensor {
  /// The sum along one dimension, which goes away.
  public func sum(axis: Int) -> DoubleTensor {
    var result = DoubleTensor(zeros: Array(shape[..<axis] + shape[(axis + 1)...]))
    let inner = shape[(axis + 1)...].reduce(1, *)
    for index in elements.indices {
      result.elements[index / (inner * shape[axis]) * inner + index % inner] += elements[index]
    }
    return result
  }

  /// f of every row: one number each, or a row each.
  public func mappedRows(_ function: ([Double]) -> [Double]) -> DoubleTensor {
    let results = (0..<rows).map { function(row($0)) }
    let width = results.first?.count ?? self.width
    return DoubleTensor(results.flatMap { $0 }, shape: shape.dropLast() + [width])
  }

  /// A range of indices along one dimension.
  public func slice(_ range: Range<Int>, axis: Int) -> DoubleTensor {
    let inner = shape[(axis + 1)...].reduce(1, *)
    var result = shape
    result[axis] = range.count
    let kept = elements.indices.filter { range.contains($0 / inner % shape[axis]) }
    return DoubleTensor(kept.map { elements[$0] }, shape: result)
  }

  /// Tensors one after the other along one dimension.
  public static func concatenated(_ tensors: [DoubleTensor], axis: Int) -> DoubleTensor {
    var shape = tensors[0].shape
    let outer = shape[..<axis].reduce(1, *)
    shape[axis] = tensors.reduce(0) { $0 + $1.shape[axis] }
    var elements: [Double] = []
    for block in 0..<outer {
      for tensor in tensors {
        let size = tensor.elements.count / max(1, outer)
        elements += tensor.elements[block * size..<(block + 1) * size]
      }
    }
    return DoubleTensor(elements, shape: shape)
  }

  /// Rows picked by index.
  public func gatherRows(_ indices: [Int]) -> DoubleTensor {
    DoubleTensor(indices.flatMap { row($0) }, shape: [indices.count, width])
  }

  /// The sum of the rows of each sequence.
  public func segmentSum(offsets: [Int]) -> DoubleTensor {
    var result = DoubleTensor(zeros: [offsets.count - 1, width])
    for segment in 0..<offsets.count - 1 {
      for row in offsets[segment]..<offsets[segment + 1] {
        for column in 0..<width { result[segment, column] += self[row, column] }
      }
    }
    return result
  }

  /// The largest element of each column within each sequence.
  public func segmentMaximum(offsets: [Int]) -> DoubleTensor {
    var result = DoubleTensor(zeros: [offsets.count - 1, width])
    for segment in 0..<offsets.count - 1 {
      for column in 0..<width {
        result[segment, column] = (offsets[segment]..<offsets[segment + 1]).map { self[$0, column] }.max() ?? -.infinity
      }
    }
    return result
  }
}
