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

/// One tile of up to `tileRows` rows of a product whose factors are in a near cache.
@inline(never)
func productTile(
  _ left: TileLeft, _ right: TileRight, into target: TileTarget, rows: Int, inner: Int, accumulate: Bool
) {
  tileRowsAtOnce(
    left, right, into: target, rows: rows, inner: inner, startingWith: nil, accumulate: accumulate, fetching: nil,
    fetchStep: 0)
}

/// One tile of up to `tileRows` rows times a panel of sixteen columns, while the next panel is prefetched.
///
/// - Parameter start: the sixteen initial sums of every row; zeros if nil.
@inline(never)
func panelTile(
  _ a: UnsafePointer<Float>, rowStride: Int, _ panel: UnsafePointer<Float>, into target: TileTarget, rows: Int,
  inner: Int, startingWith start: UnsafePointer<Float>?, accumulate: Bool, fetching fetch: TileFetch
) {
  tileRowsAtOnce(
    TileLeft(first: a, rowStride: rowStride, innerStride: 1), TileRight(first: panel, stride: laneCount),
    into: target, rows: rows, inner: inner, startingWith: start, accumulate: accumulate, fetching: fetch.next,
    fetchStep: fetch.step)
}

/// One tile of a panel and a strip `[inner, tileRows]`, which holds columns of `tileRows` numbers one after the other.
@inline(never)
func stripTile(
  _ strip: UnsafePointer<Float>, _ panel: UnsafePointer<Float>, into target: TileTarget, rows: Int, inner: Int,
  accumulate: Bool, fetching fetch: TileFetch
) {
  tileRowsAtOnce(
    TileLeft(first: strip, rowStride: 1, innerStride: tileRows), TileRight(first: panel, stride: laneCount),
    into: target, rows: rows, inner: inner, startingWith: nil, accumulate: accumulate, fetching: fetch.next,
    fetchStep: fetch.step)
}

/// The sums of up to `tileRows` rows: twelve at once if there are registers and rows for that, else six at a time.
///
/// A processor that starts two multiplications per cycle, each of four cycles, needs eight sums to stay busy: six of
/// AVX-512's registers are too few. A row's sums are the same either way. Six rows are called without a loop: within
/// one the compiler kept AVX2's sums in memory, at half the speed.
@inline(__always)
private func tileRowsAtOnce(
  _ left: TileLeft, _ right: TileRight, into target: TileTarget, rows: Int, inner: Int,
  startingWith start: UnsafePointer<Float>?, accumulate: Bool, fetching next: UnsafePointer<Float>?, fetchStep: Int
) {
  if tileRows == 6 || rows <= 6 {
    return tileOfSums(
      SixSums.self, left, right, into: target, rows: rows, inner: inner, startingWith: start,
      accumulate: accumulate, fetching: next, fetchStep: fetchStep)
  }
  if rows == 12 {
    return tileOfSums(
      TwelveSums.self, left, right, into: target, rows: rows, inner: inner, startingWith: start,
      accumulate: accumulate, fetching: next, fetchStep: fetchStep)
  }
  for row in stride(from: 0, to: rows, by: 6) {
    tileOfSums(
      SixSums.self,
      TileLeft(
        first: left.first + row * left.rowStride, rowStride: left.rowStride, innerStride: left.innerStride),
      right, into: TileTarget(first: target.first + row * target.stride, stride: target.stride),
      rows: min(6, rows - row), inner: inner, startingWith: start, accumulate: accumulate, fetching: next,
      fetchStep: fetchStep)
  }
}

/// The sums of some rows; if there are fewer than six, the missing ones repeat the last row and are not stored.
///
/// If there is something to prefetch, the target is not in a near cache either, and the sums take long enough to
/// prefetch it. Address and step are separate, since Swift 6.3.1 crashes on an optional `TileFetch` here.
@inline(__always)
private func tileOfSums<Sums: TileSums>(
  _ sums: Sums.Type, _ left: TileLeft, _ right: TileRight, into target: TileTarget, rows: Int, inner: Int,
  startingWith start: UnsafePointer<Float>?, accumulate: Bool, fetching next: UnsafePointer<Float>?, fetchStep: Int
) {
  if next != nil { for row in 0..<rows { hone_prefetch_for_writing(target.first + row * target.stride) } }
  var sums = Sums(startingWith: start.map { load($0) } ?? Lanes())
  var leftRows = LeftRows(left, rows: rows)
  var (b, next) = (right.first, next)
  // Four at a time: a loop over single ones is bound by its counter.
  for _ in 0..<inner / 4 {
    for k in 0..<4 { sums.add(leftRows, at: k * left.innerStride, load(b + k * right.stride)) }
    if let address = next {
      hone_prefetch(address)
      next = address + fetchStep
    }
    leftRows.advance(by: 4 * left.innerStride)
    b += 4 * right.stride
  }
  for k in 0..<inner % 4 { sums.add(leftRows, at: k * left.innerStride, load(b + k * right.stride)) }
  sums.finish(target, rows: rows, accumulate)
}

/// The rows of a left factor that a tile reads.
private struct LeftRows {
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
  /// Begins the sums of every row with the same sixteen numbers.
  init(startingWith start: Lanes)

  /// Adds a number of each row times a row of the right factor.
  mutating func add(_ rows: LeftRows, at index: Int, _ lanes: Lanes)

  /// Stores the first `rows` rows, or adds them to the target.
  func finish(_ target: TileTarget, rows: Int, _ accumulate: Bool)
}

private struct SixSums: TileSums {
  var c0, c1, c2, c3, c4, c5: Lanes

  @inline(__always)
  init(startingWith start: Lanes) { (c0, c1, c2, c3, c4, c5) = (start, start, start, start, start, start) }

  @inline(__always)
  mutating func add(_ rows: LeftRows, at index: Int, _ lanes: Lanes) {
    c0 = multiplyAdd(Lanes(repeating: rows.r0[index]), lanes, c0)
    c1 = multiplyAdd(Lanes(repeating: rows.r1[index]), lanes, c1)
    c2 = multiplyAdd(Lanes(repeating: rows.r2[index]), lanes, c2)
    c3 = multiplyAdd(Lanes(repeating: rows.r3[index]), lanes, c3)
    c4 = multiplyAdd(Lanes(repeating: rows.r4[index]), lanes, c4)
    c5 = multiplyAdd(Lanes(repeating: rows.r5[index]), lanes, c5)
  }

  @inline(__always)
  func finish(_ target: TileTarget, rows: Int, _ accumulate: Bool) {
    let (c, stride) = (target.first, target.stride)
    keep(c0, c, accumulate)
    if rows > 1 { keep(c1, c + stride, accumulate) }
    if rows > 2 { keep(c2, c + 2 * stride, accumulate) }
    if rows > 3 { keep(c3, c + 3 * stride, accumulate) }
    if rows > 4 { keep(c4, c + 4 * stride, accumulate) }
    if rows > 5 { keep(c5, c + 5 * stride, accumulate) }
  }

  @inline(__always)
  private func keep(_ lanes: Lanes, _ target: UnsafeMutablePointer<Float>, _ accumulate: Bool) {
    store(accumulate ? load(target) + lanes : lanes, target)
  }
}

/// Sums of exactly twelve rows.
private struct TwelveSums: TileSums {
  var first, second: SixSums

  @inline(__always)
  init(startingWith start: Lanes) { (first, second) = (SixSums(startingWith: start), SixSums(startingWith: start)) }

  @inline(__always)
  mutating func add(_ rows: LeftRows, at index: Int, _ lanes: Lanes) {
    first.add(rows, at: index, lanes)
    second.add(rows, at: index + rows.distance, lanes)
  }

  @inline(__always)
  func finish(_ target: TileTarget, rows: Int, _ accumulate: Bool) {
    first.finish(target, rows: 6, accumulate)
    second.finish(
      TileTarget(first: target.first + 6 * target.stride, stride: target.stride), rows: 6, accumulate)
  }
}
