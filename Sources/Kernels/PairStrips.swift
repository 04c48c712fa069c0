// The left factor Aᵀ of a product of bfloat16 numbers: the gradient of a weight, dW = dyᵀ x, is a sum over all tokens,
// so its pairs are of two rows of A. A strip holds `tileRows` columns of A side by side, pair by pair.

extension PairPanels {
  /// C = Aᵀ B, or C += Aᵀ B, on the calling thread, where A has as many rows as B.
  ///
  /// A sum goes on from what C holds, so a product in several pieces of whole pairs has the bits of one in a single
  /// piece.
  func multiply(transposed a: Matrix, into c: Matrix, accumulate: Bool) {
    require((a.rows + 1) / 2 == order.inner, "PairPanels: \(a.rows) rows for \(order.inner) pairs")
    let tile = arithmetic == .native ? pairStripTile : widenedStripTile
    let words = arithmetic.wordsOfPair
    let padded = (c.rows + tileRows - 1) / tileRows * tileRows
    // Sixteen numbers are stored for each pair, of which those beyond the tile are overwritten by the next.
    let strips = FloatBuffer(uninitialized: padded * PanelOrder.largestBlock * words + laneCount)
    arithmetic.flushingDenormals {
      order.forEachTile(rows: c.rows, of: buffer.base) { block, isFirst, panel, column, row, fetch in
        let strip = strips.base + row * block.count * words
        if column == 0 { layStrip(a, at: row, block, into: strip) }
        tile(
          strip, panel, TileTarget(first: c.base + row * c.stride + column, stride: c.stride),
          min(tileRows, c.rows - row), block.count, accumulate || !isFirst ? .continuing : .replacing, fetch)
      }
    }
  }

  /// Rounds up to `tileRows` columns of A to pairs of two rows; an odd last row gets zeros beside it.
  private func layStrip(_ a: Matrix, at column: Int, _ pairs: Range<Int>, into strip: UnsafeMutablePointer<Float>) {
    let width = min(tileRows, a.columns - column)
    // Behind A's columns stand others, or other rows: up to the end of the memory they may be read as well.
    let end = a.buffer.count - a.offset - laneCount
    func numbers(_ row: Int) -> Lanes {
      if row >= a.rows { return Lanes() }
      let place = row * a.stride + column
      return place <= end ? load(a.base + place) : load(a.base + place, count: width)
    }
    for (index, pair) in pairs.enumerated() {
      let (first, second) = (numbers(2 * pair), numbers(2 * pair + 1))
      switch arithmetic {
      case .native: store(pairsOfRows(first, second), strip + index * tileRows)
      case .emulated:
        let target = strip + index * 2 * tileRows
        store(roundedToBFloat16(second), target)
        store(roundedToBFloat16(first), target + tileRows)
      }
    }
  }
}

/// `stripTile` of words that hold pairs of bfloat16 numbers; `inner` counts pairs.
@inline(never)
func pairStripTile(
  _ strip: UnsafePointer<Float>, _ panel: UnsafePointer<Float>, into target: TileTarget, rows: Int, inner: Int,
  _ summing: TileSumming, fetching fetch: TileFetch
) {
  floatTile(
    PairProducts.self, TileLeft(first: strip, rowStride: 1, innerStride: tileRows),
    TileRight(first: panel, stride: laneCount), into: target, rows: rows, inner: inner, startingWith: nil, summing,
    fetching: fetch.next, fetchStep: fetch.step)
}

/// `pairStripTile` by products of floats, with the same bits; a pair of a strip is two floats, the second number
/// `tileRows` before the first.
@inline(never)
func widenedStripTile(
  _ strip: UnsafePointer<Float>, _ panel: UnsafePointer<Float>, into target: TileTarget, rows: Int, inner: Int,
  _ summing: TileSumming, fetching fetch: TileFetch
) {
  floatTile(
    WidenedStripProducts.self, TileLeft(first: strip, rowStride: 1, innerStride: 2 * tileRows),
    TileRight(first: panel, stride: laneCount), into: target, rows: rows, inner: inner, startingWith: nil, summing,
    fetching: fetch.next, fetchStep: fetch.step)
}

/// `WidenedProducts` of a strip.
private enum WidenedStripProducts: TileProducts {
  /// Two products each.
  @inline(__always)
  static var stepsAtOnce: Int { 2 }

  @inline(__always)
  static func add(_ left: UnsafePointer<Float>, _ right: Lanes, to sums: Lanes) -> Lanes {
    let pairs = bitPattern(right)
    let half = multiplyAdd(Lanes(repeating: left[0]), floats(pairs & 0xFFFF_0000), sums)
    return multiplyAdd(Lanes(repeating: left[tileRows]), floats(pairs &<< 16), half)
  }
}
