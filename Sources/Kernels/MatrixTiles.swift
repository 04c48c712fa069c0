import CInstructions

/// Products by matrix tiles: Intel's AMX.
///
/// A tile is a register of sixteen rows of sixteen words. Four of them hold the sums of thirty-two rows by two panels of
/// sixteen columns; a step of sixteen words loads two tiles of those rows and two of those panels, as they are packed, and
/// multiplies each with each.
///
/// Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 1, chapter 18
enum MatrixTiles {
  /// True if this processor has tiles and the system lets this process use them; it is asked once.
  static let areAvailable = hone_request_tiles()

  /// The rows and the columns of the sums that are computed at once.
  static var rows: Int { 2 * laneCount }
  static var columns: Int { 2 * laneCount }

  /// Calls `body` for every up to `rows` rows and up to `columns` of some columns, while this thread has tiles for them.
  @inline(__always)
  static func forEach(
    rows count: Int, columns some: Range<Int>, _ body: (_ rows: Range<Int>, _ columns: Range<Int>) -> Void
  ) {
    if count == 0 || some.isEmpty { return }
    for row in stride(from: 0, to: count, by: rows) {
      let end = min(count, row + rows)
      hone_configure_tiles(Int32(min(end - row, laneCount)), Int32(max(1, end - row - laneCount)))
      for column in stride(from: some.lowerBound, to: some.upperBound, by: columns) {
        body(row..<end, column..<min(some.upperBound, column + columns))
      }
    }
    hone_release_tiles()
  }
}

/// `bytePanelTile` of up to thirty-two rows by one or two panels that follow each other.
///
/// - Parameters:
///   - inner: the words of a row, a multiple of sixteen.
///   - sums: memory for those of `MatrixTiles.rows` by `MatrixTiles.columns`.
@inline(never)
func byteMatrixTile(
  _ a: UnsafePointer<Float>, rowStride: Int, _ panels: UnsafePointer<Float>, into target: TileTarget, rows: Int,
  columns: Int, inner: Int, _ scaling: ByteScaling, sums: UnsafeMutablePointer<Float>
) {
  for tile in 0..<4 { hone_clear_tile(Int32(tile)) }
  addTiles(a, rowStride: rowStride, rows: rows, panels, count: columns / laneCount, inner: inner) {
    hone_add_byte_tiles($0)
  }
  let line = MatrixTiles.columns * MemoryLayout<Float>.stride
  for tile in 0..<4 {
    hone_store_tile(
      Int32(tile), sums + tile / 2 * laneCount * MatrixTiles.columns + tile % 2 * laneCount, line)
  }
  for column in stride(from: 0, to: columns, by: laneCount) {
    let (scale, bias) = (load(scaling.columnScales + column), scaling.bias.map { load($0 + column) } ?? Lanes())
    for row in 0..<rows {
      let exact = unsafeBitCast(load(sums + row * MatrixTiles.columns + column), to: IntegerSums.self)
      store(
        multiplyAdd(
          hone_to_floats(exact &+ scaling.rowStarts[row]), scale * scaling.rowScales[row], bias),
        target.first + row * target.stride + column)
    }
  }
}

/// `pairPanelTile` of up to thirty-two rows by one or two panels that follow each other, both factors with pairs in
/// their order.
@inline(never)
func pairMatrixTile(
  _ a: UnsafePointer<Float>, rowStride: Int, _ panels: UnsafePointer<Float>, into target: TileTarget, rows: Int,
  columns: Int, inner: Int, startingWith start: UnsafePointer<Float>?, _ summing: TileSumming
) {
  let line = target.stride * MemoryLayout<Float>.stride
  func forEachTile(_ body: (_ tile: Int32, _ row: Int, _ column: Int) -> Void) {
    body(0, 0, 0)
    if columns > laneCount { body(1, 0, laneCount) }
    if rows > laneCount { body(2, laneCount, 0) }
    if rows > laneCount && columns > laneCount { body(3, laneCount, laneCount) }
  }
  forEachTile { tile, row, column in
    switch (summing, start) {
    case (.adding, _): hone_load_tile(tile, target.first + row * target.stride + column, line)
    // The same row again and again.
    case (.replacing, let start?): hone_load_tile(tile, start + column, 0)
    case (.replacing, nil): hone_clear_tile(tile)
    }
  }
  addTiles(a, rowStride: rowStride, rows: rows, panels, count: columns / laneCount, inner: inner) {
    hone_add_pair_tiles($0)
  }
  forEachTile { tile, row, column in
    hone_store_tile(tile, target.first + row * target.stride + column, line)
  }
}

@inline(__always)
private func addTiles(
  _ a: UnsafePointer<Float>, rowStride: Int, rows: Int, _ panels: UnsafePointer<Float>, count: Int, inner: Int,
  _ add: (_ sums: Int32) -> Void
) {
  switch (rows > laneCount, count > 1) {
  case (true, true): addTiles(a, rowStride, twice: true, panels, twice: true, inner, add)
  case (true, false): addTiles(a, rowStride, twice: true, panels, twice: false, inner, add)
  case (false, true): addTiles(a, rowStride, twice: false, panels, twice: true, inner, add)
  case (false, false): addTiles(a, rowStride, twice: false, panels, twice: false, inner, add)
  }
}

/// The loop over the inner dimension, with one or two tiles of either factor.
@inline(__always)
private func addTiles(
  _ a: UnsafePointer<Float>, _ rowStride: Int, twice hasSecondRows: Bool, _ panels: UnsafePointer<Float>,
  twice hasSecondPanel: Bool, _ inner: Int, _ add: (_ sums: Int32) -> Void
) {
  let (below, line) = (a + laneCount * rowStride, laneCount * MemoryLayout<Float>.stride)
  let (beside, bytes) = (panels + laneCount * inner, rowStride * MemoryLayout<Float>.stride)
  for k in stride(from: 0, to: inner, by: laneCount) {
    hone_load_tile(4, a + k, bytes)
    hone_load_tile(6, panels + k * laneCount, line)
    add(0)
    if hasSecondPanel {
      hone_load_tile(7, beside + k * laneCount, line)
      add(1)
    }
    if hasSecondRows {
      hone_load_tile(5, below + k, bytes)
      add(2)
      if hasSecondPanel { add(3) }
    }
  }
}
