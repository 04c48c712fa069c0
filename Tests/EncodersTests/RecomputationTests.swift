import Encoders
import Files
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
    let (kept, recomputed) = (gradients(of: model, batch, false), gradients(of: model, batch, true))
    try expectSameBits(recomputed.value.elements, kept.value.elements, "value")
    #expect(recomputed.gradients.keys == kept.gradients.keys && recomputed.gradients.count > 10)
    for (key, gradient) in recomputed.gradients {
      try expectSameBits(gradient.elements, kept.gradients[key]?.elements ?? [], key)
    }
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
