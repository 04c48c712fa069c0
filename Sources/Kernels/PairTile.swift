import CInstructions

/// One tile of up to `tileRows` rows times a panel of pairs of bfloat16 numbers, while the next panel is prefetched.
///
/// The sums of `PairPanels`, whose numbers of one parity are added in one chain, sixteen of them at a time.
///
/// - Parameters:
///   - a: the first word of the rows; both factors as `regrouped` has them.
///   - inner: the words of the panel, a multiple of sixteen.
///   - start: the sixteen initial sums of every row; zeros if nil. Not read if the sums are added to the target.
@inline(never)
func pairPanelTile(
  _ a: UnsafePointer<Float>, rowStride: Int, _ panel: UnsafePointer<Float>, into target: TileTarget, rows: Int,
  inner: Int, startingWith start: UnsafePointer<Float>?, _ summing: TileSumming, fetching fetch: TileFetch
) {
  tileOfChains(
    LanePairs.self, a, rowStride: rowStride, panel, into: target, rows: rows, inner: inner, startingWith: start,
    summing, fetching: fetch)
}

/// `pairPanelTile` by products of floats, with the same bits; a row has a float for each number, a panel has pairs in
/// their order.
@inline(never)
func widenedPanelTile(
  _ a: UnsafePointer<Float>, rowStride: Int, _ panel: UnsafePointer<Float>, into target: TileTarget, rows: Int,
  inner: Int, startingWith start: UnsafePointer<Float>?, _ summing: TileSumming, fetching fetch: TileFetch
) {
  tileOfChains(
    WidenedPairs.self, a, rowStride: rowStride, panel, into: target, rows: rows, inner: inner, startingWith: start,
    summing, fetching: fetch)
}

/// The tile in two halves, since a row has two chains.
@inline(__always)
private func tileOfChains<Products: PairProducts>(
  _ products: Products.Type, _ a: UnsafePointer<Float>, rowStride: Int, _ panel: UnsafePointer<Float>,
  into target: TileTarget, rows: Int, inner: Int, startingWith start: UnsafePointer<Float>?, _ summing: TileSumming,
  fetching fetch: TileFetch
) {
  for row in 0..<rows { hone_prefetch_for_writing(target.first + row * target.stride) }
  let half = tileRows / 2
  for row in stride(from: 0, to: rows, by: half) {
    let left = TileLeft(first: a + row * rowStride, rowStride: rowStride, innerStride: Products.wordsOfPair)
    let target = TileTarget(first: target.first + row * target.stride, stride: target.stride)
    let next = row == 0 ? fetch.next : panel
    let step = row == 0 ? fetch.step : 0
    if half == 3 {
      chains(
        ThreeChains<Products>.self, left, panel, into: target, rows: min(half, rows - row), inner: inner,
        startingWith: start, summing, fetching: next, fetchStep: step)
    } else {
      chains(
        SixChains<Products>.self, left, panel, into: target, rows: min(half, rows - row), inner: inner,
        startingWith: start, summing, fetching: next, fetchStep: step)
    }
  }
}

/// The sums of up to as many rows as there are chains; missing ones repeat the last row and are not kept.
@inline(__always)
private func chains<Chains: PairChains>(
  _ chains: Chains.Type, _ left: TileLeft, _ panel: UnsafePointer<Float>, into target: TileTarget, rows: Int,
  inner: Int, startingWith start: UnsafePointer<Float>?, _ summing: TileSumming, fetching next: UnsafePointer<Float>,
  fetchStep: Int
) {
  var leftRows = LeftRows(left, rows: rows)
  var (b, place) = (panel, next)
  let (steps, words) = (4, Chains.Products.wordsInStep)
  for first in stride(from: 0, to: inner, by: laneCount) {
    var chains = Chains()
    for _ in 0..<laneCount / (steps * words) {
      hone_prefetch(place)
      place += fetchStep * words
      for step in 0..<steps {
        chains.add(leftRows, at: step * words * left.innerStride, b + step * words * laneCount)
      }
      leftRows.advance(by: steps * words * left.innerStride)
      b += steps * words * laneCount
    }
    chains.forEach(rows: rows) { row, even, odd in
      let place = target.first + row * target.stride
      let before = first > 0 || summing == .adding ? load(place) : start.map { load($0) } ?? Lanes()
      store(before + (even + odd), place)
    }
  }
}

// MARK: - Products

/// Products of pairs of bfloat16 numbers.
private protocol PairProducts {
  /// The words of a row for a pair.
  static var wordsOfPair: Int { get }
  /// The words of a panel that are read together.
  static var wordsInStep: Int { get }
  /// The words of a step as factors.
  associatedtype Right
  static func right(_ panel: UnsafePointer<Float>) -> Right
  /// The chains of a row with the products of a step added to them.
  static func add(_ left: UnsafePointer<Float>, _ right: Right, _ even: Lanes, _ odd: Lanes) -> (Lanes, Lanes)
}

/// By an instruction that adds two products of one chain.
private enum LanePairs: PairProducts {
  @inline(__always) static var wordsOfPair: Int { 1 }
  @inline(__always) static var wordsInStep: Int { 2 }

  @inline(__always)
  static func right(_ panel: UnsafePointer<Float>) -> (Lanes, Lanes) { (load(panel), load(panel + laneCount)) }

  @inline(__always)
  static func add(
    _ left: UnsafePointer<Float>, _ right: (Lanes, Lanes), _ even: Lanes, _ odd: Lanes
  ) -> (Lanes, Lanes) {
    (
      hone_add_pair_products(even, bitPattern(right.0), repeatedWord(left)),
      hone_add_pair_products(odd, bitPattern(right.1), repeatedWord(left + 1))
    )
  }
}

/// By products of floats.
private enum WidenedPairs: PairProducts {
  @inline(__always) static var wordsOfPair: Int { 2 }
  @inline(__always) static var wordsInStep: Int { 1 }

  @inline(__always)
  static func right(_ panel: UnsafePointer<Float>) -> (Lanes, Lanes) {
    let pairs = bitPattern(load(panel))
    return (floats(pairs &<< 16), floats(pairs & 0xFFFF_0000))
  }

  @inline(__always)
  static func add(
    _ left: UnsafePointer<Float>, _ right: (Lanes, Lanes), _ even: Lanes, _ odd: Lanes
  ) -> (Lanes, Lanes) {
    (
      multiplyAdd(Lanes(repeating: left[0]), right.0, even), multiplyAdd(Lanes(repeating: left[1]), right.1, odd)
    )
  }
}

// MARK: - Chains

/// The chains of some rows by sixteen columns, in registers: two for each row.
private protocol PairChains {
  associatedtype Products: PairProducts
  init()
  mutating func add(_ rows: LeftRows, at index: Int, _ panel: UnsafePointer<Float>)
  func forEach(rows: Int, _ body: (_ row: Int, _ even: Lanes, _ odd: Lanes) -> Void)
}

private struct ThreeChains<Products: PairProducts>: PairChains {
  private var (e0, e1, e2) = (Lanes(), Lanes(), Lanes())
  private var (o0, o1, o2) = (Lanes(), Lanes(), Lanes())

  @inline(__always)
  init() {}

  @inline(__always)
  mutating func add(_ rows: LeftRows, at index: Int, _ panel: UnsafePointer<Float>) {
    add((rows.r0 + index, rows.r1 + index, rows.r2 + index), Products.right(panel))
  }

  @inline(__always)
  mutating func add(
    _ rows: (UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>), _ right: Products.Right
  ) {
    (e0, o0) = Products.add(rows.0, right, e0, o0)
    (e1, o1) = Products.add(rows.1, right, e1, o1)
    (e2, o2) = Products.add(rows.2, right, e2, o2)
  }

  @inline(__always)
  func forEach(rows: Int, _ body: (_ row: Int, _ even: Lanes, _ odd: Lanes) -> Void) {
    body(0, e0, o0)
    if rows > 1 { body(1, e1, o1) }
    if rows > 2 { body(2, e2, o2) }
  }
}

private struct SixChains<Products: PairProducts>: PairChains {
  private var (first, second) = (ThreeChains<Products>(), ThreeChains<Products>())

  @inline(__always)
  init() {}

  @inline(__always)
  mutating func add(_ rows: LeftRows, at index: Int, _ panel: UnsafePointer<Float>) {
    let right = Products.right(panel)
    first.add((rows.r0 + index, rows.r1 + index, rows.r2 + index), right)
    second.add((rows.r3 + index, rows.r4 + index, rows.r5 + index), right)
  }

  @inline(__always)
  func forEach(rows: Int, _ body: (_ row: Int, _ even: Lanes, _ odd: Lanes) -> Void) {
    first.forEach(rows: min(3, rows), body)
    if rows > 3 { second.forEach(rows: rows - 3) { body(3 + $0, $1, $2) } }
  }
}
