import Kernels
import Tensors
import TestSupport
import Testing

/// A whole encoder of one layer, as models put it together.
@Suite struct EncoderBlockTests {
  @Test func gradientsEqualCentralDifferences() throws {
    let block = EncoderBlock(offsets: [0, 4, 9], heads: 2, width: 4, inner: 6)
    try checkGradients(of: block.pooled, reference: block.pooled, at: block.inputs, tolerance: 2e-5)
  }

  /// The same bits with any number of threads, forward and backward; in a process of its own, whose threads are its own.
  @Test func bitsDoNotDependOnTheThreads() async {
    await #expect(processExitsWith: .success) {
      recordingErrors {
        let offsets = [0, 150, 150, 151, 300, 513]
        let block = EncoderBlock(offsets: offsets, heads: 4, width: 96, inner: 384)
        Threads.configure(count: 1)
        let expected = block.valueAndGradients()
        try withEvery("threads", in: [1, 2, 3, 5]) { threads in
          Threads.configure(count: threads)
          let found = block.valueAndGradients()
          try expect(found.count == block.inputs.count + 1 && found.count == expected.count, "\(found.count) results")
          for (index, (found, expected)) in zip(found, expected).enumerated() {
            try expectSameBits(found, expected, index == 0 ? "value" : "gradient of input \(index - 1)")
          }
        }
      }
    }
  }
}

/// Token and position embeddings, attention and feed-forward with dropout and residuals, and the sum of each sequence.
private struct EncoderBlock {
  let offsets: [Int]
  let heads: Int
  let inputs: [Tensor]
  let words: [Int32]
  let positions: [Int32]

  private static let epsilon: Float = 1e-5
  private static let masks = (0..<3).map { DropoutMask(key: mixed(3, UInt64($0)), rate: 0.2) }

  init(offsets: [Int], heads: Int, width: Int, inner: Int) {
    var generator = SeededGenerator(seed: 31)
    self.offsets = offsets
    self.heads = heads
    let tokens = offsets.last ?? 0
    words = generator.integers(tokens, in: 0..<7).map { Int32($0) }
    positions = zip(offsets, offsets.dropFirst()).flatMap { 0..<Int32($1 - $0) }
    let rows = (positions.max() ?? 0) + 1
    let shapes: [Shape] = [
      [7, width], [Int(rows), width], [width], [width],  // embeddings and their norm
      [width, width], [width], [width, width], [width], [width, width], [width],  // queries, keys, values
      [width, width], [width], [width], [width],  // output of attention and its norm
      [inner, width], [inner], [width, inner], [width], [width], [width],  // feed-forward and its norm
    ]
    inputs = shapes.map { Tensor(generator.floats($0.count), shape: $0) }
  }

  func pooled(_ p: [Tensor]) -> Tensor {
    let (epsilon, masks) = (Self.epsilon, Self.masks)
    let embedded = Tensor.embeddingSum([(p[0], words), (p[1], positions)])
      .layerNorm(gamma: p[2], beta: p[3], epsilon: epsilon)
    let attended = embedded.linearSideBySide([4, 6, 8].map { AffineMap(weight: p[$0], bias: p[$0 + 1]) })
      .selfAttention(offsets: offsets, pattern: AttentionPattern(heads: heads), dropout: masks[0])
      .linear(AffineMap(weight: p[10], bias: p[11]))
      .layerNorm(gamma: p[12], beta: p[13], epsilon: epsilon, residual: embedded, dropout: masks[1])
    return
      attended
      .feedForward(
        input: AffineMap(weight: p[14], bias: p[15]), output: AffineMap(weight: p[16], bias: p[17]), activation: .gelu
      )
      .layerNorm(gamma: p[18], beta: p[19], epsilon: epsilon, residual: attended, dropout: masks[2])
      .segmentSum(offsets: offsets).normalizedRows()
  }

  func pooled(_ p: [DoubleTensor]) -> DoubleTensor {
    let (epsilon, masks) = (Double(Self.epsilon), Self.masks)
    let embedded = (p[0].gatherRows(words.map { Int($0) }) + p[1].gatherRows(positions.map { Int($0) }))
      .layerNorm(gamma: p[2], beta: p[3], epsilon: epsilon)
    let projections = DoubleTensor.concatenated(
      [4, 6, 8].map { embedded.linear(weight: p[$0], bias: p[$0 + 1]) }, axis: 1)
    let output = projections.selfAttention(
      offsets: offsets, heads: heads, factors: masks[0].attentionFactors(offsets: offsets, heads: heads)
    ).linear(weight: p[10], bias: p[11])
    func factors(_ mask: DropoutMask) -> DoubleTensor {
      DoubleTensor(mask.factors(count: embedded.elements.count), shape: embedded.shape)
    }
    let attended = (output * factors(masks[1]) + embedded).layerNorm(gamma: p[12], beta: p[13], epsilon: epsilon)
    let result = attended.feedForward(
      inputWeight: p[14], inputBias: p[15], outputWeight: p[16], outputBias: p[17], activation: .gelu)
    return (result * factors(masks[2]) + attended).layerNorm(gamma: p[18], beta: p[19], epsilon: epsilon)
      .segmentSum(offsets: offsets).normalizedRows()
  }

  func valueAndGradients() -> [[Float]] {
    let pullback = Pullback(of: inputs) { [pooled($0)] }
    var generator = SeededGenerator(seed: 5)
    let seed = Tensor(generator.floats(pullback.outputs[0].shape.count), shape: pullback.outputs[0].shape)
    return [pullback.outputs[0].elements] + pullback([seed]).map { $0?.elements ?? [] }
  }
}
