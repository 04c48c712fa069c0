import Layers
public import Tensors
public import Tokenizers

extension CrossEncoder {
  /// The number of pairs tokenized at once: enough to sort by length, small in memory beside the activations.
  private static let pairsAtOnce = 16_384

  /// The raw logits of pairs of texts, in their order.
  ///
  /// Pairs are scored in batches of similar length, the longest first. Rank by these logits: an activation such as the
  /// sigmoid keeps the order at best, and rounds high scores to the same number.
  ///
  /// - Shape: → `[pairs]` with one label, `[pairs, labels]` with several
  /// - Parameters:
  ///   - tokens: the most tokens of a batch.
  ///   - progress: receives the share of the work done; an error it throws stops the work.
  /// - Throws: `TokenizerError`; `ModelError` if a score is not finite and so cannot be ranked.
  public func score(
    _ pairs: [(query: String, document: String)], tokens: Int = 8192,
    progress: (_ done: Double) throws -> Void = { _ in }
  ) throws -> Tensor {
    var parts: [Tensor] = []
    for start in stride(from: 0, to: pairs.count, by: Self.pairsAtOnce) {
      let part = pairs[start..<min(start + Self.pairsAtOnce, pairs.count)]
      let encodings = try part.map { try tokenize(query: $0.query, document: $0.document) }
      parts.append(
        try score(encodings, tokens: tokens) { share in
          try progress((Double(start) + share * Double(part.count)) / Double(pairs.count))
        })
    }
    let logits = parts.isEmpty ? noLogits : Tensor.concatenated(parts)
    if !logits.isFinite {
      throw ModelError(
        path: folder.transformerPath,
        problem: "gives scores that are no finite numbers: its weights are too large; fetch or train the model again")
    }
    return logits
  }

  /// The raw logits of tokenized pairs, in their order.
  public func score(
    _ encodings: [Encoding], tokens: Int = 8192, progress: (_ done: Double) throws -> Void = { _ in }
  ) rethrows -> Tensor {
    let batches = LengthBatches(lengths: encodings.map(\.ids.count), tokens: tokens)
    let rows = try batches.rows(progress: progress) { pairs, context in
      logits(TokenBatch(pairs.map { encodings[$0] }), &context)
    }
    return rows.map(shaped) ?? noLogits
  }

  private var noLogits: Tensor { shaped(Tensor([], shape: [0, labels.count])) }
}
