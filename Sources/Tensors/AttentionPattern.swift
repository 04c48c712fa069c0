import Kernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The heads of self-attention, and the tokens of a sequence that see each other.
public struct AttentionPattern: Sendable {
  /// The number of heads.
  public let heads: Int
  /// The tokens on each side that a token sees: |i − j| ≤ window; nil for the whole sequence.
  public let window: Int?
  let rotation: Rotation?

  /// Makes a pattern.
  ///
  /// - Parameter rotary: turns queries and keys to their positions in the sequence.
  public init(heads: Int, window: Int? = nil, rotary: RotaryTable? = nil) {
    self.heads = heads
    self.window = window
    rotation = rotary?.rotation
  }
}

/// Rotary positions: cos and sin of the angles of every position, made once a model.
///
///     aₚₖ = p · base^(−2k / width) / divisor        for k < width / 2
///
/// The numbers k and k + width / 2 of a head's queries and keys are the coordinates of a point that turns by aₚₖ. Angles
/// are computed in 32 bits, as the checkpoints were trained: at position 8,192 the rounding of an angle moves it by more
/// than 10⁻⁴.
///
/// Su et al. 2021, arXiv:2104.09864; the order of halves is that of GPT-NeoX and of transformers.
public struct RotaryTable: Sendable {
  let rotation: Rotation

  /// Makes the table.
  ///
  /// - Parameters:
  ///   - width: the width of a head.
  ///   - base: the base of the frequencies, often called theta.
  ///   - divisor: what all frequencies are divided by.
  ///   - positions: the longest sequence.
  public init(width: Int, base: Double, divisor: Float = 1, positions: Int) {
    require(width > 0 && width % 2 == 0, "rotary table: a head of width \(width) has no halves")
    let half = width / 2
    let frequencies = (0..<half).map { k in
      1 / Float(pow(base, Double(Float(2 * k) / Float(width)))) / divisor
    }
    let table = FloatBuffer(count: positions * width) { (numbers: inout MutableSpan<Float>) in
      for position in 0..<positions {
        for k in 0..<half {
          let angle = Double(Float(position) * frequencies[k])
          numbers[position * width + k] = Float(cos(angle))
          numbers[position * width + half + k] = Float(sin(angle))
        }
      }
    }
    rotation = Rotation(table: table, width: width)
  }
}

/// A learned bias of attention scores by relative position.
///
///     s[i, j] += table[bucket(j − i), head]
///
/// - Shape: table `[buckets, heads]`
public struct RelativeBias: Sendable {
  let table: Tensor
  let buckets: RelativeBuckets

  /// Makes a bias; gradients go to the table.
  public init(table: Tensor, buckets: RelativeBuckets) {
    require(
      table.shape.rank == 2 && table.shape[0] == buckets.count,
      "relative bias: a table \(table.shape) for \(buckets.count) buckets")
    self.table = table
    self.buckets = buckets
  }

  /// The linear biases of ALiBi: −slope · |j − i|, with slopes 2^(−8k / heads) for k from 1 to the number of heads.
  ///
  /// Press et al. 2022, arXiv:2108.12409. That holds for powers of two; for other numbers the slopes of the power of two
  /// below come first, then every second one of the power above.
  ///
  /// - Parameter positions: the longest sequence.
  public static func linear(heads: Int, positions: Int) -> RelativeBias {
    func slopes(_ count: Int) -> [Float] { (1...max(1, count)).map { Float(exp2(-8 * Double($0) / Double(count))) } }
    var below = 1
    while below * 2 <= heads { below *= 2 }
    let above = slopes(2 * below)
    let all = slopes(below) + stride(from: 0, to: 2 * (heads - below), by: 2).map { above[$0] }
    let biases = (0..<positions).flatMap { distance in all.map { -$0 * Float(distance) } }
    return RelativeBias(table: Tensor(biases, shape: [positions, heads]), buckets: .distances(count: positions))
  }
}

/// The rows of a bias table that relative positions share.
public struct RelativeBuckets: Sendable {
  /// The number of buckets.
  public let count: Int
  /// The bucket of a key before the query, by distance; the last holds for all distances beyond.
  let before: [Int32]
  /// The same for a key after the query.
  let after: [Int32]

  /// The buckets of T5's encoder: half of them for keys after the query; in each half, one bucket for each short
  /// distance, then intervals that grow geometrically up to `maximumDistance`.
  ///
  /// Raffel et al. 2020, arXiv:1910.10683. Computed in 32 bits, as in transformers.
  public static func t5(count: Int, maximumDistance: Int) -> RelativeBuckets {
    let half = count / 2
    let exact = half / 2
    require(count % 2 == 0 && exact > 0 && maximumDistance > exact, "T5 buckets: \(count) up to \(maximumDistance)")
    let scale = Float(log(Double(maximumDistance) / Double(exact)))
    let before = (0...maximumDistance).map { distance in
      if distance < exact { return Int32(distance) }
      let interval = log(Float(distance) / Float(exact)) / scale * Float(half - exact)
      return Int32(min(exact + Int(interval), half - 1))
    }
    return RelativeBuckets(count: count, before: before, after: before.map { $0 + Int32(half) })
  }

  /// One bucket for each distance, before or after the query; the last holds for all beyond.
  public static func distances(count: Int) -> RelativeBuckets {
    let distances = (0..<count).map { Int32($0) }
    return RelativeBuckets(count: count, before: distances, after: distances)
  }
}
