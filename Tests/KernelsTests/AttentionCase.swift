import Kernels
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Attention on random numbers, by the kernel and by plain loops.
struct AttentionCase {
  let offsets: [Int]
  let heads: Int
  let headWidth: Int
  let magnitude: Float
  let mask: DropoutMask?
  let rule: AttentionRule
  var projections: [Float]
  let dy: [Float]
  private let table: [Float]?

  private static let before: [Int32] = [0, 1, 2, 2, 3, 3, 3, 3, 4]
  private static let after: [Int32] = [0, 5, 6, 6, 7]
  private static let rows = 8

  init(
    lengths: [Int], heads: Int, headWidth: Int, rate: Float, window: Int? = nil, isRotated: Bool = false,
    isBiased: Bool = false, magnitude: Float = 2
  ) {
    var generator = SeededGenerator(seed: UInt64(lengths.reduce(7, +)))
    offsets = lengths.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
    let tokens = offsets.last ?? 0
    (self.heads, self.headWidth, self.magnitude) = (heads, headWidth, magnitude)
    projections = generator.floats(tokens * 3 * heads * headWidth, in: -magnitude...magnitude)
    dy = generator.floats(tokens * heads * headWidth)
    mask = rate > 0 ? DropoutMask(key: 0x1234_5678_9ABC_DEF0 &+ UInt64(tokens), rate: rate) : nil
    table = isBiased ? generator.floats(Self.rows * heads) : nil
    let angle: @Sendable (Int, Int) -> Double = { position, k in Double(position) / Double(3 * k + 1) }
    rule = AttentionRule(window: window, angle: isRotated ? angle : nil, bucket: Self.bucket)
  }

  private static func bucket(_ relative: Int) -> Int {
    let rows = relative > 0 ? after : before
    return Int(rows[min(abs(relative), rows.count - 1)])
  }

  var tokens: Int { offsets.last ?? 0 }
  var isBiased: Bool { table != nil }
  var longest: Int { zip(offsets.dropFirst(), offsets).map { $0 - $1 }.max() ?? 0 }

  var kernel: AttentionKernel {
    let rotation = rule.angle.map { angle in
      var table: [Float] = []
      for position in 0..<longest {
        let angles = (0..<headWidth / 2).map { angle(position, $0) }
        table += angles.map { Float(cos($0)) }
        table += angles.map { Float(sin($0)) }
      }
      return Rotation(table: FloatBuffer(table), width: headWidth)
    }
    return AttentionKernel(
      offsets: offsets, heads: heads, headWidth: headWidth, window: rule.window, rotation: rotation,
      bias: table.map {
        ScoreBias(table: FloatBuffer($0), heads: heads, before: Self.before, after: Self.after)
      }, mask: mask)
  }

  func results() throws -> (output: [Float], logSumExp: [Float], gradient: [Float], bias: [Float]?) {
    let (kernel, projections) = (kernel, FloatBuffer(projections))
    let (output, kept) = kernel.forward(projections, keepingLogSumExp: true)
    let logSumExp = try #require(kept)
    let gradients = kernel.backward(
      FloatBuffer(dy), projections: projections, output: output, logSumExp: logSumExp, wantsBias: table != nil)
    #expect((gradients.bias == nil) == (table == nil))
    return (output.elements, logSumExp.elements, gradients.projections.elements, gradients.bias?.elements)
  }

  /// The gradients are written out: with P the probabilities, D the dropout factors and dP = D · (dO Vᵀ),
  /// dV = (D · P)ᵀ dO and dS = P · (dP − Σ P · dP).
  func reference() -> (output: DoubleTensor, logSumExp: DoubleTensor, gradient: DoubleTensor, bias: DoubleTensor) {
    let exact = DoubleTensor(projections, shape: [tokens, 3 * heads * headWidth])
    let table = table.map { DoubleTensor($0, shape: [Self.rows, heads]) }
    let factors = mask?.attentionFactors(offsets: offsets, heads: heads)
    let dOutput = DoubleTensor(dy, shape: [tokens, heads * headWidth])
    let d = headWidth
    let scale = 1 / Double(d).squareRoot()
    var logSumExp = DoubleTensor(zeros: [heads, tokens])
    var gradient = DoubleTensor(zeros: exact.shape)
    var bias = DoubleTensor(zeros: [Self.rows, heads])
    for (sequence, head, rows) in exact.parts(offsets, heads) {
      let n = rows.count
      let scores = exact.scores(rows, head, heads, rule, table)
      let sums = scores.logSumExp()
      for row in rows { logSumExp[head, row] = sums.elements[row - rows.lowerBound] }
      let probabilities = scores.softmax()
      var keep = DoubleTensor([Double](repeating: 1, count: n * n), shape: [n, n])
      if let factors { for i in 0..<n { for j in 0..<n { keep[i, j] = factors(sequence, head, i, j) } } }
      let dOut = dOutput.block(rows, head, d)
      let dProbabilities = keep * dOut.matmul(exact.block(rows, 2 * heads + head, d).transposed)
      let mean = (probabilities * dProbabilities).sum(axis: 1).reshaped([n, 1])
      let dBiased = probabilities * (dProbabilities - mean)
      if let bucket = rule.bucket {
        for i in 0..<n { for j in 0..<n { bias[bucket(j - i), head] += dBiased[i, j] } }
      }
      let dScores = dBiased.mapped { $0 * scale }
      let (q, k) = (exact.block(rows, head, d).turned(rule), exact.block(rows, heads + head, d).turned(rule))
      let gradients = [
        dScores.matmul(k).turned(rule, back: true), dScores.transposed.matmul(q).turned(rule, back: true),
        (keep * probabilities).transposed.matmul(dOut),
      ]
      for (kind, part) in gradients.enumerated() {
        for i in 0..<n {
          for k in 0..<d { gradient[rows.lowerBound + i, (kind * heads + head) * d + k] = part[i, k] }
        }
      }
    }
    return (
      exact.selfAttention(offsets: offsets, heads: heads, rule: rule, table: table, factors: factors), logSumExp,
      gradient, bias
    )
  }
}
