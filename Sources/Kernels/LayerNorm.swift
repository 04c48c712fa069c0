/// Normalizes each row to mean 0 and variance 1, then scales and shifts it; a residual and dropout go in first.
///
///     s = residual + dropout(x)        y = (s − mean s) / √(var s + ε) · γ + β
///
/// Ba, Kiros & Hinton 2016, arXiv:1607.06450. The variance divides by the width.
package struct LayerNormKernel {
  let rows: Int
  let width: Int
  let gamma: FloatBuffer
  let beta: FloatBuffer
  let epsilon: Float

  /// Makes the kernel for rows of the width of γ.
  package init(rows: Int, gamma: FloatBuffer, beta: FloatBuffer, epsilon: Float) {
    require(gamma.count == beta.count, "layer norm: γ has \(gamma.count) elements, β \(beta.count)")
    self.rows = rows
    width = gamma.count
    self.gamma = gamma
    self.beta = beta
    self.epsilon = epsilon
  }

  /// The values of the forward pass that the reverse pass needs.
  package struct Saved: Sendable {
    let inverseDeviations: FloatBuffer
    /// The normalized rows, kept only if they cannot be recovered from y.
    let normalized: FloatBuffer?
  }

  /// True if (y − β) / γ recovers the normalized rows without visible loss: |β/γ| is small everywhere.
  ///
  /// True for every trained encoder seen; then only y is kept, which saves a sixth of the activations.
  private var isInvertible: Bool {
    (0..<width).allSatisfy { abs(gamma.base[$0]) > 1e-6 && abs(beta.base[$0]) <= 64 * abs(gamma.base[$0]) }
  }

  /// The forward pass.
  package func forward(
    _ x: FloatBuffer, residual: FloatBuffer?, mask: DropoutMask?
  ) -> (y: FloatBuffer, saved: Saved) {
    let y = FloatBuffer(uninitialized: rows * width)
    let inverseDeviations = FloatBuffer(uninitialized: rows)
    let normalized = isInvertible ? nil : FloatBuffer(uninitialized: rows * width)
    parallelRows(rows, width: width) { range in
      for row in range {
        let start = row * width
        let target = y.base + start
        addResidual(x.base + start, residual.map { $0.base + start }, mask, at: start, to: target)
        let inverseDeviation = standardize(target)
        inverseDeviations.base[row] = inverseDeviation
        if let normalized { (normalized.base + start).update(from: target, count: width) }
        scaleAndShift(target)
      }
    }
    return (y, Saved(inverseDeviations: inverseDeviations, normalized: normalized))
  }

  /// The reverse pass: the gradients of the residual, of x, of γ and of β.
  ///
  ///     ds = (dŷ − mean dŷ − ŝ · mean(dŷ · ŝ)) / deviation      with dŷ = dy · γ, ŝ the normalized row
  package func backward(
    _ dy: FloatBuffer, y: FloatBuffer, saved: Saved, mask: DropoutMask?
  ) -> (residual: FloatBuffer, x: FloatBuffer, gamma: FloatBuffer, beta: FloatBuffer) {
    // ŝ = source · factor + shift
    let source = saved.normalized ?? y
    let factor = FloatBuffer(uninitialized: width)
    let shift = FloatBuffer(uninitialized: width)
    for column in 0..<width {
      factor.base[column] = saved.normalized == nil ? 1 / gamma.base[column] : 1
      shift.base[column] = saved.normalized == nil ? -beta.base[column] / gamma.base[column] : 0
    }
    let dSum = FloatBuffer(uninitialized: rows * width)
    let dx = mask == nil ? dSum : FloatBuffer(uninitialized: rows * width)
    let bands = Partition(rows, size: 256)
    let partials = FloatBuffer(repeating: 0, count: bands.parts * 2 * width)
    parallelFor(bands.parts) { band in
      let dGamma = partials.base + band * 2 * width
      let normalizedRow = FloatBuffer(uninitialized: width)
      for row in bands[band] {
        let start = row * width
        let s = normalizedRow.base
        var meanOfGradient = Lanes()
        var meanOfProduct = Lanes()
        forEachLanes(width) { column in
          let lanes = multiplyAdd(
            load(source.base + start + column), load(factor.base + column), load(shift.base + column))
          store(lanes, s + column)
          let d = load(dy.base + start + column)
          store(multiplyAdd(d, lanes, load(dGamma + column)), dGamma + column)
          store(load(dGamma + width + column) + d, dGamma + width + column)
          let scaled = d * load(gamma.base + column)
          meanOfGradient += scaled
          meanOfProduct = multiplyAdd(scaled, lanes, meanOfProduct)
        } rest: { column, count in
          let lanes = multiplyAdd(
            load(source.base + start + column, count: count), load(factor.base + column, count: count),
            load(shift.base + column, count: count))
          store(lanes, s + column, count: count)
          let d = load(dy.base + start + column, count: count)
          store(multiplyAdd(d, lanes, load(dGamma + column, count: count)), dGamma + column, count: count)
          store(load(dGamma + width + column, count: count) + d, dGamma + width + column, count: count)
          let scaled = d * load(gamma.base + column, count: count)
          meanOfGradient += scaled
          meanOfProduct = multiplyAdd(scaled, lanes, meanOfProduct)
        }
        let a = Lanes(repeating: sum(meanOfGradient) / Float(width))
        let b = Lanes(repeating: sum(meanOfProduct) / Float(width))
        let inverse = Lanes(repeating: saved.inverseDeviations.base[row])
        forEachLanes(width) { column in
          let scaled = load(dy.base + start + column) * load(gamma.base + column)
          let d = (scaled - a - load(s + column) * b) * inverse
          store(d, dSum.base + start + column)
          if let mask { store(d * mask.factors(at: start + column), dx.base + start + column) }
        } rest: { column, count in
          let scaled = load(dy.base + start + column, count: count) * load(gamma.base + column, count: count)
          let d = (scaled - a - load(s + column, count: count) * b) * inverse
          store(d, dSum.base + start + column, count: count)
          if let mask { store(d * mask.factors(at: start + column), dx.base + start + column, count: count) }
        }
      }
    }
    let totals = FloatBuffer(repeating: 0, count: 2 * width)
    for band in 0..<bands.parts { addRow(partials.base + band * 2 * width, to: totals.base, count: 2 * width) }
    let dGamma = FloatBuffer(uninitialized: width)
    let dBeta = FloatBuffer(uninitialized: width)
    dGamma.base.update(from: totals.base, count: width)
    dBeta.base.update(from: totals.base + width, count: width)
    return (dSum, dx, dGamma, dBeta)
  }

  /// Adds the residual: target = residual + dropout(x).
  @inline(__always)
  private func addResidual(
    _ x: UnsafePointer<Float>, _ residual: UnsafePointer<Float>?, _ mask: DropoutMask?, at index: Int,
    to target: UnsafeMutablePointer<Float>
  ) {
    forEachLanes(width) { column in
      var lanes = load(x + column)
      if let mask { lanes *= mask.factors(at: index + column) }
      if let residual { lanes += load(residual + column) }
      store(lanes, target + column)
    } rest: { column, count in
      var lanes = load(x + column, count: count)
      if let mask { lanes *= mask.factors(at: index + column) }
      if let residual { lanes += load(residual + column, count: count) }
      store(lanes, target + column, count: count)
    }
  }

  /// Makes a row's mean 0 and its variance 1; returns 1 / √(variance + ε).
  @inline(__always)
  private func standardize(_ row: UnsafeMutablePointer<Float>) -> Float {
    var total = Lanes()
    forEachLanes(width) {
      total += load(row + $0)
    } rest: {
      total += load(row + $0, count: $1)
    }
    let mean = Lanes(repeating: sum(total) / Float(width))
    var squares = Lanes()
    forEachLanes(width) { column in
      let d = load(row + column) - mean
      squares = multiplyAdd(d, d, squares)
    } rest: { column, count in
      let d = load(row + column, count: count, filling: mean[0]) - mean
      squares = multiplyAdd(d, d, squares)
    }
    let inverse = 1 / (sum(squares) / Float(width) + epsilon).squareRoot()
    mapLanes(row, row, width) { ($0 - mean) * inverse }
    return inverse
  }

  @inline(__always)
  private func scaleAndShift(_ row: UnsafeMutablePointer<Float>) {
    forEachLanes(width) { column in
      store(multiplyAdd(load(row + column), load(gamma.base + column), load(beta.base + column)), row + column)
    } rest: { column, count in
      store(
        multiplyAdd(
          load(row + column, count: count), load(gamma.base + column, count: count),
          load(beta.base + column, count: count)),
        row + column, count: count)
    }
  }
}
