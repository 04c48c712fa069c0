import CInstructions

/// One head of one sequence: where its rows lie, and how they get into scratch and back.
///
/// The rows lie far apart, so memory bounds the speed; whole lanes keep many rows in flight.
struct AttentionHead {
  let head: Int
  /// The first token of the sequence.
  let start: Int
  /// The tokens of the sequence.
  let count: Int
  let width: Int
  let rotation: Rotation?
  let mask: DropoutMask?

  init(_ kernel: AttentionKernel, _ task: Int) {
    let sequence = task / kernel.heads
    head = task % kernel.heads
    start = kernel.offsets[sequence]
    count = kernel.offsets[sequence + 1] - start
    width = kernel.headWidth
    rotation = kernel.rotation
    mask = kernel.mask?.part(task)
  }

  /// The width rounded up to whole lanes.
  var paddedWidth: Int { roundedToLanes(width) }
  /// The floats of all rows in panels of sixteen numbers of each row.
  var panelFloats: Int { paddedWidth * count }
  /// The floats of all rows, transposed, in panels of sixteen rows.
  var transposedFloats: Int { width * roundedToLanes(count) }
  /// The floats that `layPanels` and `takePanels` need for themselves.
  var rowFloats: Int { laneCount * paddedWidth }

  /// Copies some rows into contiguous rows, padded with zeros.
  @inline(__always)
  func pack(
    _ source: UnsafePointer<Float>, stride: Int, rows: Range<Int>, isRotated: Bool, scale: Float,
    into target: UnsafeMutablePointer<Float>
  ) {
    for row in rows {
      let to = target + (row - rows.lowerBound) * paddedWidth
      if isRotated, let rotation {
        rotation.turn(source + row * stride, to: row, scale: scale, into: to)
      } else {
        copyScaled(source + row * stride, by: scale, into: to, count: width)
      }
      for column in width..<paddedWidth { to[column] = 0 }
    }
  }

  /// Copies all rows into panels of sixteen rows each, transposed, and if wanted into panels of sixteen numbers of every
  /// row: a tile of a product then reads its right factor from consecutive cache lines.
  ///
  /// - Shape: transposed `[rows / 16, width, 16]`, panels `[width / 16, rows, 16]`
  @inline(__always)
  func layPanels(
    of source: UnsafePointer<Float>, stride: Int, isRotated: Bool, transposed: UnsafeMutablePointer<Float>?,
    panels: UnsafeMutablePointer<Float>?, using rows: UnsafeMutablePointer<Float>
  ) {
    for first in Swift.stride(from: 0, to: count, by: laneCount) {
      let range = first..<min(first + laneCount, count)
      pack(source, stride: stride, rows: range, isRotated: isRotated, scale: 1, into: rows)
      if let transposed {
        let missing = laneCount - range.count
        if missing > 0 { (rows + range.count * paddedWidth).update(repeating: 0, count: missing * paddedWidth) }
        transposePanel(rows, stride: paddedWidth, count: width, into: transposed + first * width)
      }
      if let panels {
        for row in range {
          for column in Swift.stride(from: 0, to: paddedWidth, by: laneCount) {
            store(
              load(rows + (row - first) * paddedWidth + column), panels + column * count + row * laneCount)
          }
        }
      }
    }
  }

  /// Copies gradients from panels of sixteen numbers of every row back to where the rows lie.
  @inline(__always)
  func takePanels(
    _ panels: UnsafePointer<Float>, isRotated: Bool, into target: UnsafeMutablePointer<Float>, stride: Int,
    using rows: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<count {
      for column in Swift.stride(from: 0, to: paddedWidth, by: laneCount) {
        store(load(panels + column * count + row * laneCount), rows + column)
      }
      unpack(rows, row: row, isRotated: isRotated, scale: 1, into: target + row * stride)
    }
  }

  /// Copies the gradient of one row to where the row lies.
  @inline(__always)
  func unpack(
    _ source: UnsafePointer<Float>, row: Int, isRotated: Bool, scale: Float, into target: UnsafeMutablePointer<Float>
  ) {
    if isRotated, let rotation {
      rotation.turnBack(source, from: row, scale: scale, into: target)
    } else {
      copyScaled(source, by: scale, into: target, count: width)
    }
  }

  /// Prefetches a token's query, key and value: they lie a whole row of projections away from those of the previous
  /// token, and no processor foresees that.
  @inline(__always)
  func prefetch(_ row: Int, of projections: UnsafePointer<Float>, width modelWidth: Int) {
    guard row < count else { return }
    let source = projections + (start + row) * 3 * modelWidth + head * width
    for part in 0..<3 {
      for column in Swift.stride(from: 0, to: width, by: laneCount) {
        hone_prefetch_for_later(source + part * modelWidth + column)
      }
    }
  }
}
