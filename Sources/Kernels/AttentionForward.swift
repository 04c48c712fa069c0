#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension AttentionKernel {
  /// The outputs of one head of one sequence.
  ///
  /// A row block of several column tiles keeps a running peak and sum of each row, and rescales what it has added up
  /// when the peak rises (Milakov & Gimelshein 2018, arXiv:1805.02867).
  func forwardHead(
    _ head: AttentionHead, _ projections: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
    _ logSumExp: UnsafeMutablePointer<Float>?, before next: AttentionHead?
  ) {
    let (n, wide) = (head.count, head.paddedWidth)
    if n == 0 { return }
    let tiling = ScoreTiling(count: n, window: window)
    let (block, scoreStride) = (tiling.blockRows, tiling.stride)
    let stride = 3 * width
    let source = projections + head.start * stride + head.head * headWidth
    let diagonalCount = bias == nil ? 0 : ScoreBias.diagonalCount(of: n)
    let scratch = FloatBuffer(
      uninitialized: head.transposedFloats + head.panelFloats + head.rowFloats + block * (2 * wide + scoreStride + 2)
        + diagonalCount)
    let keysTransposed = scratch.base
    let values = keysTransposed + head.transposedFloats
    let rowSpace = values + head.panelFloats
    let q = rowSpace + head.rowFloats
    let result = q + block * wide
    let scores = result + block * wide
    let peaks = scores + block * scoreStride
    let sums = peaks + block
    let diagonals = sums + block
    head.layPanels(
      of: source + width, stride: stride, isRotated: true, transposed: keysTransposed, panels: nil, using: rowSpace)
    head.layPanels(
      of: source + 2 * width, stride: stride, isRotated: false, transposed: nil, panels: values, using: rowSpace)
    bias?.layDiagonals(of: head.head, count: n, into: diagonals)

    for first in Swift.stride(from: 0, to: n, by: block) {
      let rows = tiling.rows(from: first)
      head.pack(source, stride: stride, rows: rows, isRotated: true, scale: scale, into: q)
      let tiles = tiling.tiles(of: rows)
      for index in 0..<tiles.count {
        let tile = tiles[index]
        panelProduct(
          TileLeft(first: q, rowStride: wide, innerStride: 1),
          RightPanels(
            first: keysTransposed + tile.lowerBound * headWidth, stride: laneCount, panelStride: headWidth * laneCount),
          into: TargetPanels(first: scores, stride: scoreStride, panelStride: laneCount), rows: rows.count,
          columns: tile.count, inner: headWidth, accumulate: false)
        for row in rows {
          let place = row - first
          let rowScores = scores + place * scoreStride
          if index == 0 { next?.prefetch(row, of: projections, width: width) }
          if bias != nil { addLanes(diagonals + (n - 1 - row) + tile.lowerBound, to: rowScores, count: tile.count) }
          let (peak, sum) = powersOfRow(
            rowScores, seen: tiling.seen(by: row, in: tile), padded: tile.count,
            peakBefore: index == 0 ? -Float.greatestFiniteMagnitude : peaks[place], mask: head.mask,
            at: row * tiling.paddedCount + tile.lowerBound)
          if index == 0 {
            sums[place] = sum
          } else {
            let factor = exponential(Lanes(repeating: peaks[place] - peak))[0]
            sums[place] = multiplyAdd(sums[place], factor, sum)
            copyScaled(result + place * wide, by: factor, into: result + place * wide, count: wide)
          }
          peaks[place] = peak
        }
        panelProduct(
          TileLeft(first: scores, rowStride: scoreStride, innerStride: 1),
          RightPanels(
            first: values + tile.lowerBound * laneCount, stride: laneCount, panelStride: n * laneCount),
          into: TargetPanels(first: result, stride: wide, panelStride: laneCount), rows: rows.count, columns: wide,
          inner: min(tile.upperBound, n) - tile.lowerBound, accumulate: index > 0)
      }
      let target = output + head.start * width + head.head * headWidth
      for row in rows {
        let place = row - first
        if let logSumExp { logSumExp[head.head * tokens + head.start + row] = peaks[place] + logf(sums[place]) }
        copyScaled(result + place * wide, by: 1 / sums[place], into: target + row * width, count: headWidth)
      }
    }
  }
}
