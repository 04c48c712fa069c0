import Layers
import Tensors
import Tokenizers

/// Batches of one shape, in which a text gets the same bits regardless of the other texts, for models whose products go
/// to `sgemm`: odd widths, and processors without AVX2.
///
/// `sgemm` sums in an order that depends on its shape and, in the faster kernels of OpenBLAS, also on the index of the
/// row: the kernels for Haswell and Zen take rows by twelves and treat the two halves differently. So every batch here
/// has the same number of rows, cut into row blocks that are multiples of ``period``, and a text always begins at the
/// same offset in a period, a hash of its tokens. These offsets are evenly distributed, so a text that fits is nearly
/// always available and almost no row is lost between two texts.
struct FixedBatches {
  /// Rows after which the order of summation repeats: that of Haswell and Zen, doubled.
  static let period = 24
  /// Rows of a batch: eight equal blocks of 960 = 40 · 24 for the kernels.
  static let rows = 7680
  /// Rows of a row block of a product.
  static let block = 960

  /// The texts of a batch and the first row of each; the rows between them are padding.
  struct Batch {
    var texts: [(index: Int, start: Int)] = []
  }

  /// The batches, those of the longest texts first.
  private(set) var batches: [Batch] = []
  /// Texts longer than a batch; each is encoded by itself.
  private(set) var alone: [Int] = []

  init(_ encodings: [Encoding]) {
    /// The texts that begin at each offset of a period, the longest last.
    var waiting = [[Int]](repeating: [], count: Self.period)
    let order = encodings.indices.sorted { (encodings[$0].ids.count, $1) < (encodings[$1].ids.count, $0) }
    for index in order {
      if encodings[index].ids.count > Self.rows - Self.period {
        alone.append(index)
      } else {
        waiting[Self.place(of: encodings[index])].append(index)
      }
    }
    var left = encodings.count - alone.count
    while left > 0 {
      var batch = Batch()
      var row = 0
      // The next offset with a text that still fits; the first row of a batch always has one.
      while let gap = (0..<Self.period).first(where: { gap in
        waiting[(row + gap) % Self.period].last.map { row + gap + encodings[$0].ids.count <= Self.rows } ?? false
      }) {
        let index = waiting[(row + gap) % Self.period].removeLast()
        batch.texts.append((index, row + gap))
        row += gap + encodings[index].ids.count
      }
      left -= batch.texts.count
      batches.append(batch)
    }
  }

  /// The offset in a period at which a text begins.
  static func place(of encoding: Encoding) -> Int {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for id in encoding.ids { hash = (hash ^ UInt64(UInt32(bitPattern: id))) &* 0x9E37_79B9_7F4A_7C15 }
    return Int((hash >> 32) % UInt64(period))
  }
}

extension BiEncoder {
  /// The vectors of tokenized texts, in their order, each with the same bits regardless of the other texts.
  ///
  /// Even one text costs a batch of 7,680 rows.
  func encodeInFixedBatches(
    _ encodings: [Encoding], excludedTokens: Int, progress: (_ done: Double) throws -> Void
  ) throws -> Tensor {
    let plan = FixedBatches(encodings)
    let allTokens = Double(encodings.reduce(0) { $0 + $1.ids.count })
    var parts: [Tensor] = []
    var position = [Int](repeating: 0, count: encodings.count)
    var (next, doneTokens) = (0, 0.0)
    func add(_ vectors: Tensor, of indices: [Int]) throws {
      parts.append(vectors)
      for index in indices {
        position[index] = next
        next += 1
        doneTokens += Double(encodings[index].ids.count)
      }
      try progress(doneTokens / max(1, allTokens))
    }
    for batch in plan.batches {
      try add(vectors(of: batch, encodings, excludedTokens), of: batch.texts.map(\.index))
    }
    for index in plan.alone {
      var context = ForwardContext.evaluation
      try add(self(TokenBatch([encodings[index]], excludedTokens: excludedTokens), &context), of: [index])
    }
    if parts.isEmpty { return Tensor([], shape: [0, dimensions]) }
    return truncated(Tensor.concatenated(parts).gatherRows(position))
  }

  private func vectors(of batch: FixedBatches.Batch, _ encodings: [Encoding], _ excludedTokens: Int) -> Tensor {
    var tokens = TokenBatch()
    var sequences: [Int] = []
    /// Pads up to a row with unused sequences.
    func fill(upTo row: Int) {
      while tokens.tokenCount < row {
        let count = min(row - tokens.tokenCount, transformer.shape.positions)
        let zeros = [Int32](repeating: 0, count: count)
        tokens.append(Encoding(ids: zeros, typeIDs: zeros))
      }
    }
    for (index, start) in batch.texts {
      fill(upTo: start)
      sequences.append(tokens.count)
      tokens.append(encodings[index], excludedTokens: excludedTokens)
    }
    fill(upTo: FixedBatches.rows)
    var context = ForwardContext.evaluation
    let pooled = pooling(tokenVectors(of: tokens, .all, &context), tokens).gatherRows(sequences)
    return applyingHeads(to: pooled)
  }

  /// Applies the heads; a dense one to row blocks of one shape, with every vector at the start of a period.
  private func applyingHeads(to pooled: Tensor) -> Tensor {
    func apply(_ x: Tensor) -> Tensor {
      var context = ForwardContext.evaluation
      return self.apply(heads, to: x, &context)
    }
    let hasDense = heads.contains { if case .dense = $0 { true } else { false } }
    guard hasDense else { return apply(pooled) }
    let (count, each) = (pooled.shape[0], FixedBatches.block / FixedBatches.period)
    let blocks = stride(from: 0, to: count, by: each).map { first in
      let spread = (0..<FixedBatches.block).map { min(count - 1, first + $0 / FixedBatches.period) }
      let rows = (0..<min(each, count - first)).map { $0 * FixedBatches.period }
      return apply(pooled.gatherRows(spread)).gatherRows(rows)
    }
    return Tensor.concatenated(blocks)
  }
}
