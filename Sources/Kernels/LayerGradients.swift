// The gradients of y = x Wᵀ + b below 32 bits: dx = dy W and dW = dyᵀ x, of factors rounded to bfloat16, with the sums
// of `PairPanels`.

/// A part of dx = Σ dy W, with a weight that is packed for gradients.
package struct ReversedMap {
  fileprivate let panels: PairPanels
  fileprivate let dy: Matrix

  /// Takes the parts; nil if the gradients of the weight's products are in 32 bits.
  package init?(_ weight: LayerWeight, of dy: Matrix) {
    guard let panels = weight.reversed else { return nil }
    require(dy.columns == weight.rows, "gradients: dy has \(dy.columns) columns for \(weight.rows) outputs")
    (self.panels, self.dy) = (panels, dy)
  }
}

/// dx = Σ dy W for several maps of one x.
///
/// Many rows are shared among the threads; of few rows, the columns are, so that each thread reads a part of the
/// weights.
package func inputGradient(_ maps: [ReversedMap], into dx: Matrix) {
  for map in maps {
    require(
      map.dy.rows == dx.rows && map.panels.order.columns == dx.columns,
      "gradients: dy \(map.dy.rows) × \(map.dy.columns), dx \(dx.rows) × \(dx.columns)")
    ProductCounter.add(rows: dx.rows, columns: dx.columns, inner: map.dy.columns)
  }
  let bands = Panels.bands(of: dx.rows)
  if bands.parts > 1 {
    return parallelFor(bands.parts) { band in
      for (index, map) in maps.enumerated() {
        map.panels.multiply(
          map.panels.pack(map.dy.rows(bands[band])), columns: 0..<dx.columns, bias: nil, into: dx.rows(bands[band]),
          accumulate: index > 0)
      }
    }
  }
  let rows = maps.map { $0.panels.pack($0.dy) }
  let parts = Partition(dx.columns, size: 96, unit: laneCount)
  parallelFor(parts.parts) { part in
    for (index, map) in maps.enumerated() {
      map.panels.multiply(
        rows[index], columns: parts[part], bias: nil, into: dx.columns(parts[part]), accumulate: index > 0)
    }
  }
}

extension LayerWeight {
  /// W packed for dx = dy W; nil if the gradients are in 32 bits.
  var reversed: PairPanels? { packed?.reversed }

  /// dW = dyᵀ x, or dW += dyᵀ x, of rounded numbers if the weight is packed for gradients.
  func gradient(_ dy: Matrix, _ x: Matrix, into target: Matrix, accumulate: Bool = false) {
    if reversed == nil {
      multiply(dy, x, transposeFirst: true, into: target, accumulate: accumulate)
    } else {
      weightGradient(dy, x, into: target, accumulate: accumulate)
    }
  }
}

/// dW = dyᵀ x, or dW += dyᵀ x, of numbers rounded to bfloat16.
///
/// The tokens are split into pieces of whole steps, so that the packed ones stay in a cache that the threads share.
///
/// - Shape: dy `[rows, out]`, x `[rows, in]` → dW `[out, in]`; `in` a multiple of sixteen
package func weightGradient(_ dy: Matrix, _ x: Matrix, into target: Matrix, accumulate: Bool = false) {
  require(
    dy.rows == x.rows && target.rows == dy.columns && target.columns == x.columns,
    "gradients: dy \(dy.rows) × \(dy.columns), x \(x.rows) × \(x.columns), dW \(target.rows) × \(target.columns)")
  ProductCounter.add(rows: target.rows, columns: target.columns, inner: x.rows)
  let pieces = Partition(x.rows, size: 3072, unit: PairPanels.step)
  let bands = Panels.bands(ofTransposed: target.rows)
  for piece in 0..<pieces.parts {
    let tokens = pieces[piece]
    let panels = PairPanels(x.rows(tokens), isTransposed: false)
    parallelFor(bands.parts) { band in
      panels.multiply(
        transposed: dy.rows(tokens).columns(bands[band]), into: target.rows(bands[band]),
        accumulate: accumulate || piece > 0)
    }
  }
}
