import Kernels
import Tensors
import TestSupport
import Testing

/// Broken shapes and wrong uses of a tape stop the program with a sentence, in release builds too.
@Suite struct MistakeTests {
  @Test(arguments: mistakes.map(\.sentence)) func stops(sentence: String) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [sentence] in
      mistakes.make(sentence)
    }
    #expect(fatalSentence(of: result) == sentence)
  }
}

private let mistakes = [
  Mistake("shape: [2, -1] has a negative dimension") { _ = Shape([2, -1]) },
  Mistake("axis 2 of shape [2, 3]") { _ = zeros([2, 3]).shape[2] },
  Mistake("axis -3 of shape [2, 3]") { _ = zeros([2, 3]).sum(axis: -3) },
  Mistake("tensor: 3 elements do not fill [2, 2]") { _ = Tensor([1, 2, 3], shape: [2, 2]) },
  Mistake("scalar: the shape is [2]") { _ = zeros([2]).scalar },
  Mistake("row 3 of [3, 2]") { _ = zeros([3, 2]).row(3) },
  Mistake("row 0 of [3]") { _ = zeros([3]).row(0) },
  Mistake("accumulate: [2] and [2, 1]") {
    var sum = zeros([2])
    sum.accumulate(zeros([2, 1]))
  },
  Mistake("add: the shapes [2, 3] and [2] do not fit") { _ = zeros([2, 3]) + zeros([2]) },
  Mistake("subtract: the shapes [2] and [3] do not fit") { _ = zeros([2]) - zeros([3]) },
  Mistake("multiply: the shapes [2] and [3] do not fit") { _ = zeros([2]) * zeros([3]) },
  Mistake("divide: the shapes [4, 1, 2] and [3, 3] do not fit") { _ = zeros([4, 1, 2]) / zeros([3, 3]) },
  Mistake("maximum: the shapes [2] and [3] do not fit") { _ = Tensor.maximum(zeros([2]), zeros([3])) },
  Mistake("matmul: [2, 3] × [4, 5]: inner dimensions differ") { _ = zeros([2, 3]).matmul(zeros([4, 5])) },
  Mistake("matmul: [3] × [3, 5]: inner dimensions differ") { _ = zeros([3]).matmul(zeros([3, 5])) },
  Mistake("linear: x [2, 3], weight [4, 5], bias none") {
    _ = zeros([2, 3]).linear(AffineMap(weight: zeros([4, 5])))
  },
  Mistake("linear: x [2, 3], weight [4, 3], bias [3]") {
    _ = zeros([2, 3]).linear(AffineMap(weight: zeros([4, 3]), bias: zeros([3])))
  },
  Mistake("linearSideBySide: x [2, 3], weight [4, 2], bias none") {
    _ = zeros([2, 3]).linearSideBySide([AffineMap(weight: zeros([4, 3])), AffineMap(weight: zeros([4, 2]))])
  },
  Mistake("reshaped: [2, 3] to [7]") { _ = zeros([2, 3]).reshaped(to: [7]) },
  Mistake("transposed: [2] is not a matrix") { _ = zeros([2]).transposed },
  Mistake("slice: 1..<5 along axis 0 of [4]") { _ = zeros([4]).slice(1..<5) },
  Mistake("slice: -1..<2 along axis 1 of [4, 3]") { _ = zeros([4, 3]).slice(-1..<2, axis: -1) },
  Mistake("concatenated: no tensors") { _ = Tensor.concatenated([]) },
  Mistake("concatenated: [2, 3] does not fit [2, 2] along axis 0") {
    _ = Tensor.concatenated([zeros([2, 2]), zeros([2, 3])])
  },
  Mistake("concatenated: [2] does not fit [2, 2] along axis 1") {
    _ = Tensor.concatenated([zeros([2, 2]), zeros([2])], axis: -1)
  },
  Mistake("gatherRows: [3] is not a matrix") { _ = zeros([3]).gatherRows([0]) },
  Mistake("gather: index 3 of 3 rows") { _ = zeros([3, 2]).gatherRows([3]) },
  Mistake("gather: index -1 of 6 rows") { _ = zeros([3, 2]).gatherElements([-1]) },
  Mistake("layerNorm: x [2, 3], γ [2], β [2], residual none") {
    _ = zeros([2, 3]).layerNorm(gamma: zeros([2]), beta: zeros([2]), epsilon: 1)
  },
  Mistake("layerNorm: x [2, 3], γ [3], β [3], residual [3]") {
    _ = zeros([2, 3]).layerNorm(gamma: zeros([3]), beta: zeros([3]), epsilon: 1, residual: zeros([3]))
  },
  Mistake("linear: weight [2, 3], update [2, 4] × [5, 3]") {
    _ = zeros([40, 3]).linear(
      AffineMap(weight: zeros([2, 3]), update: LowRankUpdate(down: zeros([5, 3]), up: zeros([2, 4]), scale: 1)))
  },
  Mistake("feed-forward: x has 4 columns, the weight 3") {
    _ = zeros([40, 4]).feedForward(
      input: AffineMap(weight: zeros([5, 3]), bias: zeros([5])), output: AffineMap(weight: zeros([3, 5])),
      activation: .gelu)
  },
  Mistake("a matrix is needed, the shape is [4]") {
    _ = zeros([4]).feedForward(
      input: AffineMap(weight: zeros([5, 4])), output: AffineMap(weight: zeros([4, 5]), bias: zeros([4])),
      activation: .gelu)
  },
  Mistake("gated feed-forward: x has 4 columns, the weight 3") {
    _ = zeros([40, 4]).gatedFeedForward(
      input: .gateThenUp(AffineMap(weight: zeros([10, 3]))), output: AffineMap(weight: zeros([3, 5])), activation: .silu
    )
  },
  Mistake("gated feed-forward: [5, 4] outputs for a weight 3 × 5") {
    _ = zeros([40, 3]).gatedFeedForward(
      input: .separate(gate: AffineMap(weight: zeros([5, 3])), up: AffineMap(weight: zeros([4, 3]))),
      output: AffineMap(weight: zeros([3, 5])), activation: .silu)
  },
  Mistake("selfAttention: [4, 8] for 2 heads and 4 tokens") {
    _ = zeros([4, 8]).selfAttention(offsets: [0, 4], pattern: AttentionPattern(heads: 2))
  },
  Mistake("selfAttention: [4, 6] for 1 heads and 3 tokens") {
    _ = zeros([4, 6]).selfAttention(offsets: [0, 3], pattern: AttentionPattern(heads: 1))
  },
  Mistake("singleQueryAttention: [2, 4] to [4, 8] for 2 heads, 1 sequences of 4 tokens") {
    _ = zeros([2, 4]).singleQueryAttention(
      to: zeros([4, 8]), offsets: [0, 4], queries: [0], pattern: AttentionPattern(heads: 2))
  },
  Mistake("singleQueryAttention: [1, 4] to [4, 4] for 2 heads, 1 sequences of 4 tokens") {
    _ = zeros([1, 4]).singleQueryAttention(
      to: zeros([4, 4]), offsets: [0, 4], queries: [0], pattern: AttentionPattern(heads: 2))
  },
  Mistake("attention: offsets [0, 5, 4]") {
    _ = zeros([2, 4]).singleQueryAttention(
      to: zeros([4, 8]), offsets: [0, 5, 4], queries: [0, 0], pattern: AttentionPattern(heads: 1))
  },
  Mistake("attention: offsets [0, 5, 4]") {
    _ = zeros([4, 6]).selfAttention(offsets: [0, 5, 4], pattern: AttentionPattern(heads: 1))
  },
  Mistake("attention: a window of -1 tokens") {
    _ = zeros([4, 6]).selfAttention(offsets: [0, 4], pattern: AttentionPattern(heads: 1, window: -1))
  },
  Mistake("attention: the rotation has 3 positions of width 2, needed are 4 of width 2") {
    _ = zeros([4, 6]).selfAttention(
      offsets: [0, 4],
      pattern: AttentionPattern(heads: 1, rotary: RotaryTable(width: 2, base: 10_000, positions: 3)))
  },
  Mistake("attention: a bias table [4, 2] for 1 heads") {
    _ = zeros([4, 6]).selfAttention(
      offsets: [0, 4], pattern: AttentionPattern(heads: 1),
      bias: RelativeBias(table: zeros([4, 2]), buckets: .distances(count: 4)))
  },
  Mistake("attention: queries at [4] of sequences from [0, 4]") {
    _ = zeros([1, 4]).singleQueryAttention(
      to: zeros([4, 8]), offsets: [0, 4], queries: [4], pattern: AttentionPattern(heads: 1))
  },
  Mistake("rotary table: a head of width 3 has no halves") {
    _ = RotaryTable(width: 3, base: 10_000, positions: 3)
  },
  Mistake("relative bias: a table [3, 2] for 4 buckets") {
    _ = RelativeBias(table: zeros([3, 2]), buckets: .distances(count: 4))
  },
  Mistake("recomputed: the computation captures a tensor on a tape") {
    _ = Pullback(of: [Tensor(1)]) { inputs in
      var nothing = 0
      return [Tensor.recomputed([], state: &nothing) { [captured = inputs[0]] _, _ in captured * 2 }]
    }
  },
  Mistake("T5 buckets: 7 up to 128") { _ = RelativeBuckets.t5(count: 7, maximumDistance: 128) },
  Mistake("embeddingSum: the tables [[4, 3], [5, 2]] are not matrices of one width") {
    _ = Tensor.embeddingSum([(zeros([4, 3]), [0]), (zeros([5, 2]), [0])])
  },
  Mistake("embeddingSum: the tables [] are not matrices of one width") { _ = Tensor.embeddingSum([]) },
  Mistake("segmentSum: [4, 2] for 3 tokens") { _ = zeros([4, 2]).segmentSum(offsets: [0, 3]) },
  Mistake("segmentSum: offsets [1, 4]") { _ = zeros([4, 2]).segmentSum(offsets: [1, 4]) },
  Mistake("segmentSum: offsets [0, 5, 4]") { _ = zeros([4, 2]).segmentSum(offsets: [0, 5, 4]) },
  Mistake("segmentMaximum: offsets [0, 5, 4]") { _ = zeros([4, 2]).segmentMaximum(offsets: [0, 5, 4]) },
  Mistake("segmentMaximum: sequence 1 is empty") { _ = zeros([4, 2]).segmentMaximum(offsets: [0, 4, 4]) },
  Mistake("largestOfRows: rows are empty") { _ = zeros([4, 0]).largest() },

  // Tapes.
  Mistake("gradients: the tape was already walked back") {
    let pullback = Pullback(of: [zeros([2])]) { [$0[0].exponential()] }
    _ = pullback([zeros([2])])
    _ = pullback([zeros([2])])
  },
  Mistake("exponential: the tape of this tensor was already walked back") {
    var kept = zeros([2])
    let pullback = Pullback(of: [zeros([2])]) { inputs in
      kept = inputs[0]
      return inputs
    }
    _ = pullback([zeros([2])])
    _ = kept.exponential()
  },
  Mistake("multiply: the inputs are on two tapes") {
    _ = Pullback(of: [zeros([2])]) { outer in
      _ = Pullback(of: [zeros([2])]) { inner in [inner[0] * outer[0]] }
      return outer
    }
  },
  Mistake("pullback: 1 gradients for 2 outputs") { _ = Pullback(of: [zeros([2])]) { [$0[0], $0[0]] }([zeros([2])]) },
  Mistake("pullback: gradient [3] for an output [2]") { _ = Pullback(of: [zeros([2])]) { [$0[0]] }([zeros([3])]) },
  Mistake("valueAndGradients: the value has shape [2]") { _ = valueAndGradients(of: [zeros([2])]) { $0[0] } },
  Mistake("a tensor on a tape cannot be changed") {
    _ = Pullback(of: [zeros([2])]) { inputs in
      var tracked = inputs[0]
      tracked.accumulate(zeros([2]))
      return [tracked]
    }
  },
]

private func zeros(_ shape: Shape) -> Tensor { Tensor(repeating: 0, shape: shape) }
