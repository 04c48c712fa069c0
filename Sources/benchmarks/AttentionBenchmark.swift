import ArgumentParser
import Kernels
import Tensors

/// Times self-attention at several lengths; KernelsTests check it against plain loops.
struct AttentionBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attention",
    abstract: "Self-attention at several lengths, with and without window, rotation and bias, against the sgemm peak.",
    discussion: """
      Counts 4 × width operations for each pair of tokens that see each other, and twice that again for the gradients. All sequences are of \
      one length; the last figures are the most bytes of buffers beyond inputs, outputs and their gradients, in megabytes.
      """)

  @OptionGroup var common: CommonOptions

  @Option(help: "Lengths of sequences.")
  var lengths: [Int] = [128, 512, 2048, 8192]

  @Option(help: "Tokens of a batch, or one sequence where that is longer.")
  var tokens = 8192

  @Option(help: "Heads.")
  var heads = 12

  @Option(help: "Width of a head.")
  var headWidth = 64

  @Option(help: "Tokens on each side in a window.")
  var window = 64

  @Option(help: "Dropout rate.")
  var dropout: Float = 0

  func run() throws {
    try common.prepare()
    let peak = ProductPeak.measure()
    var figures = [("sgemm peak, Gflop/s", peak / 1e9)]
    for length in lengths {
      let rotary = RotaryTable(width: headWidth, base: 10_000, positions: length)
      let bias = RelativeBias(
        table: Tensor(repeating: 0.1, shape: [32, heads]), buckets: .t5(count: 32, maximumDistance: 128))
      for (name, window, isRotated, isBiased) in [
        ("whole", nil, false, false), ("whole, rotated", nil, true, false), ("whole, biased", nil, false, true),
        ("window", window, false, false), ("window, rotated", window, true, false),
      ] as [(String, Int?, Bool, Bool)] {
        let pattern = AttentionPattern(heads: heads, window: window, rotary: isRotated ? rotary : nil)
        figures += measure(length, pattern, isBiased ? bias : nil, peak).map { ("\(length), \(name): \($0)", $1) }
      }
    }
    try report(figures, as: common.json)
  }

  private func measure(
    _ length: Int, _ pattern: AttentionPattern, _ bias: RelativeBias?, _ peak: Double
  ) -> [(String, Double)] {
    let count = max(1, tokens / length)
    let offsets = (0...count).map { $0 * length }
    let width = heads * headWidth
    let projections = Tensor(
      (0..<count * length * 3 * width).map { Float(($0 &* 7919) % 1009) / 1009 - 0.5 },
      shape: [count * length, 3 * width])
    let mask = dropout > 0 ? DropoutMask(key: 1, rate: dropout) : nil
    let attend: (Tensor) -> Tensor = {
      $0.selfAttention(offsets: offsets, pattern: pattern, bias: bias, dropout: mask)
    }
    let slopes = Tensor(repeating: 1, shape: [count * length, width])
    let forward = Timing(rounds: common.rounds) { _ = attend(projections) }.median
    EngineMemory.releaseUnused()
    let before = EngineMemory.liveBytes
    let both = Timing(rounds: common.rounds) {
      let pullback = Pullback(of: [projections]) { [attend($0[0])] }
      _ = pullback([slopes])
    }.median
    let results = 4 * (slopes.shape.count + projections.shape.count)
    let pairs = (0..<length).reduce(0.0) { total, row in
      guard let window = pattern.window else { return total + Double(length) }
      return total + Double(min(length, row + window + 1) - max(0, row - window))
    }
    let operations = 4 * Double(width) * pairs * Double(count)
    return [
      ("forward", operations / forward / peak), ("with gradients", 3 * operations / both / peak),
      ("milliseconds", both * 1e3), ("scratch", Double(EngineMemory.peakBytes - before - results) / 1e6),
    ]
  }
}
