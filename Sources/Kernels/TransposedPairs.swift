// The left factor Aᵀ of a product of bfloat16 numbers: the gradient of a weight, dW = dyᵀ x, is a sum over all tokens,
// so its pairs are of two rows of A.

extension PairPanels {
  /// C = Aᵀ B, or C += Aᵀ B, on the calling thread, where A has as many rows as B.
  ///
  /// A product in several pieces, each added to C, has the bits of one in a single piece if each but the last has a
  /// multiple of thirty-two rows.
  func multiply(transposed a: Matrix, into c: Matrix, accumulate: Bool) {
    multiply(pack(transposed: a), columns: 0..<c.columns, bias: nil, into: c, accumulate: accumulate)
  }

  /// Rounds columns of A: rows of Aᵀ.
  func pack(transposed a: Matrix) -> PackedRows {
    require(roundedToLanes((a.rows + 1) / 2) == order.inner, "PairPanels: \(a.rows) rows for \(order.inner) pairs")
    // Rows that are a power of two apart would share few places of a cache.
    let stride = order.inner * arithmetic.wordsOfPair + laneCount
    let words = FloatBuffer(uninitialized: a.columns * stride)
    let panel = FloatBuffer(uninitialized: order.inner * laneCount)
    let rows = FloatBuffer(uninitialized: order.inner * laneCount)
    for column in Swift.stride(from: 0, to: a.columns, by: laneCount) {
      let width = min(laneCount, a.columns - column)
      func numbers(_ row: Int) -> Lanes {
        let place = a.base + row * a.stride + column
        return row >= a.rows ? Lanes() : width == laneCount ? load(place) : load(place, count: width)
      }
      for pair in 0..<order.inner {
        store(pairsOfRows(numbers(2 * pair), numbers(2 * pair + 1)), panel.base + pair * laneCount)
      }
      for row in Swift.stride(from: 0, to: width, by: 4) {
        for pair in Swift.stride(from: 0, to: order.inner, by: 4) {
          transposeFour(
            panel.base + pair * laneCount + row, stride: laneCount, into: rows.base + row * order.inner + pair,
            stride: order.inner)
        }
      }
      for row in 0..<width {
        let (source, target) = (rows.base + row * order.inner, words.base + (column + row) * stride)
        switch arithmetic {
        case .tiles: target.update(from: source, count: order.inner)
        case .lanes: mapLanes(source, target, order.inner, regrouped)
        case .emulated: widen(source, count: order.inner, into: target)
        }
      }
    }
    return PackedRows(count: a.columns, words: words, stride: stride)
  }

  /// Writes the numbers of pairs as floats.
  private func widen(_ source: UnsafePointer<Float>, count: Int, into target: UnsafeMutablePointer<Float>) {
    for index in 0..<count {
      let pair = source[index].bitPattern
      target[2 * index] = Float(bitPattern: pair << 16)
      target[2 * index + 1] = Float(bitPattern: pair & 0xFFFF_0000)
    }
  }
}
