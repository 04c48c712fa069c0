#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

public import Kernels

/// How the tokens of a sequence attend to each other.
public struct AttentionRule: Sendable {
  /// The tokens on each side that a token sees.
  public var window: Int?
  /// The angle of rotary positions, for (position, k).
  public var angle: (@Sendable (Int, Int) -> Double)?
  /// The row of the bias table for the position of the key relative to the query.
  public var bucket: (@Sendable (Int) -> Int)?

  /// Makes a rule; without arguments every token sees its whole sequence.
  public init(
    window: Int? = nil, angle: (@Sendable (Int, Int) -> Double)? = nil, bucket: (@Sendable (Int) -> Int)? = nil
  ) {
    (self.window, self.angle, self.bucket) = (window, angle, bucket)
  }
}

extension DoubleTensor {
  /// dropout(softmax(Q Kᵀ / √d + B)) V for every sequence and head.
  ///
  /// - Parameters:
  ///   - table: the bias by bucket and head.
  ///   - factors: what each probability is multiplied by, for (sequence, head, row, column); nothing for 1.
  public func selfAttention(
    offsets: [Int], heads: Int, rule: AttentionRule = AttentionRule(), table: DoubleTensor? = nil,
    factors: ((Int, Int, Int, Int) -> Double)? = nil
  ) -> DoubleTensor {
    let d = width / (3 * heads)
    var result = DoubleTensor(zeros: [shape[0], heads * d])
    for (sequence, head, rows) in parts(offsets, heads) {
      var probabilities = scores(rows, head, heads, rule, table).softmax()
      if let factors {
        for i in 0..<rows.count { for j in 0..<rows.count { probabilities[i, j] *= factors(sequence, head, i, j) } }
      }
      let output = probabilities.matmul(block(rows, 2 * heads + head, d))
      for i in 0..<rows.count { for k in 0..<d { result[rows.lowerBound + i, head * d + k] = output[i, k] } }
    }
    return result
  }

  /// dropout(softmax(q Kᵀ / √d + b)) V for the one query of every sequence, and every head; zeros for an empty sequence.
  ///
  /// - Parameters:
  ///   - queries: the index of each query's token in its sequence.
  ///   - factors: those of `selfAttention`, of which that token's row is taken.
  public func singleQueryAttention(
    to keysAndValues: DoubleTensor, offsets: [Int], queries: [Int], heads: Int, rule: AttentionRule = AttentionRule(),
    table: DoubleTensor? = nil, factors: ((Int, Int, Int, Int) -> Double)? = nil
  ) -> DoubleTensor {
    let d = width / heads
    var result = DoubleTensor(zeros: shape)
    for (sequence, head, rows) in parts(offsets, heads) where !rows.isEmpty {
      let position = queries[sequence]
      var probabilities = block(sequence..<sequence + 1, head, d)
        .scores(with: keysAndValues.block(rows, head, d), from: position, rule, table, head).softmax()
      if let factors { for j in 0..<rows.count { probabilities[0, j] *= factors(sequence, head, position, j) } }
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

  /// Q Kᵀ / √d + B of one sequence and head, from queries, keys and values side by side; −∞ for what a row does not see.
  public func scores(
    _ rows: Range<Int>, _ head: Int, _ heads: Int, _ rule: AttentionRule, _ table: DoubleTensor?
  ) -> DoubleTensor {
    let d = width / (3 * heads)
    return block(rows, head, d).scores(with: block(rows, heads + head, d), from: 0, rule, table, head)
  }

  /// The scores of consecutive queries, the first at a position, with all keys of their sequence.
  private func scores(
    with keys: DoubleTensor, from first: Int, _ rule: AttentionRule, _ table: DoubleTensor?, _ head: Int
  ) -> DoubleTensor {
    let scale = 1 / Double(width).squareRoot()
    var result = turned(rule, from: first).matmul(keys.turned(rule).transposed).mapped { $0 * scale }
    for i in 0..<result.rows {
      for j in 0..<result.width {
        if let table, let bucket = rule.bucket { result[i, j] += table[bucket(j - first - i), head] }
        if let window = rule.window, abs(j - first - i) > window { result[i, j] = -.infinity }
      }
    }
    return result
  }

  /// Rows turned to their positions, or back.
  public func turned(_ rule: AttentionRule, from first: Int = 0, back: Bool = false) -> DoubleTensor {
    guard let angle = rule.angle else { return self }
    var result = self
    let half = width / 2
    for row in 0..<rows {
      for k in 0..<half {
        let a = (back ? -1 : 1) * angle(first + row, k)
        result[row, k] = self[row, k] * cos(a) - self[row, k + half] * sin(a)
        result[row, k + half] = self[row, k + half] * cos(a) + self[row, k] * sin(a)
      }
    }
    return result
  }

  /// Some rows of the `index`-th group of d columns.
  public func block(_ rows: Range<Int>, _ index: Int, _ d: Int) -> DoubleTensor {
    slice(rows, axis: 0).slice(index * d..<(index + 1) * d, axis: 1)
  }
}

extension DropoutMask {
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
