import CInstructions

/// The right factor B = Wᵀ of a product of 8-bit integers, packed once.
///
///     w = s qʷ        x = t qˣ        y = s t Σ qʷ qˣ + b        s = max |w| / 127 for each output, t = max |x| / 127 for each row
///
/// The sums are exact, so all arithmetics have the same bits. The instructions multiply unsigned bytes by signed ones: a
/// panel holds qʷ + 128, and the sums of a row start with −128 Σ qˣ. Sixteen rows of a panel are a matrix tile.
struct BytePanels: Sendable {
  private let arithmetic: Arithmetic
  private let order: PanelOrder
  private let buffer: FloatBuffer
  /// s of each column.
  private let scales: FloatBuffer

  /// The largest inner dimension: the sums of more products might not fit 32 bits.
  static let largestInner = 1 << 16

  /// Quantizes and packs Wᵀ.
  ///
  /// - Shape: W `[columns, inner]`; `columns` a multiple of sixteen
  init(_ weight: Matrix, arithmetic: Arithmetic = .ofBytes) {
    require((1...Self.largestInner).contains(weight.columns), "BytePanels: an inner dimension of \(weight.columns)")
    self.arithmetic = arithmetic
    // Sums of 384 products of floats are exact; those of bytes always are, and need one block.
    order = PanelOrder(
      inner: arithmetic.words(ofBytes: weight.columns), columns: weight.rows, inBlocks: arithmetic == .emulated)
    buffer = FloatBuffer(uninitialized: order.count)
    scales = FloatBuffer(uninitialized: weight.rows)
    let stride = order.inner
    parallelFor(weight.rows / laneCount) { panel in
      let column = panel * laneCount
      let rows = FloatBuffer(uninitialized: laneCount * stride)
      for row in 0..<laneCount {
        scales.base[column + row] =
          arithmetic.quantizeRow(
            weight.base + (column + row) * weight.stride, count: weight.columns, into: rows.base + row * stride,
            words: stride
          ).scale
      }
      if arithmetic != .emulated {
        for offset in Swift.stride(from: 0, to: laneCount * stride, by: laneCount) {
          store(floats(bitPattern(load(rows.base + offset)) ^ 0x8080_8080), rows.base + offset)
        }
      }
      for index in 0..<order.blocks.parts {
        let block = order.blocks[index]
        transposePanel(
          rows.base + block.lowerBound, stride: stride, count: block.count,
          into: buffer.base + order.place(ofPanelAt: column, block))
      }
    }
  }

  /// Quantizes rows of x.
  func pack(_ x: Matrix) -> PackedRows {
    let stride = order.inner
    require(arithmetic.words(ofBytes: x.columns) == stride, "BytePanels: \(x.columns) columns for \(stride) words")
    let rows = PackedRows(
      count: x.rows, words: FloatBuffer(uninitialized: x.rows * stride), stride: stride,
      scales: FloatBuffer(uninitialized: 2 * x.rows))
    guard let scales = rows.scales, let starts = rows.starts else { return rows }
    for row in 0..<x.rows {
      (scales.base[row], starts[row]) = arithmetic.quantizeRow(
        x.base + row * x.stride, count: x.columns, into: rows.words.base + row * stride, words: stride)
    }
    return rows
  }

  /// y = x Wᵀ + bias in some of the columns, on the calling thread.
  ///
  /// - Parameter columns: those of Wᵀ; the bias and y begin with the first of them.
  func multiply(_ x: PackedRows, columns: Range<Int>, bias: UnsafePointer<Float>?, into y: Matrix) {
    guard let rowScales = x.scales, let starts = x.starts else { fatalError("BytePanels: rows of another precision") }
    func scaling(row: Int, column: Int) -> ByteScaling {
      ByteScaling(
        rowScales: rowScales.base + row, rowStarts: starts + row, columnScales: scales.base + column,
        bias: bias.map { $0 + column - columns.lowerBound })
    }
    func target(row: Int, column: Int) -> TileTarget {
      TileTarget(first: y.base + row * y.stride + column - columns.lowerBound, stride: y.stride)
    }
    switch arithmetic {
    case .tiles:
      let sums = FloatBuffer(uninitialized: MatrixTiles.rows * MatrixTiles.columns)
      MatrixTiles.forEach(rows: x.count, columns: columns) { rows, some in
        byteMatrixTile(
          x.words.base + rows.lowerBound * x.stride, rowStride: x.stride,
          buffer.base + order.place(ofPanelAt: some.lowerBound, 0..<order.inner),
          into: target(row: rows.lowerBound, column: some.lowerBound), rows: rows.count, columns: some.count,
          inner: order.inner, scaling(row: rows.lowerBound, column: some.lowerBound), sums: sums.base)
      }
    case .lanes:
      order.forEachTile(rows: x.count, columns: columns, of: buffer.base) { block, _, panel, column, row, fetch in
        bytePanelTile(
          x.words.base + row * x.stride, rowStride: x.stride, panel, into: target(row: row, column: column),
          rows: min(tileRows, x.count - row), inner: block.count, scaling(row: row, column: column), fetching: fetch)
      }
    case .emulated: multiplyEmulated(x, rowScales, columns: columns, bias: bias, into: y)
    }
  }

  /// The sums of each block as floats, those of all blocks as integers.
  private func multiplyEmulated(
    _ x: PackedRows, _ rowScales: FloatBuffer, columns: Range<Int>, bias: UnsafePointer<Float>?, into y: Matrix
  ) {
    let sums = FloatBuffer(uninitialized: tileRows * laneCount)
    var totals = [IntegerSums](repeating: IntegerSums(), count: tileRows)
    for column in stride(from: columns.lowerBound, to: columns.upperBound, by: laneCount) {
      let scale = load(scales.base + column)
      let start = bias.map { load($0 + column - columns.lowerBound) } ?? Lanes()
      for row in stride(from: 0, to: x.count, by: tileRows) {
        let rows = min(tileRows, x.count - row)
        for index in 0..<order.blocks.parts {
          let block = order.blocks[index]
          productTile(
            TileLeft(
              first: x.words.base + row * x.stride + block.lowerBound, rowStride: x.stride, innerStride: 1),
            TileRight(first: buffer.base + order.place(ofPanelAt: column, block), stride: laneCount),
            into: TileTarget(first: sums.base, stride: laneCount), rows: rows, inner: block.count, accumulate: false)
          for row in 0..<rows {
            let blockSums = hone_to_integers(load(sums.base + row * laneCount))
            totals[row] = index == 0 ? blockSums : totals[row] &+ blockSums
          }
        }
        for inTile in 0..<rows {
          store(
            multiplyAdd(hone_to_floats(totals[inTile]), scale * rowScales.base[row + inTile], start),
            y.base + (row + inTile) * y.stride + column - columns.lowerBound)
        }
      }
    }
  }
}

extension Arithmetic {
  /// The fastest arithmetic of bytes on this processor.
  static let ofBytes: Arithmetic = {
    let (inner, columns) = (256, 64)
    let weight = Matrix(FloatBuffer(repeating: 1, count: columns * inner), rows: columns, columns: inner)
    let y = Matrix.uninitialized(rows: MatrixTiles.rows, columns: columns)
    return fastest(of: allOfBytes) { arithmetic in
      let panels = BytePanels(weight, arithmetic: arithmetic)
      let packed = panels.pack(weight.rows(0..<y.rows))
      return { panels.multiply(packed, columns: 0..<columns, bias: nil, into: y) }
    }
  }()

  /// The arithmetics of bytes that this build and this processor have.
  static var allOfBytes: [Arithmetic] {
    allCases.filter {
      switch $0 {
      case .tiles: MatrixTiles.areAvailable
      case .lanes: hone_has_byte_products()
      case .emulated: true
      }
    }
  }

  /// The words of a row of bytes, in whole lanes: four bytes in each, or a float for each.
  fileprivate func words(ofBytes count: Int) -> Int {
    roundedToLanes(self == .emulated ? count : (count + 3) / 4)
  }

  /// Turns a row into integers q from −127 to 127 and fills up its words with zeros.
  ///
  ///     q = x / scale, rounded to the nearest; scale = max |x| / 127; start = −128 Σ q
  ///
  /// The scale of a row with a number that is none is none either, so it shows in the product.
  fileprivate func quantizeRow(
    _ source: UnsafePointer<Float>, count: Int, into target: UnsafeMutablePointer<Float>, words: Int
  ) -> (scale: Float, start: Int32) {
    let peak = largestMagnitude(source, count: count)
    let factor = Lanes(repeating: 127 / peak)
    var total = IntegerSums()
    // The last lanes may be filled in part.
    store(Lanes(), target + words - laneCount)
    if self == .emulated {
      forEachLanes(count) {
        store(quantized(load(source + $0), factor, &total) - rounding, target + $0)
      } rest: {
        store(quantized(load(source + $0, count: $1), factor, &total) - rounding, target + $0)
      }
    } else {
      let bytes = UnsafeMutableRawPointer(target)
      forEachLanes(count) {
        storeBytes(quantized(load(source + $0), factor, &total), bytes + $0)
      } rest: {
        storeBytes(quantized(load(source + $0, count: $1), factor, &total), bytes + $0)
      }
    }
    return (peak / 127, -128 &* hone_sum(total))
  }
}

/// Added to 1.5 · 2²³, a number is rounded to an integer, which is the lowest bits.
private var rounding: Float { 12_582_912 }

/// Sixteen numbers times a factor, as integers plus `rounding`; adds the integers to a total.
@inline(__always)
private func quantized(_ lanes: Lanes, _ factor: Lanes, _ total: inout IntegerSums) -> Lanes {
  let shifted = lanes * factor + rounding
  total = total &+ (integers(shifted) &- Int32(rounding.bitPattern))
  return shifted
}

@inline(__always)
private func storeBytes(_ shifted: Lanes, _ target: UnsafeMutableRawPointer) {
  target.storeBytes(of: hone_lowest_bytes(bitPattern(shifted)), as: SIMD16<UInt8>.self)
}

/// The largest magnitude, 10⁻³⁰ at least; no number if one of them is none.
@inline(__always)
private func largestMagnitude(_ source: UnsafePointer<Float>, count: Int) -> Float {
  // As integers, magnitudes are ordered as the numbers are, with those that are none above all.
  var largest = integers(Lanes(repeating: 1e-30))
  forEachLanes(count) {
    largest = hone_larger(largest, integers(load(source + $0)) & 0x7FFF_FFFF)
  } rest: {
    largest = hone_larger(largest, integers(load(source + $0, count: $1)) & 0x7FFF_FFFF)
  }
  return Float(bitPattern: UInt32(bitPattern: hone_largest(largest)))
}

@inline(__always)
private func integers(_ lanes: Lanes) -> IntegerSums { unsafeBitCast(lanes, to: IntegerSums.self) }
