import Layers
import Tensors
import Tokenizers

/// Texts in batches of similar length, the longest first, so that memory is highest at the start.
struct LengthBatches {
  /// The indices of the texts of each batch.
  private(set) var batches: [[Int]] = []
  private let lengths: [Int]

  /// Cuts texts into batches of at most `tokens` tokens; a longer text is a batch of its own.
  init(lengths: [Int], tokens: Int) {
    self.lengths = lengths
    var total = 0
    for text in lengths.indices.sorted(by: { (lengths[$1], $0) < (lengths[$0], $1) }) {
      if batches.isEmpty || total + lengths[text] > tokens {
        batches.append([])
        total = 0
      }
      batches[batches.count - 1].append(text)
      total += lengths[text]
    }
  }

  /// The model's output for each text, in the order of the texts; nil if there are none.
  ///
  /// - Parameters:
  ///   - progress: receives the share of tokens done; an error it throws stops the work.
  ///   - body: computes a row for each text of a batch.
  func rows(
    progress: (_ done: Double) throws -> Void, _ body: (_ texts: [Int], _ context: inout ForwardContext) -> Tensor
  ) rethrows -> Tensor? {
    let allTokens = Double(max(1, lengths.reduce(0, +)))
    var parts: [Tensor] = []
    var doneTokens = 0
    for batch in batches {
      var context = ForwardContext.evaluation
      parts.append(body(batch, &context))
      doneTokens += batch.reduce(0) { $0 + lengths[$1] }
      try progress(Double(doneTokens) / allTokens)
    }
    if parts.isEmpty { return nil }
    var position = [Int](repeating: 0, count: lengths.count)
    for (index, text) in batches.joined().enumerated() { position[text] = index }
    return Tensor.concatenated(parts).gatherRows(position)
  }
}
