import Layers
public import Tensors
public import Tokenizers

extension BiEncoder {
  /// The vectors of texts, in their order.
  ///
  /// Texts are encoded in batches of similar length, the longest first, so that memory is highest at the start.
  ///
  /// - Shape: → `[texts, dimensions]`
  /// - Parameters:
  ///   - tokens: the most tokens of a batch.
  ///   - progress: receives the share of tokens done; an error it throws stops the work.
  public func encode(
    _ texts: [String], as role: TextRole, tokens: Int = 8192, progress: (_ done: Double) throws -> Void = { _ in }
  ) throws -> Tensor {
    let encodings = try tokenize(texts, as: role)
    return try encode(encodings, excludedTokens: try excludedTokens(as: role), tokens: tokens, progress: progress)
  }

  /// The vectors of tokenized texts, in their order.
  public func encode(
    _ encodings: [Encoding], excludedTokens: Int, tokens: Int = 8192,
    progress: (_ done: Double) throws -> Void = { _ in }
  ) rethrows -> Tensor {
    let batches = LengthBatches(lengths: encodings.map(\.ids.count), tokens: tokens)
    let vectors = try batches.rows(progress: progress) { texts, context in
      truncated(self(TokenBatch(texts.map { encodings[$0] }, excludedTokens: excludedTokens), &context))
    }
    return vectors ?? Tensor([], shape: [0, dimensions])
  }
}
