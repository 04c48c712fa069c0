/// One tensor of an AdamW step.
package struct AdamWTensor {
  let parameter, gradient, firstMoment, secondMoment: FloatBuffer
  let rate, decay: Float

  /// Makes the entry of a parameter from its buffers and its own rate and decay.
  package init(
    parameter: FloatBuffer, gradient: FloatBuffer, firstMoment: FloatBuffer, secondMoment: FloatBuffer, rate: Float,
    decay: Float
  ) {
    let count = parameter.count
    require(
      gradient.count == count && firstMoment.count == count && secondMoment.count == count,
      "AdamW: parameter of \(count), gradient of \(gradient.count), moments of \(firstMoment.count) and \(secondMoment.count)"
    )
    self.parameter = parameter
    self.gradient = gradient
    self.firstMoment = firstMoment
    self.secondMoment = secondMoment
    self.rate = rate
    self.decay = decay
  }
}

/// One table of an AdamW step, of which only some rows have moments.
package struct AdamWRows {
  let table, gradient, firstMoment, secondMoment: FloatBuffer
  let rows, gradientRows: [Int32]
  let width: Int
  let rate, decay: Float

  /// Makes the entry of a table.
  ///
  /// - Parameters:
  ///   - rows: the rows that are updated; row i of the moments is that of `rows[i]`.
  ///   - gradientRows: the row of the gradient of each, −1 where it is 0.
  /// - Shape: table `[·, width]`, gradient `[·, width]`, moments `[at least rows, width]`
  package init(
    table: FloatBuffer, rows: [Int32], gradient: FloatBuffer, gradientRows: [Int32], firstMoment: FloatBuffer,
    secondMoment: FloatBuffer, width: Int, rate: Float, decay: Float
  ) {
    let capacity = min(firstMoment.count, secondMoment.count)
    require(
      rows.count == gradientRows.count && rows.count * width <= capacity
        && rows.allSatisfy { $0 >= 0 && (Int($0) + 1) * width <= table.count }
        && gradientRows.allSatisfy { $0 >= -1 && (Int($0) + 1) * width <= gradient.count },
      "AdamW: \(rows.count) rows of \(width) in a table of \(table.count), a gradient of \(gradient.count), moments of "
        + "\(capacity)")
    self.table = table
    self.rows = rows
    self.gradient = gradient
    self.gradientRows = gradientRows
    self.firstMoment = firstMoment
    self.secondMoment = secondMoment
    self.width = width
    self.rate = rate
    self.decay = decay
  }
}

/// One AdamW step over all tensors in one pass, in place.
///
///     p ← p · (1 − rate · decay)
///     m ← β₁ m + (1 − β₁) g        v ← β₂ v + (1 − β₂) g²
///     p ← p − rate / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
///
/// Loshchilov & Hutter 2019, arXiv:1711.05101; in the order of `torch.optim.AdamW`. `gradientScale` multiplies every
/// gradient first (clipping by global norm).
package func adamWStep(
  _ tensors: [AdamWTensor], _ tables: [AdamWRows] = [], step: Int, firstDecay: Double, secondDecay: Double,
  epsilon: Float, gradientScale: Float
) {
  let update = AdamWUpdate(
    step: step, firstDecay: firstDecay, secondDecay: secondDecay, epsilon: epsilon, gradientScale: gradientScale)
  let chunk = 1 << 16
  var pieces: [(tensor: Int, start: Int)] = []
  for (index, tensor) in tensors.enumerated() {
    for start in stride(from: 0, to: tensor.parameter.count, by: chunk) { pieces.append((index, start)) }
  }
  parallelFor(pieces.count) { piece in
    let tensor = tensors[pieces[piece].tensor]
    let start = pieces[piece].start
    update.apply(
      to: tensor.parameter.base + start, gradient: tensor.gradient.base + start,
      moments: (tensor.firstMoment.base + start, tensor.secondMoment.base + start),
      count: min(chunk, tensor.parameter.count - start), rate: tensor.rate, decay: tensor.decay)
  }
  for table in tables {
    let (width, zeros) = (table.width, FloatBuffer(repeating: 0, count: table.width))
    parallelRows(table.rows.count, width: width) { rows in
      for row in rows {
        let gradient = Int(table.gradientRows[row])
        update.apply(
          to: table.table.base + Int(table.rows[row]) * width,
          gradient: gradient < 0 ? zeros.base : table.gradient.base + gradient * width,
          moments: (table.firstMoment.base + row * width, table.secondMoment.base + row * width), count: width,
          rate: table.rate, decay: table.decay)
      }
    }
  }
}

/// The constants of a step.
private struct AdamWUpdate {
  let firstCorrection: Double
  let inverseRootCorrection, epsilon, gradientScale: Float
  let b1, b2, c1, c2: Float

  init(step: Int, firstDecay: Double, secondDecay: Double, epsilon: Float, gradientScale: Float) {
    firstCorrection = 1 - power(firstDecay, step)
    inverseRootCorrection = Float(1 / (1 - power(secondDecay, step)).squareRoot())
    self.epsilon = epsilon
    self.gradientScale = gradientScale
    (b1, b2) = (Float(firstDecay), Float(secondDecay))
    (c1, c2) = (Float(1 - firstDecay), Float(1 - secondDecay))
  }

  @inline(__always)
  func apply(
    to p: UnsafeMutablePointer<Float>, gradient g: UnsafePointer<Float>,
    moments: (first: UnsafeMutablePointer<Float>, second: UnsafeMutablePointer<Float>), count: Int, rate: Float,
    decay: Float
  ) {
    let (m, v) = moments
    let keep = 1 - rate * decay
    let stepSize = Float(Double(rate) / firstCorrection)
    @inline(__always) func update(_ p: Lanes, _ g: Lanes, _ m: Lanes, _ v: Lanes) -> (p: Lanes, m: Lanes, v: Lanes) {
      let gradient = g * gradientScale
      let first = multiplyAdd(m, Lanes(repeating: b1), gradient * c1)
      let second = multiplyAdd(v, Lanes(repeating: b2), gradient * gradient * c2)
      let denominator = multiplyAdd(
        second.squareRoot(), Lanes(repeating: inverseRootCorrection), Lanes(repeating: epsilon))
      return (multiplyAdd(Lanes(repeating: -stepSize), first / denominator, p * keep), first, second)
    }
    forEachLanes(count) { offset in
      let new = update(load(p + offset), load(g + offset), load(m + offset), load(v + offset))
      store(new.p, p + offset)
      store(new.m, m + offset)
      store(new.v, v + offset)
    } rest: { offset, count in
      let new = update(
        load(p + offset, count: count), load(g + offset, count: count), load(m + offset, count: count),
        load(v + offset, count: count))
      store(new.p, p + offset, count: count)
      store(new.m, m + offset, count: count)
      store(new.v, v + offset, count: count)
    }
  }
}

private func power(_ base: Double, _ exponent: Int) -> Double {
  var result = 1.0
  var factor = base
  var rest = exponent
  while rest > 0 {
    if rest & 1 == 1 { result *= factor }
    factor *= factor
    rest >>= 1
  }
  return result
}
