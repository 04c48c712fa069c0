extension AttentionKernel {
  /// The buffers that the reverse pass reads.
  struct BackwardInputs {
    let outputGradient: UnsafePointer<Float>
    let projections: UnsafePointer<Float>
    let output: UnsafePointer<Float>
    let logSumExp: UnsafePointer<Float>
  }

  /// The gradients of one head of one sequence.
  ///
  /// With P the probabilities and D the dropout factors, dP = D · (dO Vᵀ) and dS = P · (dP − Σ P dP). The sum is taken
  /// from the row where a row block is one column tile, else it is dO · O (Dao et al. 2022, appendix B.4).
  ///
  /// - Parameter biasSums: where the gradients of the head's biases are added up, if they are wanted.
  func backwardHead(
    _ head: AttentionHead, _ known: BackwardInputs, _ gradient: UnsafeMutablePointer<Float>,
    biasSums: UnsafeMutablePointer<Float>?, before next: AttentionHead?
  ) {
    let (n, wide) = (head.count, head.paddedWidth)
    if n == 0 { return }
    let tiling = ScoreTiling(count: n, window: window)
    let (block, scoreStride) = (tiling.blockRows, tiling.stride)
    let stride = 3 * width
    let source = known.projections + head.start * stride + head.head * headWidth
    let diagonalCount = bias == nil ? 0 : ScoreBias.diagonalCount(of: n)
    let scratch = FloatBuffer(
      uninitialized: 2 * head.transposedFloats + 3 * head.panelFloats + head.rowFloats
        + block * (3 * wide + 2 * scoreStride + 1) + 2 * diagonalCount)
    let keysTransposed = scratch.base
    let valuesTransposed = keysTransposed + head.transposedFloats
    let keys = valuesTransposed + head.transposedFloats
    let dk = keys + head.panelFloats
    let dv = dk + head.panelFloats
    let rowSpace = dv + head.panelFloats
    let q = rowSpace + head.rowFloats
    let dOutput = q + block * wide
    let dq = dOutput + block * wide
    let p = dq + block * wide
    let dScores = p + block * scoreStride
    let means = dScores + block * scoreStride
    let diagonals = means + block
    let dDiagonals = diagonals + diagonalCount
    head.layPanels(
      of: source + width, stride: stride, isRotated: true, transposed: keysTransposed, panels: keys, using: rowSpace)
    head.layPanels(
      of: source + 2 * width, stride: stride, isRotated: false, transposed: valuesTransposed, panels: nil,
      using: rowSpace)
    bias?.layDiagonals(of: head.head, count: n, into: diagonals)
    if bias != nil { dDiagonals.update(repeating: 0, count: diagonalCount) }
    // The first row block of a window does not reach all keys.
    if tiling.isWindowed { dk.update(repeating: 0, count: 2 * head.panelFloats) }

    for first in Swift.stride(from: 0, to: n, by: block) {
      let rows = tiling.rows(from: first)
      let accumulatesKeys = tiling.isWindowed || first > 0
      let tiles = tiling.tiles(of: rows)
      let outputs = head.start * width + head.head * headWidth
      head.pack(source, stride: stride, rows: rows, isRotated: true, scale: scale, into: q)
      head.pack(
        known.outputGradient + outputs, stride: width, rows: rows, isRotated: false, scale: 1, into: dOutput)
      if tiles.count > 1 {
        for row in rows {
          means[row - first] = dot(dOutput + (row - first) * wide, known.output + outputs + row * width, headWidth)
        }
      }
      for index in 0..<tiles.count {
        let tile = tiles[index]
        let inner = min(tile.upperBound, n) - tile.lowerBound
        let transposedPanels = tile.lowerBound * headWidth
        let scoreTarget = { TargetPanels(first: $0, stride: scoreStride, panelStride: laneCount) }
        panelProduct(
          TileLeft(first: q, rowStride: wide, innerStride: 1),
          RightPanels(
            first: keysTransposed + transposedPanels, stride: laneCount, panelStride: headWidth * laneCount),
          into: scoreTarget(p), rows: rows.count, columns: tile.count, inner: headWidth, accumulate: false)
        panelProduct(
          TileLeft(first: dOutput, rowStride: wide, innerStride: 1),
          RightPanels(
            first: valuesTransposed + transposedPanels, stride: laneCount, panelStride: headWidth * laneCount),
          into: scoreTarget(dScores), rows: rows.count, columns: tile.count, inner: headWidth, accumulate: false)
        for row in rows {
          let place = row - first
          let (rowScores, rowGradients) = (p + place * scoreStride, dScores + place * scoreStride)
          let diagonal = n - 1 - row + tile.lowerBound
          if index == 0 { next?.prefetch(row, of: known.projections, width: width) }
          if bias != nil { addLanes(diagonals + diagonal, to: rowScores, count: tile.count) }
          scoreGradientRow(
            rowScores, rowGradients, seen: tiling.seen(by: row, in: tile), padded: tile.count,
            logSumExp: known.logSumExp[head.head * tokens + head.start + row],
            mean: tiles.count > 1 ? means[place] : nil, mask: head.mask,
            at: row * tiling.paddedCount + tile.lowerBound)
          if biasSums != nil { addLanes(rowGradients, to: dDiagonals + diagonal, count: tile.count) }
        }
        panelProduct(
          TileLeft(first: dScores, rowStride: scoreStride, innerStride: 1),
          RightPanels(first: keys + tile.lowerBound * laneCount, stride: laneCount, panelStride: n * laneCount),
          into: TargetPanels(first: dq, stride: wide, panelStride: laneCount), rows: rows.count, columns: wide,
          inner: inner, accumulate: index > 0)
        panelProduct(
          TileLeft(first: dScores, rowStride: 1, innerStride: scoreStride),
          RightPanels(first: q, stride: wide, panelStride: laneCount),
          into: TargetPanels(first: dk + tile.lowerBound * laneCount, stride: laneCount, panelStride: n * laneCount),
          rows: inner, columns: wide, inner: rows.count, accumulate: accumulatesKeys)
        panelProduct(
          TileLeft(first: p, rowStride: 1, innerStride: scoreStride),
          RightPanels(first: dOutput, stride: wide, panelStride: laneCount),
          into: TargetPanels(first: dv + tile.lowerBound * laneCount, stride: laneCount, panelStride: n * laneCount),
          rows: inner, columns: wide, inner: rows.count, accumulate: accumulatesKeys)
      }
      let target = gradient + head.start * stride + head.head * headWidth
      for row in rows {
        head.unpack(
          dq + (row - first) * wide, row: row, isRotated: true, scale: scale, into: target + row * stride)
      }
    }
    let target = gradient + head.start * stride + head.head * headWidth
    head.takePanels(dk, isRotated: true, into: target + width, stride: stride, using: rowSpace)
    head.takePanels(dv, isRotated: false, into: target + 2 * width, stride: stride, using: rowSpace)
    if let bias, let biasSums { bias.sumDiagonals(dDiagonals, count: n, into: biasSums) }
  }
}
