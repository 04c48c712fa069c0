import Encoders
import Files
import JSONText
import Kernels
import Layers
import OrderedCollections
import Tensors
import TestSupport
import Testing
import Tokenizers

/// Every family computes its layers again for the gradients, if asked to.
@Suite struct RecomputationTests {
  @Test(arguments: GoldenFamily.all, [Pooling.mean, .cls])
  func gradientsHaveTheSameBits(_ family: GoldenFamily, _ pooling: Pooling) throws {
    var model = try BiEncoder(folder: family.biEncoder)
    model.pooling = pooling
    let texts = ["find a file", "playing chess", "network"]
    let batch = TokenBatch(try model.tokenize(texts, as: .document))
    for precision in [Precision.float32, .bfloat16] {
      let model = model.computing(in: precision, withGradients: true)
      let (kept, recomputed) = (gradients(of: model, batch, false), gradients(of: model, batch, true))
      try expectSameBits(recomputed.value.elements, kept.value.elements, "value")
      #expect(recomputed.gradients.keys == kept.gradients.keys && recomputed.gradients.count > 10)
      for (key, gradient) in recomputed.gradients {
        try expectSameBits(gradient.elements, kept.gradients[key]?.elements ?? [], key)
      }
    }
  }

  /// A text of more than 4,096 tokens, whose feed-forward blocks compute their pre-activation once more, against the
  /// recomputation of layers, which keeps it.
  @Test(arguments: ["modernbert-tiny", "gte-tiny", "jina-tiny"])
  func gradientsOfALongTextHaveTheSameBits(_ name: String) throws {
    let copy = try ModelCopy(of: goldensFolder(name))
    try copy.rewrite("config.json") { $0["max_position_embeddings"] = 5000 }
    let model = try BiEncoder(folder: copy.path)
    let batch = TokenBatch(
      [4100, 3, 5].map { length in
        Encoding(ids: (0..<length).map { Int32(5 + $0 * 7 % 90) }, typeIDs: Array(repeating: 0, count: length))
      })
    let context = ForwardContext(dropout: nil)
    #expect(!context.keepsPreActivation(offsets: batch.offsets))
    let (dropped, kept) = (gradients(of: model, batch, false), gradients(of: model, batch, true))
    try expectSameBits(dropped.value.elements, kept.value.elements, "value")
    #expect(dropped.gradients.keys == kept.gradients.keys && dropped.gradients.count > 10)
    for (key, gradient) in dropped.gradients {
      try expectSameBits(gradient.elements, kept.gradients[key]?.elements ?? [], key)
    }
  }

  /// So many short texts as one long one are no reason.
  @Test func onlyTextsOfMoreThan4096TokensLetGoOfTheirPreActivations() {
    let (context, recomputing) = (ForwardContext.evaluation, ForwardContext(dropout: nil, recomputesLayers: true))
    #expect(context.keepsPreActivation(offsets: [0]) && context.keepsPreActivation(offsets: [0, 4096, 8192, 8195]))
    #expect(!context.keepsPreActivation(offsets: [0, 7, 4104]))
    #expect(recomputing.keepsPreActivation(offsets: [0, 8192]))
  }

  private func gradients(
    of model: BiEncoder, _ batch: TokenBatch, _ recomputes: Bool
  ) -> (value: Tensor, gradients: ParameterDictionary) {
    valueAndGradients(of: model) { model in
      var context = ForwardContext(dropout: DropoutSource(seed: 5, step: 2), recomputesLayers: recomputes)
      let vectors = model(batch, &context)
      return (vectors.slice(0..<1) * vectors.slice(1..<3)).sum()
    }
  }
}
