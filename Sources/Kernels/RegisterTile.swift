import CInstructions

/// The rows of a tile, whose sums of sixteen columns take twelve of AVX2's sixteen registers, or of AVX-512's
/// thirty-two.
@inline(__always)
var tileRows: Int { Int(hone_tile_rows()) }

/// The left factor of a tile: its first number, and floats from one row and from one column to the next.
struct TileLeft {
  let first: UnsafePointer<Float>
  let rowStride: Int
  let innerStride: Int
}

/// The right factor of a tile: its first number, and floats from one row of sixteen numbers to the next.
struct TileRight {
  let first: UnsafePointer<Float>
  let stride: Int
}

/// The result of a tile: its first number, and floats from one row to the next.
struct TileTarget {
  let first: UnsafeMutablePointer<Float>
  let stride: Int
}

/// The data that a tile prefetches while it computes: `step` floats for every four of the inner dimension.
struct TileFetch {
  let next: UnsafePointer<Float>
  let step: Int
}

/// The way in which a tile's sums meet what its target holds.
enum TileSumming {
  /// They replace it.
  case replacing
  /// They are added to it.
  case adding
}

/// One tile of up to `tileRows` rows of a product whose factors are in a near cache.
@inline(never)
func productTile(
  _ left: TileLeft, _ right: TileRight, into target: TileTarget, rows: Int, inner: Int, accumulate: Bool
) {
  floatTile(
    FloatProducts.self, left, right, into: target, rows: rows, inner: inner, startingWith: nil,
    accumulate ? .adding : .replacing, fetching: nil, fetchStep: 0)
}

/// One tile of up to `tileRows` rows times a panel of sixteen columns, while the next panel is prefetched.
///
/// - Parameter start: the sixteen initial sums of every row; zeros if nil.
@inline(never)
func panelTile(
  _ a: UnsafePointer<Float>, rowStride: Int, _ panel: UnsafePointer<Float>, into target: TileTarget, rows: Int,
  inner: Int, startingWith start: UnsafePointer<Float>?, _ summing: TileSumming, fetching fetch: TileFetch
) {
  floatTile(
    FloatProducts.self, TileLeft(first: a, rowStride: rowStride, innerStride: 1),
    TileRight(first: panel, stride: laneCount), into: target, rows: rows, inner: inner, startingWith: start, summing,
    fetching: fetch.next, fetchStep: fetch.step)
}

/// One tile of a panel and a strip `[inner, tileRows]`, which holds columns of `tileRows` numbers one after the other.
@inline(never)
func stripTile(
  _ strip: UnsafePointer<Float>, _ panel: UnsafePointer<Float>, into target: TileTarget, rows: Int, inner: Int,
  _ summing: TileSumming, fetching fetch: TileFetch
) {
  floatTile(
    FloatProducts.self, TileLeft(first: strip, rowStride: 1, innerStride: tileRows),
    TileRight(first: panel, stride: laneCount), into: target, rows: rows, inner: inner, startingWith: nil, summing,
    fetching: fetch.next, fetchStep: fetch.step)
}

/// One tile of words that hold four bytes; `inner` counts words.
///
///     target = scale of the row · scale of the column · (start of the row + Σ left · right) + bias of the column
@inline(never)
func bytePanelTile(
  _ a: UnsafePointer<Float>, rowStride: Int, _ panel: UnsafePointer<Float>, into target: TileTarget, rows: Int,
  inner: Int, _ scaling: ByteScaling, fetching fetch: TileFetch
) {
  let (scale, bias) = (load(scaling.columnScales), scaling.bias.map { load($0) } ?? Lanes())
  tileOfRows(
    ByteProducts.self, TileLeft(first: a, rowStride: rowStride, innerStride: 1),
    TileRight(first: panel, stride: laneCount), rows: rows, inner: inner, fetching: fetch.next, fetchStep: fetch.step,
    prefetching: target
  ) {
    IntegerSums(repeating: scaling.rowStarts[$0])
  } finish: { row, sums in
    store(
      multiplyAdd(hone_to_floats(sums), scale * scaling.rowScales[row], bias), target.first + row * target.stride)
  }
}

/// The numbers that turn the sums of bytes into floats.
struct ByteScaling {
  /// One for each row of the tile.
  let rowScales: UnsafePointer<Float>
  let rowStarts: UnsafePointer<Int32>
  /// One for each column.
  let columnScales: UnsafePointer<Float>
  let bias: UnsafePointer<Float>?
}

/// A tile whose sums are floats.
@inline(__always)
func floatTile<Products: TileProducts>(
  _ products: Products.Type, _ left: TileLeft, _ right: TileRight, into target: TileTarget, rows: Int, inner: Int,
  startingWith start: UnsafePointer<Float>?, _ summing: TileSumming, fetching next: UnsafePointer<Float>?,
  fetchStep: Int
) where Products.Sums == Lanes {
  tileOfRows(
    products, left, right, rows: rows, inner: inner, fetching: next, fetchStep: fetchStep, prefetching: target
  ) { _ in
    start.map { load($0) } ?? Lanes()
  } finish: { row, sums in
    let place = target.first + row * target.stride
    store(summing == .adding ? load(place) + sums : sums, place)
  }
}

/// The sums of up to `tileRows` rows: twelve at once if there are registers and rows for that, else six at a time.
///
/// A processor that starts two multiplications per cycle, each of four cycles, needs eight sums to stay busy: six of
/// AVX-512's registers are too few. A row's sums are the same either way. Six rows are called without a loop: within
/// one the compiler kept AVX2's sums in memory, at half the speed.
@inline(__always)
private func tileOfRows<Products: TileProducts>(
  _ products: Products.Type, _ left: TileLeft, _ right: TileRight, rows: Int, inner: Int,
  fetching next: UnsafePointer<Float>?, fetchStep: Int, prefetching target: TileTarget,
  begin: (_ row: Int) -> Products.Sums, finish: (_ row: Int, _ sums: Products.Sums) -> Void
) {
  // If there is something to prefetch, the target is not in a near cache either, and the sums take long enough.
  if next != nil { for row in 0..<rows { hone_prefetch_for_writing(target.first + row * target.stride) } }
  if tileRows == 6 || rows <= 6 {
    return tileOfSums(
      SixSums<Products>.self, left, right, rows: rows, inner: inner, fetching: next, fetchStep: fetchStep,
      begin: begin, finish: finish)
  }
  if rows == 12 {
    return tileOfSums(
      TwelveSums<Products>.self, left, right, rows: rows, inner: inner, fetching: next, fetchStep: fetchStep,
      begin: begin, finish: finish)
  }
  for row in stride(from: 0, to: rows, by: 6) {
    tileOfSums(
      SixSums<Products>.self,
      TileLeft(
        first: left.first + row * left.rowStride, rowStride: left.rowStride, innerStride: left.innerStride),
      right, rows: min(6, rows - row), inner: inner, fetching: next, fetchStep: fetchStep,
      begin: { begin(row + $0) }, finish: { finish(row + $0, $1) })
  }
}

/// The sums of some rows; if there are fewer than six, the missing ones repeat the last row and are not kept.
///
/// Address and step of the prefetch are separate, since Swift 6.3.1 crashes on an optional `TileFetch` here.
@inline(__always)
private func tileOfSums<Sums: TileSums>(
  _ sums: Sums.Type, _ left: TileLeft, _ right: TileRight, rows: Int, inner: Int,
  fetching next: UnsafePointer<Float>?, fetchStep: Int, begin: (_ row: Int) -> Sums.Vector,
  finish: (_ row: Int, _ sums: Sums.Vector) -> Void
) {
  var sums = Sums(rows: rows, begin)
  var leftRows = LeftRows(left, rows: rows)
  var (b, place) = (right.first, next ?? right.first)
  // Several at a time: a loop over single ones is bound by its counter. The prefetch stands before the sums: behind
  // them, the compiler ran out of registers.
  let steps = Sums.stepsAtOnce
  for _ in 0..<inner / steps {
    if next != nil {
      hone_prefetch(place)
      place += fetchStep * steps / 4
    }
    for k in 0..<steps { sums.add(leftRows, at: k * left.innerStride, load(b + k * right.stride)) }
    leftRows.advance(by: steps * left.innerStride)
    b += steps * right.stride
  }
  for k in 0..<inner % steps { sums.add(leftRows, at: k * left.innerStride, load(b + k * right.stride)) }
  sums.forEach(rows: rows, finish)
}

// MARK: - Products

/// The products that a tile adds up.
///
/// Memory is typed as floats throughout, each of them a word of 32 bits.
protocol TileProducts {
  /// Sixteen sums.
  associatedtype Sums
  /// The words of a row that are added in one round of the loop; each sum waits for the one before it.
  static var stepsAtOnce: Int { get }
  /// The sums with a word of a row times sixteen words of a panel added to them.
  static func add(_ left: UnsafePointer<Float>, _ right: Lanes, to sums: Sums) -> Sums
}

extension TileProducts {
  @inline(__always)
  static var stepsAtOnce: Int { 4 }
}

typealias IntegerSums = SIMD16<Int32>

/// A word is a float.
enum FloatProducts: TileProducts {
  @inline(__always)
  static func add(_ left: UnsafePointer<Float>, _ right: Lanes, to sums: Lanes) -> Lanes {
    multiplyAdd(Lanes(repeating: left.pointee), right, sums)
  }
}

/// A word is four bytes: signed in a row, unsigned in a panel.
enum ByteProducts: TileProducts {
  @inline(__always)
  static func add(_ left: UnsafePointer<Float>, _ right: Lanes, to sums: IntegerSums) -> IntegerSums {
    hone_add_byte_products(sums, bitPattern(right), repeatedWord(left))
  }
}

@inline(__always)
func repeatedWord(_ place: UnsafePointer<Float>) -> IntegerLanes {
  IntegerLanes(repeating: UnsafeRawPointer(place).loadUnaligned(as: UInt32.self))
}

// MARK: - Rows and sums

/// The rows of a left factor that a tile reads.
struct LeftRows {
  var r0, r1, r2, r3, r4, r5: UnsafePointer<Float>
  /// The distance from each of these to the row six further on: six pointers and a distance leave general registers for
  /// the rest.
  let distance: Int

  @inline(__always)
  init(_ left: TileLeft, rows: Int) {
    let (first, rowStride) = (left.first, left.rowStride)
    r0 = first
    r1 = first + min(1, rows - 1) * rowStride
    r2 = first + min(2, rows - 1) * rowStride
    r3 = first + min(3, rows - 1) * rowStride
    r4 = first + min(4, rows - 1) * rowStride
    r5 = first + min(5, rows - 1) * rowStride
    distance = 6 * rowStride
  }

  @inline(__always)
  mutating func advance(by count: Int) {
    r0 += count
    r1 += count
    r2 += count
    r3 += count
    r4 += count
    r5 += count
  }
}

/// The sums of the rows of a tile by sixteen columns, in registers.
private protocol TileSums {
  associatedtype Vector
  static var stepsAtOnce: Int { get }

  /// Begins the sums of each of the first `rows` rows.
  init(rows: Int, _ begin: (_ row: Int) -> Vector)

  /// Adds a word of each row times a row of the right factor.
  mutating func add(_ rows: LeftRows, at index: Int, _ lanes: Lanes)

  /// Calls `body` with the sums of each of the first `rows` rows.
  func forEach(rows: Int, _ body: (_ row: Int, _ sums: Vector) -> Void)
}

private struct SixSums<Products: TileProducts>: TileSums {
  var c0, c1, c2, c3, c4, c5: Products.Sums

  @inline(__always)
  static var stepsAtOnce: Int { Products.stepsAtOnce }

  @inline(__always)
  init(rows: Int, _ begin: (_ row: Int) -> Products.Sums) {
    c0 = begin(0)
    c1 = begin(min(1, rows - 1))
    c2 = begin(min(2, rows - 1))
    c3 = begin(min(3, rows - 1))
    c4 = begin(min(4, rows - 1))
    c5 = begin(min(5, rows - 1))
  }

  @inline(__always)
  mutating func add(_ rows: LeftRows, at index: Int, _ lanes: Lanes) {
    c0 = Products.add(rows.r0 + index, lanes, to: c0)
    c1 = Products.add(rows.r1 + index, lanes, to: c1)
    c2 = Products.add(rows.r2 + index, lanes, to: c2)
    c3 = Products.add(rows.r3 + index, lanes, to: c3)
    c4 = Products.add(rows.r4 + index, lanes, to: c4)
    c5 = Products.add(rows.r5 + index, lanes, to: c5)
  }

  @inline(__always)
  func forEach(rows: Int, _ body: (_ row: Int, _ sums: Products.Sums) -> Void) {
    body(0, c0)
    if rows > 1 { body(1, c1) }
    if rows > 2 { body(2, c2) }
    if rows > 3 { body(3, c3) }
    if rows > 4 { body(4, c4) }
    if rows > 5 { body(5, c5) }
  }
}

/// Sums of exactly twelve rows.
private struct TwelveSums<Products: TileProducts>: TileSums {
  var first, second: SixSums<Products>

  @inline(__always)
  static var stepsAtOnce: Int { Products.stepsAtOnce }

  @inline(__always)
  init(rows: Int, _ begin: (_ row: Int) -> Products.Sums) {
    first = SixSums(rows: 6, begin)
    second = SixSums(rows: 6) { begin(6 + $0) }
  }

  @inline(__always)
  mutating func add(_ rows: LeftRows, at index: Int, _ lanes: Lanes) {
    first.add(rows, at: index, lanes)
    second.add(rows, at: index + rows.distance, lanes)
  }

  @inline(__always)
  func forEach(rows: Int, _ body: (_ row: Int, _ sums: Products.Sums) -> Void) {
    first.forEach(rows: 6, body)
    second.forEach(rows: 6) { body(6 + $0, $1) }
  }
}
