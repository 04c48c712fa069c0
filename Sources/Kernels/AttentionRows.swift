// Rows of attention scores: those of one query and head with some tokens of the sequence, padded to whole lanes.

/// Turns a row of scores s into e^(s − peak), times the dropout factors, and columns that the row does not see into 0.
///
/// A softmax divides by the sum of the exponentials before dropout; dividing the few numbers of the product with the
/// values instead saves a pass over the row.
///
/// - Parameters:
///   - seen: the columns that the row sees.
///   - peakBefore: the largest score of the same row in other tiles; the least float if there are none.
///   - index: the row's first element in the dropout site.
/// - Returns: peak, the largest score or `peakBefore`, and the sum.
@inline(__always)
func powersOfRow(
  _ row: UnsafeMutablePointer<Float>, seen: Range<Int>, padded: Int, peakBefore: Float, mask: DropoutMask?,
  at index: Int
) -> (peak: Float, sum: Float) {
  hide(row, outside: seen, padded: padded)
  var largest = load(row)
  var column = laneCount
  while column < padded {
    largest = larger(largest, load(row + column))
    column += laneCount
  }
  let rowPeak = maximum(largest)
  let peak = rowPeak < peakBefore ? peakBefore : rowPeak
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
///
/// - Parameters:
///   - mean: the sum Σ P · dropout(d) over the whole row, if these are not all of its columns.
///   - index: the row's first element in the dropout site.
@inline(__always)
func scoreGradientRow(
  _ p: UnsafeMutablePointer<Float>, _ d: UnsafeMutablePointer<Float>, seen: Range<Int>, padded: Int, logSumExp: Float,
  mean: Float?, mask: DropoutMask?, at index: Int
) {
  hide(p, outside: seen, padded: padded)
  switch (mean, mask) {
  case (nil, nil): wholeGradientRow(p, d, padded: padded, logSumExp: logSumExp)
  case (nil, let mask?): wholeGradientRow(p, d, padded: padded, logSumExp: logSumExp, mask: mask, at: index)
  case (let mean?, nil): partialGradientRow(p, d, padded: padded, logSumExp: logSumExp, mean: mean)
  case (let mean?, let mask?):
    partialGradientRow(p, d, padded: padded, logSumExp: logSumExp, mean: mean, mask: mask, at: index)
  }
}

@inline(__always)
private func wholeGradientRow(
  _ p: UnsafeMutablePointer<Float>, _ d: UnsafeMutablePointer<Float>, padded: Int, logSumExp: Float, mask: DropoutMask,
  at index: Int
) {
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

@inline(__always)
private func wholeGradientRow(
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

@inline(__always)
private func partialGradientRow(
  _ p: UnsafeMutablePointer<Float>, _ d: UnsafeMutablePointer<Float>, padded: Int, logSumExp: Float, mean: Float,
  mask: DropoutMask, at index: Int
) {
  var column = 0
  while column < padded {
    let probability = exponential(load(p + column) - logSumExp)
    let factors = mask.factors(at: index + column)
    store(probability * multiplyAdd(load(d + column), factors, Lanes(repeating: -mean)), d + column)
    store(probability * factors, p + column)
    column += laneCount
  }
}

@inline(__always)
private func partialGradientRow(
  _ p: UnsafeMutablePointer<Float>, _ d: UnsafeMutablePointer<Float>, padded: Int, logSumExp: Float, mean: Float
) {
  var column = 0
  while column < padded {
    let probability = exponential(load(p + column) - logSumExp)
    store(probability, p + column)
    store(probability * (load(d + column) - mean), d + column)
    column += laneCount
  }
}

/// Sets the scores of the columns that a row does not see to −∞.
@inline(__always)
private func hide(_ row: UnsafeMutablePointer<Float>, outside seen: Range<Int>, padded: Int) {
  let count = IntegerLanes(repeating: UInt32(truncatingIfNeeded: seen.count))
  func hide(_ column: Int) {
    // A column before the first seen one wraps around to a large number.
    let places = laneIndices &+ IntegerLanes(repeating: UInt32(truncatingIfNeeded: column - seen.lowerBound))
    store(load(row + column).replacing(with: -Float.infinity, where: places .>= count), row + column)
  }
  var column = 0
  while column < seen.lowerBound {
    hide(column)
    column += laneCount
  }
  column = max(column, seen.upperBound / laneCount * laneCount)
  while column < padded {
    hide(column)
    column += laneCount
  }
}

/// y += x, for whole lanes.
@inline(__always)
func addLanes(_ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, count: Int) {
  for column in stride(from: 0, to: count, by: laneCount) { store(load(y + column) + load(x + column), y + column) }
}

/// Σ a · b.
@inline(__always)
func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Float {
  var total = Lanes()
  forEachLanes(count) {
    total = multiplyAdd(load(a + $0), load(b + $0), total)
  } rest: {
    total = multiplyAdd(load(a + $0, count: $1), load(b + $0, count: $1), total)
  }
  return sum(total)
}

/// Copies numbers times a factor; `target` may be `source`.
@inline(__always)
func copyScaled(
  _ source: UnsafePointer<Float>, by factor: Float, into target: UnsafeMutablePointer<Float>, count: Int
) {
  mapLanes(source, target, count) { $0 * factor }
}
