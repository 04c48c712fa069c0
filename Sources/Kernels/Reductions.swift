#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Sums over the middle dimension.
///
/// - Shape: x `[outer, reduced, inner]` → `[outer, inner]`
package func sumMiddle(_ x: FloatBuffer, outer: Int, reduced: Int, inner: Int) -> FloatBuffer {
  if inner == 1 { return sumRows(x, rows: outer, width: reduced) }
  let y = FloatBuffer(repeating: 0, count: outer * inner)
  if outer == 1 {
    addColumnSums(of: Matrix(x, rows: reduced, columns: inner), to: y)
    return y
  }
  parallelRows(outer, width: reduced * inner) { range in
    for row in range {
      for index in 0..<reduced {
        addRow(x.base + (row * reduced + index) * inner, to: y.base + row * inner, count: inner)
      }
    }
  }
  return y
}

private func sumRows(_ x: FloatBuffer, rows: Int, width: Int) -> FloatBuffer {
  mapRows(x, rows: rows, width: width) { row in
    var total = Lanes()
    forEachLanes(width) {
      total += load(row + $0)
    } rest: {
      total += load(row + $0, count: $1)
    }
    return sum(total)
  }
}

/// The largest element of each row and its column; the first of equals, but NaN wins.
package func largestOfRows(_ x: FloatBuffer, rows: Int, width: Int) -> (values: FloatBuffer, indices: [Int32]) {
  require(width > 0, "largestOfRows: rows are empty")
  let values = FloatBuffer(uninitialized: rows)
  var indices = [Int32](repeating: 0, count: rows)
  for row in 0..<rows {
    let source = x.base + row * width
    var best = 0
    for column in 1..<max(1, width) where source[column] > source[best] || source[column].isNaN { best = column }
    values.base[row] = source[best]
    indices[row] = Int32(best)
  }
  return (values, indices)
}

/// log Σ eˣ of each row, without overflow; −∞ for a row that is −∞ throughout.
package func logSumExpRows(_ x: FloatBuffer, rows: Int, width: Int) -> FloatBuffer {
  mapRows(x, rows: rows, width: width) { row in
    let peak = largest(of: row, width)
    if peak == -Float.infinity { return peak }
    return peak + logf(sumOfPowers(row, width, minus: peak))
  }
}

/// eˣ / Σ eˣ along each row, without overflow.
package func softmaxRows(_ x: FloatBuffer, rows: Int, width: Int) -> FloatBuffer {
  let y = FloatBuffer(uninitialized: x.count)
  parallelRows(rows, width: width) { range in
    for row in range {
      let source = x.base + row * width
      let peak = largest(of: source, width)
      let inverse = 1 / sumOfPowers(source, width, minus: peak)
      mapLanes(source, y.base + row * width, width) { exponential($0 - peak) * inverse }
    }
  }
  return y
}

/// Each row divided by its length, and the inverse lengths: y = x / max(‖x‖, ε).
package func normalizeRows(_ x: FloatBuffer, rows: Int, width: Int, epsilon: Float) -> (
  y: FloatBuffer, inverses: FloatBuffer
) {
  let inverses = mapRows(x, rows: rows, width: width) { row in
    var squares = Lanes()
    addSquares(row, count: width, to: &squares)
    return 1 / max(sum(squares).squareRoot(), epsilon)
  }
  let y = FloatBuffer(uninitialized: x.count)
  parallelRows(rows, width: width) { range in
    for row in range {
      let inverse = inverses.base[row]
      mapLanes(x.base + row * width, y.base + row * width, width) { $0 * inverse }
    }
  }
  return (y, inverses)
}

private func mapRows(_ x: FloatBuffer, rows: Int, width: Int, _ function: (UnsafePointer<Float>) -> Float)
  -> FloatBuffer
{
  require(x.count == rows * width, "rows: \(x.count) elements are not \(rows) × \(width)")
  let y = FloatBuffer(uninitialized: rows)
  parallelRows(rows, width: width) { range in
    for row in range { y.base[row] = function(x.base + row * width) }
  }
  return y
}

@inline(__always)
private func largest(of row: UnsafePointer<Float>, _ width: Int) -> Float {
  var lanes = Lanes(repeating: -Float.infinity)
  forEachLanes(width) {
    lanes = larger(lanes, load(row + $0))
  } rest: { offset, count in
    lanes = larger(lanes, load(row + offset, count: count, filling: -Float.infinity))
  }
  return maximum(lanes)
}

@inline(__always)
private func sumOfPowers(_ row: UnsafePointer<Float>, _ width: Int, minus peak: Float) -> Float {
  var total = Lanes()
  forEachLanes(width) {
    total += exponential(load(row + $0) - peak)
  } rest: { offset, count in
    total += exponential(load(row + offset, count: count, filling: -Float.infinity) - peak)
  }
  return sum(total)
}

// MARK: - Moving elements

/// The transpose of a matrix.
package func transpose(_ x: FloatBuffer, rows: Int, columns: Int) -> FloatBuffer {
  let y = FloatBuffer(uninitialized: x.count)
  let tile = 16
  parallelRows(rows, width: columns) { range in
    for firstColumn in stride(from: 0, to: columns, by: tile) {
      for row in range {
        for column in firstColumn..<min(columns, firstColumn + tile) {
          y.base[column * rows + row] = x.base[row * columns + column]
        }
      }
    }
  }
  return y
}

/// Copies blocks of consecutive floats: target[i · targetStride + targetOffset ...] = source[i · sourceStride +
/// sourceOffset ...].
package func copyBlocks(
  _ source: FloatBuffer, offset sourceOffset: Int, stride sourceStride: Int, to target: FloatBuffer,
  offset targetOffset: Int, stride targetStride: Int, blocks: Int, size: Int
) {
  if blocks == 0 || size == 0 { return }
  require(
    sourceOffset + (blocks - 1) * sourceStride + size <= source.count
      && targetOffset + (blocks - 1) * targetStride + size <= target.count, "copyBlocks: out of range")
  for block in 0..<blocks {
    (target.base + targetOffset + block * targetStride).update(
      from: source.base + sourceOffset + block * sourceStride, count: size)
  }
}

/// y[i] = x[indices[i]] for single elements.
package func gatherElements(_ x: FloatBuffer, indices: [Int32]) -> FloatBuffer {
  gatherRows(x, indices: indices, width: 1)
}

// MARK: - Sequences

/// Checks that the offsets of sequences begin at 0 and never decrease.
func checkOffsets(_ offsets: [Int], of name: String) {
  require(offsets.first == 0 && zip(offsets, offsets.dropFirst()).allSatisfy(<=), "\(name): offsets \(offsets)")
}

/// The sum of the rows of each sequence.
///
/// - Shape: x `[tokens, width]`, offsets of n + 1 → `[n, width]`
package func segmentSum(_ x: FloatBuffer, offsets: [Int], width: Int) -> FloatBuffer {
  checkOffsets(offsets, of: "segmentSum")
  let y = FloatBuffer(repeating: 0, count: (offsets.count - 1) * width)
  parallelFor(offsets.count - 1) { segment in
    for row in offsets[segment]..<offsets[segment + 1] {
      addRow(x.base + row * width, to: y.base + segment * width, count: width)
    }
  }
  return y
}

/// Repeats the row of a sequence for each of its tokens: the gradient of `segmentSum`.
package func segmentRepeat(_ x: FloatBuffer, offsets: [Int], width: Int) -> FloatBuffer {
  let y = FloatBuffer(uninitialized: (offsets.last ?? 0) * width)
  parallelFor(offsets.count - 1) { segment in
    for row in offsets[segment]..<offsets[segment + 1] {
      (y.base + row * width).update(from: x.base + segment * width, count: width)
    }
  }
  return y
}

/// The largest value of each column within each sequence, and its row; the first of equals, but NaN wins.
package func segmentMaximum(_ x: FloatBuffer, offsets: [Int], width: Int) -> (y: FloatBuffer, rows: [Int32]) {
  checkOffsets(offsets, of: "segmentMaximum")
  let segments = offsets.count - 1
  let y = FloatBuffer(uninitialized: segments * width)
  var rows = [Int32](repeating: 0, count: segments * width)
  for segment in 0..<segments {
    require(offsets[segment] < offsets[segment + 1], "segmentMaximum: sequence \(segment) is empty")
    for column in 0..<width {
      var best = offsets[segment]
      for row in offsets[segment]..<offsets[segment + 1] {
        let value = x.base[row * width + column]
        if value > x.base[best * width + column] || value.isNaN { best = row }
      }
      y.base[segment * width + column] = x.base[best * width + column]
      rows[segment * width + column] = Int32(best)
    }
  }
  return (y, rows)
}
