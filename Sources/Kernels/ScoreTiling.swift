/// The scores of one head of one sequence, `[tokens, tokens]`, in row blocks, and those in column tiles: a tile stays
/// in the second-level cache, and a row block has only the columns that one of its rows sees.
///
/// Depends on length and window only.
struct ScoreTiling {
  /// The tokens of the sequence.
  let count: Int
  /// The tokens on each side that a token sees; nil if it sees all.
  private let window: Int?
  /// The rows of a row block: equal blocks of whole register tiles, so that the last one is not a sliver.
  let blockRows: Int

  private static let mostRows = 96
  /// The most columns of a tile: sixteen columns of values, one below the other, fit the first-level cache.
  private static let mostColumns = 512

  init(count: Int, window: Int?) {
    self.count = count
    let window = window.flatMap { $0 < count - 1 ? $0 : nil }
    self.window = window
    // Every row of a block pays for the columns that only another one sees.
    let most = window.map { min(Self.mostRows, max(2 * tileRows, $0 / 2)) } ?? Self.mostRows
    let blocks = max(1, (count + most - 1) / most)
    let rows = (count + blocks - 1) / blocks
    blockRows = min(count, (rows + tileRows - 1) / tileRows * tileRows)
  }

  /// True if some token does not see all others.
  var isWindowed: Bool { window != nil }

  /// The number of tokens, rounded up to whole lanes.
  var paddedCount: Int { roundedToLanes(count) }

  /// Floats from one row of a tile to the next: an odd number of lanes, so that rows do not share cache sets.
  var stride: Int {
    let widest = window.map { roundedToLanes(blockRows + 2 * $0 + laneCount) } ?? paddedCount
    return (min(widest, paddedCount, Self.mostColumns) / laneCount | 1) * laneCount
  }

  /// The row block that begins with a row.
  func rows(from first: Int) -> Range<Int> { first..<min(first + blockRows, count) }

  /// The column tiles of a row block, in whole lanes.
  func tiles(of rows: Range<Int>) -> ColumnTiles {
    guard let window else { return ColumnTiles(0..<paddedCount, size: Self.mostColumns) }
    let first = max(0, rows.lowerBound - window) / laneCount * laneCount
    return ColumnTiles(first..<min(paddedCount, roundedToLanes(rows.upperBound + window)), size: Self.mostColumns)
  }

  /// The columns of a tile that a row sees, counted from the tile's first.
  @inline(__always)
  func seen(by row: Int, in tile: Range<Int>) -> Range<Int> {
    guard let window else { return 0..<min(tile.count, count - tile.lowerBound) }
    let lower = min(max(row - window - tile.lowerBound, 0), tile.count)
    return lower..<max(lower, min(row + window + 1, count, tile.upperBound) - tile.lowerBound)
  }
}

/// The columns of a row block in tiles of nearly equal width.
struct ColumnTiles {
  private let first: Int
  private let partition: Partition

  init(_ columns: Range<Int>, size: Int) {
    first = columns.lowerBound
    partition = Partition(columns.count, size: size, unit: laneCount)
  }

  var count: Int { partition.parts }

  subscript(_ index: Int) -> Range<Int> {
    let columns = partition[index]
    return first + columns.lowerBound..<first + columns.upperBound
  }
}
