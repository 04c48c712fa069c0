import Kernels
import Tensors
import TestSupport

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the samples of attention have beside sequences and heads.
private struct AttentionSample {
  var rate: Float = 0
  var window: Int?
  var isRotated = false
  var isBiased = false

  static let all =
    [AttentionSample(), AttentionSample(rate: 0.25), AttentionSample(window: 2), AttentionSample(window: 0)]
    + [AttentionSample(isRotated: true), AttentionSample(isBiased: true)]
    + [AttentionSample(rate: 0.25, window: 3, isRotated: true, isBiased: true)]

  private static let base = 100.0

  func pattern(heads: Int, headWidth: Int) -> AttentionPattern {
    AttentionPattern(
      heads: heads, window: window,
      rotary: isRotated ? RotaryTable(width: headWidth, base: Self.base, positions: 64) : nil)
  }

  func rule(headWidth: Int) -> AttentionRule {
    let angle: @Sendable (Int, Int) -> Double = { position, k in
      Double(position) * pow(Self.base, -2 * Double(k) / Double(headWidth))
    }
    return AttentionRule(window: window, angle: isRotated ? angle : nil, bucket: Self.bucket)
  }

  /// Four buckets for each direction: distances 0, 1, 2 to 7, and all beyond.
  private static func bucket(_ relative: Int) -> Int {
    let distance = abs(relative)
    let interval = distance < 2 ? distance : distance < 8 ? 2 : 3
    return relative > 0 ? 4 + interval : interval
  }

  var buckets: RelativeBuckets { .t5(count: 8, maximumDistance: 32) }
}

extension SampleMaker {
  private static let attentionBatches: [(offsets: [Int], heads: Int, headWidth: Int)] = [
    ([0, 1], 1, 1), ([0, 4], 1, 3), ([0, 3, 3, 8], 2, 2), ([0, 17], 1, 2), ([0, 1, 2], 3, 1), ([0], 2, 2),
    ([0, 51], 1, 1), ([0, 12, 19], 2, 4),
  ]

  mutating func addAttention() {
    addAttention { sample, offsets, heads, headWidth, maker in
      let mask = sample.rate > 0 ? DropoutMask(key: 12, rate: sample.rate) : nil
      let factors = mask?.attentionFactors(offsets: offsets, heads: heads)
      let (pattern, rule) = (sample.pattern(heads: heads, headWidth: headWidth), sample.rule(headWidth: headWidth))
      return (
        [maker.even([offsets.last ?? 0, 3 * heads * headWidth], in: -2...2)],
        { x, table in
          x[0].selfAttention(
            offsets: offsets, pattern: pattern,
            bias: table.map { RelativeBias(table: $0, buckets: sample.buckets) }, dropout: mask)
        },
        { x, table in
          x[0].selfAttention(offsets: offsets, heads: heads, rule: rule, table: table, factors: factors)
        }
      )
    }
  }

  mutating func addSingleQueryAttention() {
    addAttention { sample, offsets, heads, headWidth, maker in
      let mask = sample.rate > 0 ? DropoutMask(key: 13, rate: sample.rate) : nil
      let factors = mask?.attentionFactors(offsets: offsets, heads: heads)
      let (pattern, rule) = (sample.pattern(heads: heads, headWidth: headWidth), sample.rule(headWidth: headWidth))
      let width = heads * headWidth
      let queries = zip(offsets, offsets.dropFirst()).map { ($1 - $0) / 2 }
      return (
        [maker.even([offsets.count - 1, width], in: -2...2), maker.even([offsets.last ?? 0, 2 * width], in: -2...2)],
        { x, table in
          x[0].singleQueryAttention(
            to: x[1], offsets: offsets, queries: queries, pattern: pattern,
            bias: table.map { RelativeBias(table: $0, buckets: sample.buckets) }, dropout: mask)
        },
        { x, table in
          x[0].singleQueryAttention(
            to: x[1], offsets: offsets, queries: queries, heads: heads, rule: rule, table: table, factors: factors)
        }
      )
    }
  }

  /// Every sample at every batch; where it has a bias, the table is the last input.
  private mutating func addAttention(
    _ make: (_ sample: AttentionSample, _ offsets: [Int], _ heads: Int, _ headWidth: Int, _ maker: inout SampleMaker)
      -> (
        inputs: [Tensor], function: ([Tensor], Tensor?) -> Tensor,
        reference: ([DoubleTensor], DoubleTensor?) -> DoubleTensor
      )
  ) {
    for (offsets, heads, headWidth) in Self.attentionBatches {
      for sample in AttentionSample.all where !sample.isRotated || headWidth % 2 == 0 {
        let (inputs, function, reference) = make(sample, offsets, heads, headWidth, &self)
        let table = sample.isBiased ? [even([8, heads])] : []
        let count = inputs.count
        add(
          "sequences \(offsets), \(heads) heads of \(headWidth), \(sample)", inputs + table,
          { function(Array($0[..<count]), $0.count > count ? $0[count] : nil) },
          { reference(Array($0[..<count]), $0.count > count ? $0[count] : nil) })
      }
    }
  }
}
