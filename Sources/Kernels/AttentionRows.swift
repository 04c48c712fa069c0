// Rows of attention scores: those of one query and head with all tokens of the sequence, padded to whole lanes.

/// Turns a row of scores s into e^(s − peak), times the dropout factors.
///
/// A softmax divides by the sum of the exponentials before dropout; dividing the few numbers of the product with the
/// values instead saves a pass over the row.
///
/// - Returns: peak, the largest score, and the sum.
@inline(__always)
func powersOfRow(
  _ row: UnsafeMutablePointer<Float>, count: Int, padded: Int, mask: DropoutMask?, at index: Int
) -> (peak: Float, sum: Float) {
  for column in count..<padded { row[column] = -Float.infinity }
  var largest = load(row)
  var column = laneCount
  while column < padded {
    largest = larger(largest, load(row + column))
    column += laneCount
  }
  let peak = maximum(largest)
  var total = Lanes()
  column = 0
  while column < padded {
    let power = exponential(load(row + column) - peak)
    total += power
    store(power, row + column)
    column += laneCount
  }
  if let mask {
    column = 0
    while column < padded {
      store(load(row + column) * mask.factors(at: index + column), row + column)
      column += laneCount
    }
  }
  return (peak, sum(total))
}

/// Turns scores into dropped-out probabilities, and the gradients of those into gradients of the scores, in place: `p`
/// becomes dropout(P), `d` becomes P · (dropout(d) − Σ P · dropout(d)).
@inline(__always)
func scoreGradientRow(
  _ p: UnsafeMutablePointer<Float>, _ d: UnsafeMutablePointer<Float>, count: Int, padded: Int, logSumExp: Float,
  mask: DropoutMask?, at index: Int
) {
  for column in count..<padded { p[column] = -Float.infinity }
  guard let mask else { return scoreGradientRow(p, d, padded: padded, logSumExp: logSumExp) }
  // Between the two passes the sign of a probability marks if it was dropped, so the mask is computed once.
  var total = Lanes()
  var column = 0
  while column < padded {
    let probability = exponential(load(p + column) - logSumExp)
    let kept = mask.kept(at: index + column)
    let gradient = (load(d + column) * mask.scale).replacing(with: 0, where: .!kept)
    store(gradient, d + column)
    store((-probability).replacing(with: probability, where: kept), p + column)
    total = multiplyAdd(probability, gradient, total)
    column += laneCount
  }
  let mean = Lanes(repeating: sum(total))
  column = 0
  while column < padded {
    let signed = load(p + column)
    let kept = larger(Lanes(), signed)
    store(larger(signed, -signed) * (load(d + column) - mean), d + column)
    store(kept * mask.scale, p + column)
    column += laneCount
  }
}

/// The same without dropout.
@inline(__always)
private func scoreGradientRow(
  _ p: UnsafeMutablePointer<Float>, _ d: UnsafeMutablePointer<Float>, padded: Int, logSumExp: Float
) {
  var total = Lanes()
  var column = 0
  while column < padded {
    let probability = exponential(load(p + column) - logSumExp)
    store(probability, p + column)
    total = multiplyAdd(probability, load(d + column), total)
    column += laneCount
  }
  let mean = Lanes(repeating: sum(total))
  column = 0
  while column < padded {
    store(load(p + column) * (load(d + column) - mean), d + column)
    column += laneCount
  }
}

/// Copies numbers times a factor; `target` may be `source`.
@inline(__always)
func copyScaled(
  _ source: UnsafePointer<Float>, by factor: Float, into target: UnsafeMutablePointer<Float>, count: Int
) {
  mapLanes(source, target, count) { $0 * factor }
}
