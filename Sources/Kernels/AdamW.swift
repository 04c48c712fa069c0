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

/// One AdamW step over all tensors in one pass, in place.
///
///     p ← p · (1 − rate · decay)
///     m ← β₁ m + (1 − β₁) g        v ← β₂ v + (1 − β₂) g²
///     p ← p − rate / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
///
/// Loshchilov & Hutter 2019, arXiv:1711.05101; in the order of `torch.optim.AdamW`. `gradientScale` multiplies every
/// gradient first (clipping by global norm).
package func adamWStep(
  _ tensors: [AdamWTensor], step: Int, firstDecay: Double, secondDecay: Double, epsilon: Float, gradientScale: Float
) {
  let chunk = 1 << 16
  var pieces: [(tensor: Int, start: Int)] = []
  for (index, tensor) in tensors.enumerated() {
    for start in stride(from: 0, to: tensor.parameter.count, by: chunk) { pieces.append((index, start)) }
  }
  let firstCorrection = 1 - power(firstDecay, step)
  let secondCorrection = (1 - power(secondDecay, step)).squareRoot()
  let inverseRootCorrection = Float(1 / secondCorrection)
  parallelFor(pieces.count) { piece in
    let tensor = tensors[pieces[piece].tensor]
    let start = pieces[piece].start
    let p = tensor.parameter.base + start
    let g = tensor.gradient.base + start
    let m = tensor.firstMoment.base + start
    let v = tensor.secondMoment.base + start
    let keep = 1 - tensor.rate * tensor.decay
    let stepSize = Float(Double(tensor.rate) / firstCorrection)
    let (b1, b2) = (Float(firstDecay), Float(secondDecay))
    let (c1, c2) = (Float(1 - firstDecay), Float(1 - secondDecay))
    @inline(__always) func update(_ p: Lanes, _ g: Lanes, _ m: Lanes, _ v: Lanes) -> (p: Lanes, m: Lanes, v: Lanes) {
      let gradient = g * gradientScale
      let first = multiplyAdd(m, Lanes(repeating: b1), gradient * c1)
      let second = multiplyAdd(v, Lanes(repeating: b2), gradient * gradient * c2)
      let denominator = multiplyAdd(
        second.squareRoot(), Lanes(repeating: inverseRootCorrection), Lanes(repeating: epsilon))
      return (multiplyAdd(Lanes(repeating: -stepSize), first / denominator, p * keep), first, second)
    }
    forEachLanes(min(chunk, tensor.parameter.count - start)) { offset in
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

/// Σ x², in Double over chunks of a fixed size; not finite if and only if x is not finite or overflows.
package func sumOfSquares(_ x: FloatBuffer) -> Double {
  let partition = Partition(x.count, size: 1 << 14, unit: laneCount)
  let partials = FloatBuffer(repeating: 0, count: partition.parts)
  parallelFor(partition.parts) { part in
    let range = partition[part]
    let source = x.base + range.lowerBound
    var total = Lanes()
    forEachLanes(range.count) { offset in
      let lanes = load(source + offset)
      total = multiplyAdd(lanes, lanes, total)
    } rest: { offset, count in
      let lanes = load(source + offset, count: count)
      total = multiplyAdd(lanes, lanes, total)
    }
    partials.base[part] = sum(total)
  }
  return (0..<partition.parts).reduce(0.0) { $0 + Double(partials.base[$1]) }
}
