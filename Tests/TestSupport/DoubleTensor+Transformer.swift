#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

public import Kernels

// The parts of an encoder.

extension DoubleTensor {
  /// eˣ / Σ eˣ of each row.
  public func softmax() -> DoubleTensor {
    mappedRows { row in
      let peak = row.max() ?? 0
      let powers = row.map { exp($0 - peak) }
      return powers.map { $0 / powers.reduce(0, +) }
    }
  }

  /// log Σ eˣ of each row, as a column.
  public func logSumExp() -> DoubleTensor {
    mappedRows { row in
      let peak = row.max() ?? 0
      return [peak.isFinite ? peak + log(row.reduce(0) { $0 + exp($1 - peak) }) : peak]
    }
  }

  /// Each row divided by max(length, ε).
  public func normalizedRows(epsilon: Double = 1e-12) -> DoubleTensor {
    mappedRows { row in
      let length = max(row.reduce(0) { $0 + $1 * $1 }.squareRoot(), epsilon)
      return row.map { $0 / length }
    }
  }

  /// (x − mean x) / √(var x + ε) · γ + β of each row.
  public func layerNorm(gamma: DoubleTensor, beta: DoubleTensor, epsilon: Double) -> DoubleTensor {
    standardizedRows(epsilon: epsilon) * gamma + beta
  }

  /// (x − mean x) / √(var x + ε) of each row.
  public func standardizedRows(epsilon: Double) -> DoubleTensor {
    mappedRows { row in
      let count = Double(row.count)
      let mean = row.reduce(0, +) / count
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
      return row.map { ($0 - mean) / (variance + epsilon).squareRoot() }
    }
  }

  /// f(x W₁ᵀ + b₁) W₂ᵀ + b₂.
  public func feedForward(
    inputWeight: DoubleTensor, inputBias: DoubleTensor?, outputWeight: DoubleTensor, outputBias: DoubleTensor?,
    activation: Activation
  ) -> DoubleTensor {
    linear(weight: inputWeight, bias: inputBias).mapped(activation.value).linear(weight: outputWeight, bias: outputBias)
  }

  /// dropout(softmax(Q Kᵀ / √d)) V for every sequence and head.
  ///
  /// - Parameter factors: what each probability is multiplied by, for (sequence, head, row, column); nothing for 1.
  public func selfAttention(
    offsets: [Int], heads: Int, factors: ((Int, Int, Int, Int) -> Double)? = nil
  ) -> DoubleTensor {
    let d = width / (3 * heads)
    var result = DoubleTensor(zeros: [shape[0], heads * d])
    for (sequence, head, rows) in parts(offsets, heads) {
      var probabilities = scores(rows, head, heads).softmax()
      if let factors {
        for i in 0..<rows.count { for j in 0..<rows.count { probabilities[i, j] *= factors(sequence, head, i, j) } }
      }
      let output = probabilities.matmul(block(rows, 2 * heads + head, d))
      for i in 0..<rows.count { for k in 0..<d { result[rows.lowerBound + i, head * d + k] = output[i, k] } }
    }
    return result
  }

  /// dropout(softmax(q Kᵀ / √d)) V for the one query of every sequence, and every head; zeros for an empty sequence.
  ///
  /// - Parameter factors: those of `selfAttention`, of which row 0 is taken.
  public func singleQueryAttention(
    to keysAndValues: DoubleTensor, offsets: [Int], heads: Int, factors: ((Int, Int, Int, Int) -> Double)? = nil
  ) -> DoubleTensor {
    let d = width / heads
    let scale = 1 / Double(d).squareRoot()
    var result = DoubleTensor(zeros: shape)
    for (sequence, head, rows) in parts(offsets, heads) where !rows.isEmpty {
      let keys = keysAndValues.block(rows, head, d)
      let query = block(sequence..<sequence + 1, head, d)
      var probabilities = query.matmul(keys.transposed).mapped { $0 * scale }.softmax()
      if let factors { for j in 0..<rows.count { probabilities[0, j] *= factors(sequence, head, 0, j) } }
      let output = probabilities.matmul(keysAndValues.block(rows, heads + head, d))
      for k in 0..<d { result[sequence, head * d + k] = output[0, k] }
    }
    return result
  }

  /// Every sequence with every head, and the rows of the sequence.
  public func parts(_ offsets: [Int], _ heads: Int) -> [(sequence: Int, head: Int, rows: Range<Int>)] {
    (0..<offsets.count - 1).flatMap { sequence in
      (0..<heads).map { (sequence, $0, offsets[sequence]..<offsets[sequence + 1]) }
    }
  }

  /// Q Kᵀ / √d of one sequence and head, from queries, keys and values side by side.
  public func scores(_ rows: Range<Int>, _ head: Int, _ heads: Int) -> DoubleTensor {
    let d = width / (3 * heads)
    let scale = 1 / Double(d).squareRoot()
    return block(rows, head, d).matmul(block(rows, heads + head, d).transposed).mapped { $0 * scale }
  }

  /// Some rows of the `index`-th group of d columns.
  public func block(_ rows: Range<Int>, _ index: Int, _ d: Int) -> DoubleTensor {
    slice(rows, axis: 0).slice(index * d..<(index + 1) * d, axis: 1)
  }
}

extension Activation {
  /// f(x) in double precision.
  public func value(_ x: Double) -> Double {
    switch self {
    case .gelu: x * 0.5 * erfc(-x * 0.5.squareRoot())
    case .geluTanh: x / (1 + exp(-2 * (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case .silu: x / (1 + exp(-x))
    case .relu: max(x, 0)
    }
  }

  /// f′(x) in double precision.
  public func derivative(_ x: Double) -> Double {
    switch self {
    case .gelu:
      return 0.5 * erfc(-x * 0.5.squareRoot()) + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot()
    case .geluTanh:
      let root = (2 / Double.pi).squareRoot()
      let share = 1 / (1 + exp(-2 * root * (x + 0.044715 * x * x * x)))
      return share + x * share * (1 - share) * 2 * root * (1 + 3 * 0.044715 * x * x)
    case .silu:
      let share = 1 / (1 + exp(-x))
      return share + x * share * (1 - share)
    case .relu: return x > 0 ? 1 : 0
    }
  }
}

// MARK: - Dropout

extension DropoutMask {
  /// What the first `count` elements of the site are multiplied by, read back through the kernel.
  public func factors(count: Int) -> [Double] {
    applyDropout(FloatBuffer(repeating: 1, count: count), mask: self).elements.doubles
  }

  /// What each attention probability is multiplied by, for (sequence, head, row, column).
  ///
  /// Every (sequence, head) has a part of its own, whose rows are rounded up to whole lanes.
  public func attentionFactors(offsets: [Int], heads: Int) -> (Int, Int, Int, Int) -> Double {
    let lanes = 16
    let counts = zip(offsets, offsets.dropFirst()).map { $1 - $0 }
    let strides = counts.map { ($0 + lanes - 1) / lanes * lanes }
    let factors = (0..<counts.count * heads).map { task in
      part(task).factors(count: counts[task / heads] * strides[task / heads])
    }
    return { sequence, head, row, column in factors[sequence * heads + head][row * strides[sequence] + column] }
  }
}
