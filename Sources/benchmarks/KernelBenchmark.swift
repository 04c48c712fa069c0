import ArgumentParser
import Kernels
import Layers
import Tensors

/// Times the kernels of a MiniLM layer; KernelsTests check each against a plain computation.
struct KernelBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernels",
    abstract: "The kernels of a MiniLM layer, forward and with gradients, against the sgemm peak.")

  @OptionGroup var common: CommonOptions

  @Option(help: "Tokens of the batch, in sequences of 100.")
  var tokens = 7000

  func run() throws {
    try common.prepare()
    let peak = ProductPeak.measure()
    let (width, inner, heads) = (384, 1536, 12)
    let offsets = Array(stride(from: 0, to: tokens, by: 100)) + [tokens]
    let x = Tensor(repeating: 0.1, shape: [tokens, width])
    let square = Tensor(repeating: 0.01, shape: [width, width])
    let up = Tensor(repeating: 0.01, shape: [inner, width])
    let down = Tensor(repeating: 0.01, shape: [width, inner])
    let (bias, wideBias) = (Tensor(repeating: 0, shape: [width]), Tensor(repeating: 0, shape: [inner]))
    let scale = Tensor(repeating: 1, shape: [width])
    let projections = Tensor(repeating: 0.1, shape: [tokens, 3 * width])
    let mask = DropoutMask(key: 1, rate: 0.1)
    let rows = Double(tokens)
    let wide = Double(width)
    let lengths = zip(offsets.dropFirst(), offsets).map { Double($0 - $1) }

    var figures = [("sgemm peak, Gflop/s", peak / 1e9)]
    func time(_ name: String, operations: Double?, _ inputs: [Tensor], _ body: @escaping ([Tensor]) -> Tensor) {
      let forward = Timing(rounds: common.rounds) { _ = body(inputs) }.median
      let whole = Timing(rounds: common.rounds) {
        let pullback = Pullback(of: inputs) { [body($0)] }
        _ = pullback([Tensor(repeating: 1, shape: pullback.outputs[0].shape)])
      }.median
      if let operations {
        figures.append(("\(name): forward, share of peak", operations / forward / peak))
        figures.append(("\(name): with gradients, share of peak", 3 * operations / whole / peak))
      } else {
        figures.append(("\(name): forward, ns a token", forward / rows * 1e9))
        figures.append(("\(name): with gradients, ns a token", whole / rows * 1e9))
      }
    }
    time("linear 384 × 384", operations: 2 * rows * wide * wide, [x, square, bias]) {
      $0[0].linear(AffineMap(weight: $0[1], bias: $0[2]))
    }
    time("feed-forward 384 × 1536", operations: 4 * rows * wide * Double(inner), [x, up, wideBias, down, bias]) {
      $0[0].feedForward(
        input: AffineMap(weight: $0[1], bias: $0[2]), output: AffineMap(weight: $0[3], bias: $0[4]), activation: .gelu)
    }
    // As many weights as in the block without a gate.
    let gatedInner = inner * 2 / 3
    let upGate = Tensor(repeating: 0.01, shape: [2 * gatedInner, width])
    let gatedDown = Tensor(repeating: 0.01, shape: [width, gatedInner])
    time("gated feed-forward 384 × 1024", operations: 6 * rows * wide * Double(gatedInner), [x, upGate, gatedDown]) {
      $0[0].gatedFeedForward(
        input: .upThenGate(AffineMap(weight: $0[1])), output: AffineMap(weight: $0[2]), activation: .gelu)
    }
    time("attention", operations: 4 * wide * lengths.reduce(0) { $0 + $1 * $1 }, [projections]) {
      $0[0].selfAttention(offsets: offsets, pattern: AttentionPattern(heads: heads), dropout: mask)
    }
    time("residual, dropout, layer norm", operations: nil, [x, scale, bias, x]) {
      $0[0].layerNorm(gamma: $0[1], beta: $0[2], epsilon: 1e-12, residual: $0[3], dropout: mask)
    }
    try report(figures, as: common.json)
  }
}
