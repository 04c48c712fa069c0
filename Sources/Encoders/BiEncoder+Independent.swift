import Kernels
import Layers
public import Tensors
import Tokenizers

extension BiEncoder {
  /// The vectors of texts, in their order, each with the same bits regardless of the other texts.
  ///
  /// ``encode(_:as:tokens:progress:)`` gives vectors that differ by some 10⁻⁷ between lists of texts. The bits here
  /// hold for this build on this OpenBLAS core type.
  ///
  /// - Shape: → `[texts, dimensions]`
  /// - Parameter progress: receives the share of tokens done; an error it throws stops the work.
  public func encodeIndependently(
    _ texts: [String], as role: TextRole, progress: (_ done: Double) throws -> Void = { _ in }
  ) throws -> Tensor {
    let encodings = try tokenize(texts, as: role)
    let excludedTokens = try excludedTokens(as: role)
    guard hasIndependentRows else {
      return try encodeInFixedBatches(encodings, excludedTokens: excludedTokens, progress: progress)
    }
    let batches = LengthBatches(lengths: encodings.map(\.ids.count), tokens: 8192)
    let vectors = try batches.rows(progress: progress) { texts, context in
      var batch = TokenBatch(texts.map { encodings[$0] }, excludedTokens: excludedTokens)
      // Products of fewer rows are computed in another way, so unused sequences fill the batch.
      while batch.count < fewestIndependentRows { batch.append(Encoding(ids: [0], typeIDs: [0])) }
      return truncated(self(batch, &context).slice(0..<texts.count))
    }
    return vectors ?? Tensor([], shape: [0, dimensions])
  }

  /// True if each row of every layer's product depends on that row alone, wherever it is in a batch.
  var hasIndependentRows: Bool {
    var (model, check) = (self, IndependentRowsCheck())
    model.visitParameters(&check)
    return check.holds
  }
}

/// Checks every linear layer.
private struct IndependentRowsCheck: ParameterVisitor {
  var path: [String] = []
  var holds = true

  mutating func visit(linear: inout Linear) {
    let (outputs, inputs) = (linear.weight.shape[0], linear.weight.shape[1])
    // A product with the rank of an adapter is too narrow.
    if linear.adapter != nil || !rowsAreIndependent(rows: fewestIndependentRows, columns: outputs, inner: inputs) {
      holds = false
    }
  }

  mutating func visit(key: String, _ parameter: inout Tensor) {}
}
