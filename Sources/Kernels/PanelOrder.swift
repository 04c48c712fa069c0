/// The order of a packed right factor: block by block of the inner dimension, panel by panel of sixteen columns, in
/// which tiles read it.
///
/// The inner dimension is counted in words: a float each, or a pair of bfloat16 numbers, or four bytes.
struct PanelOrder {
  /// The inner dimension in words.
  let inner: Int
  /// The columns, a multiple of sixteen.
  let columns: Int
  /// The blocks of the inner dimension.
  let blocks: Partition

  /// The largest inner dimension of a panel: 24 KB, which leaves room for a few rows of A in a first-level cache of 32
  /// KB.
  static let largestBlock = 384

  /// - Parameters:
  ///   - inBlocks: false for one block, however large.
  ///   - unit: a number of words that divides a block, unless it is the last one.
  init(inner: Int, columns: Int, inBlocks: Bool = true, unit: Int = 1) {
    require(columns % laneCount == 0, "PanelOrder: \(columns) columns are not a multiple of \(laneCount)")
    self.inner = inner
    self.columns = columns
    blocks = Partition(inner, size: inBlocks ? Self.largestBlock : max(1, inner), unit: unit)
  }

  /// The number of words.
  var count: Int { inner * columns }

  /// The first word of a panel: of a block and the sixteen columns from `column` on.
  func place(ofPanelAt column: Int, _ block: Range<Int>) -> Int { block.lowerBound * columns + column * block.count }

  /// Calls `body` for every panel with the place of its first word, its block and its first column, shared among the
  /// threads.
  func forEachPanel(_ body: (_ place: Int, _ block: Range<Int>, _ column: Int) -> Void) {
    parallelFor(columns / laneCount) { panel in
      let column = panel * laneCount
      for index in 0..<blocks.parts {
        body(place(ofPanelAt: column, blocks[index]), blocks[index], column)
      }
    }
  }

  /// Calls `body` for every tile, or every tile of some columns: for each block of the inner dimension, each panel,
  /// each `tileRows` rows.
  ///
  /// `fetch` is the part of the next panel that a tile prefetches; all tiles of a panel together prefetch the whole.
  @inline(__always)
  func forEachTile(
    rows: Int, columns some: Range<Int>? = nil, of words: UnsafePointer<Float>,
    _ body: (
      _ block: Range<Int>, _ isFirst: Bool, _ panel: UnsafePointer<Float>, _ column: Int, _ row: Int, _ fetch: TileFetch
    ) -> Void
  ) {
    if rows == 0 { return }
    let some = some ?? 0..<columns
    let tiles = (rows + tileRows - 1) / tileRows
    let fetchStep = 4 * laneCount / tiles + 1
    for index in 0..<blocks.parts {
      let block = blocks[index]
      for column in stride(from: some.lowerBound, to: some.upperBound, by: laneCount) {
        let panel = words + place(ofPanelAt: column, block)
        var next = panel + block.count * laneCount
        for row in stride(from: 0, to: rows, by: tileRows) {
          body(block, index == 0, panel, column, row, TileFetch(next: next, step: fetchStep))
          next += block.count / 4 * fetchStep
        }
      }
    }
  }
}
