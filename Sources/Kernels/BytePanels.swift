import CInstructions

/// The right factor B = Wᵀ of a product of 8-bit integers, packed once.
///
///     w = s qʷ        x = t qˣ        y = s t Σ qʷ qˣ + b        s = max |w| / 127 for each output, t = max |x| / 127 for each row
///
/// The sums are exact, so native and emulated products have the same bits. The instruction multiplies unsigned bytes by
/// signed ones: a panel holds qʷ + 128, and the sums of a row start with −128 Σ qˣ.
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
    require(weight.columns <= Self.largestInner, "BytePanels: an inner dimension of \(weight.columns)")
    self.arithmetic = arithmetic
    // Sums of 384 products of floats are exact; those of bytes always are, and need one block.
    order = PanelOrder(
      inner: arithmetic.words(ofBytes: weight.columns), columns: weight.rows, inBlocks: arithmetic == .emulated)
    buffer = FloatBuffer(uninitialized: order.count)
    scales = FloatBuffer(uninitialized: weight.rows)
    let stride = arithmetic.stride(ofBytes: weight.columns)
    parallelFor(weight.rows / laneCount) { panel in
      let column = panel * laneCount
      let rows = FloatBuffer(uninitialized: laneCount * stride)
      for row in 0..<laneCount {
        scales.base[column + row] =
          arithmetic.quantizeRow(
            weight.base + (column + row) * weight.stride, count: weight.columns, into: rows.base + row * stride
          ).scale
      }
      if arithmetic == .native {
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
    let stride = arithmetic.stride(ofBytes: x.columns)
    let rows = PackedRows(
      count: x.rows, words: FloatBuffer(uninitialized: x.rows * stride), stride: stride,
      scales: FloatBuffer(uninitialized: 2 * x.rows))
    guard let scales = rows.scales, let starts = rows.starts else { return rows }
    for row in 0..<x.rows {
      (scales.base[row], starts[row]) = arithmetic.quantizeRow(
        x.base + row * x.stride, count: x.columns, into: rows.words.base + row * stride)
    }
    return rows
  }

  /// y = x Wᵀ + bias in some of the columns, on the calling thread.
  ///
  /// - Parameter columns: those of Wᵀ; the bias and y begin with the first of them.
  func multiply(_ x: PackedRows, columns: Range<Int>, bias: UnsafePointer<Float>?, into y: Matrix) {
    guard let rowScales = x.scales, let starts = x.starts else { fatalError("BytePanels: rows of another precision") }
    if arithmetic == .emulated { return multiplyEmulated(x, rowScales, columns: columns, bias: bias, into: y) }
    order.forEachTile(rows: x.count, columns: columns, of: buffer.base) { block, _, panel, column, row, fetch in
      bytePanelTile(
        x.words.base + row * x.stride, rowStride: x.stride, panel,
        into: TileTarget(first: y.base + row * y.stride + column - columns.lowerBound, stride: y.stride),
        rows: min(tileRows, x.count - row), inner: block.count,
        ByteScaling(
          rowScales: rowScales.base + row, rowStarts: starts + row, columnScales: scales.base + column,
          bias: bias.map { $0 + column - columns.lowerBound }), fetching: fetch)
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
  /// The words of a row of bytes: four in each, or a float for each.
  fileprivate func words(ofBytes count: Int) -> Int { self == .native ? (count + 3) / 4 : count }

  /// The words from one row of bytes to the next: whole lanes of numbers.
  fileprivate func stride(ofBytes count: Int) -> Int {
    self == .native ? roundedToLanes(roundedToLanes(count) / 4) : roundedToLanes(count)
  }

  /// Turns a row into integers q from −127 to 127 and fills up whole lanes with zeros.
  ///
  ///     q = x / scale, rounded to the nearest; scale = max |x| / 127; start = −128 Σ q
  ///
  /// The scale of a row with a number that is none is none either, so it shows in the product.
  fileprivate func quantizeRow(
    _ source: UnsafePointer<Float>, count: Int, into target: UnsafeMutablePointer<Float>
  ) -> (scale: Float, start: Int32) {
    var largest = Lanes(repeating: 1e-30)
    func measure(_ lanes: Lanes) {
      let magnitude = floats(bitPattern(lanes) & 0x7FFF_FFFF)
      largest = largest.replacing(with: magnitude, where: (largest .< magnitude) .| (magnitude .!= magnitude))
    }
    forEachLanes(count) {
      measure(load(source + $0))
    } rest: {
      measure(load(source + $0, count: $1))
    }
    // As integers, magnitudes are ordered as the numbers are, with those that are none above all.
    let peak = Float(bitPattern: bitPattern(largest).max())
    let factor = Lanes(repeating: 127 / peak)
    var total = IntegerLanes()
    func keep(_ lanes: Lanes, _ offset: Int) {
      // Added to 1.5 · 2²³, a number is rounded to an integer, which is the lowest bits.
      let shifted = lanes * factor + 12_582_912
      total = total &+ (bitPattern(shifted) &- Float(12_582_912).bitPattern)
      switch self {
      case .native:
        UnsafeMutableRawPointer(target).storeBytes(
          of: hone_lowest_bytes(bitPattern(shifted)), toByteOffset: offset, as: SIMD16<UInt8>.self)
      case .emulated: store(shifted - 12_582_912, target + offset)
      }
    }
    forEachLanes(count) {
      keep(load(source + $0), $0)
    } rest: {
      keep(load(source + $0, count: $1), $0)
    }
    return (peak / 127, -128 &* Int32(bitPattern: total.wrappedSum()))
  }
}
