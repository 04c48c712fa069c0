import Kernels
public import Layers
public import OrderedCollections
public import Tensors

/// The loss of a whole batch and its gradients, while only a part of the batch keeps its activations at a time.
///
/// A contrastive loss needs the embeddings of the whole batch together, but its gradient reaches the model through each
/// embedding alone: once the gradients of the loss at the embeddings, ∂L/∂e, are cached, every chunk is backpropagated
/// by itself, as the gradient of Σ e · ∂L/∂e.
///
/// 1. All chunks but the last `kept` are encoded without a tape; only their embeddings stay.
/// 2. The last `kept` chunks are encoded on a tape.
/// 3. The loss of all embeddings gives ∂L/∂e.
/// 4. The kept chunks are backpropagated and free their activations.
/// 5. Each other chunk is encoded once more, on a tape, and backpropagated.
///
/// The gradients are those of the whole batch. The cost is one more forward pass over the chunks that are not kept;
/// with every chunk kept this is plain training. At most the activations of the kept chunks, or of one other chunk, are
/// in memory at once, in addition to the embeddings and their gradients.
///
/// Gao et al. 2021, arXiv:2101.06983, which encodes every chunk twice; keeping the last ones is ours.
///
/// - Parameters:
///   - isTrained: selects the parameters that get gradients.
///   - takesRows: selects the tables whose gradients may be of the rows that were looked up.
///   - chunks: the parts of the batch, of any type.
///   - kept: the number of last chunks that are encoded only once.
///   - encode: the embeddings of a chunk, `[rows, width]`. The same chunk must give the same bits again: dropout is
///     keyed by the chunk's index.
///   - loss: a scalar of the embeddings of all chunks, one after the other.
public func cachedGradients<Model: Module, Chunk>(
  of model: Model, where isTrained: (_ key: String) -> Bool = { _ in true },
  takesRows: (_ key: String) -> Bool = { _ in false }, chunks: [Chunk], keeping kept: Int,
  encode: (_ model: Model, _ index: Int, _ chunk: Chunk) throws -> Tensor, loss: (_ embeddings: Tensor) throws -> Tensor
) rethrows -> (loss: Tensor, gradients: ParameterDictionary) {
  require(!chunks.isEmpty && kept >= 0, "cached gradients: \(chunks.count) chunks, of which \(kept) are kept")
  let (twice, once) = (chunks.indices.dropLast(kept), chunks.indices.suffix(kept))
  let untaped = try twice.map { try encode(model, $0, chunks[$0]) }
  let taped = try ModelPullback(of: model, where: isTrained, takesRows: takesRows) { model in
    try once.map { try encode(model, $0, chunks[$0]) }
  }

  let embeddings = untaped + taped.outputs
  let (value, slopes) = try valueAndGradients(of: embeddings) { try loss(.concatenated($0)) }

  var gradients = taped(Array(slopes[once]))
  for index in twice {
    let again = try ModelPullback(of: model, where: isTrained, takesRows: takesRows) {
      [try encode($0, index, chunks[index])]
    }
    require(
      again.outputs[0].hasSameBits(as: untaped[index]),
      "cached gradients: chunk \(index) was encoded twice with different results; key dropout by the chunk")
    gradients.accumulate(again([slopes[index]]))
  }
  return (value, gradients)
}

extension ChunkPlan {
  /// The loss of a batch and its gradients, within the plan's budget of tokens.
  ///
  ///     let plan = ChunkPlan(lengths: batch.lengths, budget: 16_384)
  ///     let (loss, gradients) = plan.gradients(of: model, where: optimizer.isTrained) { model, chunk, rows in
  ///       model.encode(batch, rows: rows, dropout: DropoutSource(seed: seed, step: step, chunk: chunk))
  ///     } loss: { embeddings in
  ///       loss(queries: embeddings.slice(0..<q), documents: embeddings.slice(q..<n), targets: targets)
  ///     }
  ///
  /// - Parameters:
  ///   - encode: the embeddings of some rows of the batch, in the order of `rows`; see `cachedGradients`.
  ///   - loss: a scalar of the embeddings of the batch, in the batch's order.
  public func gradients<Model: Module>(
    of model: Model, where isTrained: (_ key: String) -> Bool = { _ in true },
    takesRows: (_ key: String) -> Bool = { _ in false },
    encode: (_ model: Model, _ chunk: Int, _ rows: [Int]) throws -> Tensor,
    loss: (_ embeddings: Tensor) throws -> Tensor
  ) rethrows -> (loss: Tensor, gradients: ParameterDictionary) {
    try cachedGradients(
      of: model, where: isTrained, takesRows: takesRows, chunks: chunks, keeping: 1, encode: encode
    ) { embeddings in
      try loss(chunks.count == 1 ? embeddings : embeddings.gatherRows(places))
    }
  }
}

extension Tensor {
  /// True if two tensors agree to the last bit, NaN included.
  fileprivate func hasSameBits(as other: Tensor) -> Bool {
    shape == other.shape && zip(elements, other.elements).allSatisfy { $0.bitPattern == $1.bitPattern }
  }
}
