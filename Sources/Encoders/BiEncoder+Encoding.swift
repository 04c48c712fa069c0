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
  ///   - tokens: the most tokens that are in work at once.
  ///   - progress: gets the share of the tokens that is done; what it throws ends the work.
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
    let lengths = encodings.map(\.ids.count)
    let order = encodings.indices.sorted { (lengths[$1], $0) < (lengths[$0], $1) }
    let allTokens = Double(lengths.reduce(0, +))
    var parts: [Tensor] = []
    var (next, doneTokens) = (0, 0.0)
    while next < order.count {
      var end = next
      var total = 0
      while end < order.count && (end == next || total + lengths[order[end]] <= tokens) {
        total += lengths[order[end]]
        end += 1
      }
      var context = ForwardContext.evaluation
      let batch = TokenBatch(order[next..<end].map { encodings[$0] }, excludedTokens: excludedTokens)
      parts.append(self(batch, &context))
      next = end
      doneTokens += Double(total)
      try progress(doneTokens / max(1, allTokens))
    }
    if parts.isEmpty { return Tensor([], shape: [0, dimensions]) }
    var position = [Int](repeating: 0, count: order.count)
    for (index, text) in order.enumerated() { position[text] = index }
    return Tensor.concatenated(parts).gatherRows(position)
  }
}
