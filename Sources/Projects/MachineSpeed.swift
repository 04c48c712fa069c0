import Encoders
import Kernels
import Layers
import Tensors
import Tokenizers
import Training
import Words

/// The speed of this machine at training and encoding with a model, measured for about two seconds.
///
/// The fastest round counts: what else the machine does is no part of its speed.
struct MachineSpeed: Sendable {
  /// The floating-point operations a second of a training step's forward and reverse passes.
  let training: Double
  /// Those of encoding texts.
  let encoding: Double
  /// The seconds of an optimizer's step.
  let optimizerStep: Double
  /// The operations of a forward pass over sequences.
  let operations: @Sendable ([Int]) -> Double

  private static let seconds = 1.0
  /// The tokens of a step.
  ///
  /// What a step costs at any length, as the gradients of a vocabulary do, is a fifth of one with 512 tokens, and little of one
  /// with 6,000, as training has them.
  private static let tokens = 1024

  /// Measures steps on real pairs.
  init(of model: BiEncoder, _ pairs: [(query: String, document: String)], maximumLength: Int) throws {
    var model = model
    model.maximumLength = maximumLength
    let (configuration, oneToken) = (model.transformer.configuration, model.pooling.takesOneToken)
    operations = { configuration.forwardOperations(lengths: $0, oneToken: oneToken) }
    let loss = TrainingLoss(InfoNCE(temperature: 0.05, maskKnownPositives: false), matryoshka: nil)
    var optimizer = try AdamW(.init(rate: 1e-9, decay: 0, clip: 1), for: model)
    let clock = ContinuousClock()
    var fastest = (training: 0.0, encoding: 0.0, update: Double.infinity)
    var spent = 0.0
    var (round, next) = (0, 0)
    while spent < Self.seconds {
      var (queries, documents): ([Encoding], [Encoding]) = ([], [])
      while (queries + documents).reduce(0, { $0 + $1.ids.count }) < Self.tokens || queries.count < 2 {
        let pair = pairs[next % pairs.count]
        queries += try model.tokenize([pair.query], as: .query)
        documents += try model.tokenize([pair.document], as: .document)
        next += 1
      }
      let (batch, encodings) = (queries.count, queries + documents)
      let lengths = encodings.map(\.ids.count)
      let plan = ChunkPlan(lengths: lengths, budget: 8192)
      var result: (Tensor, ParameterDictionary)?
      let step = clock.measure {
        result = plan.gradients(of: model, where: optimizer.isTrained) { model, chunk, rows in
          var context = ForwardContext(dropout: DropoutSource(seed: 17, step: round, chunk: chunk))
          return model(TokenBatch(rows.map { encodings[$0] }), &context)
        } loss: { embeddings in
          loss(
            queries: embeddings.slice(0..<batch), documents: embeddings.slice(batch..<2 * batch),
            targets: Targets(positives: Array(0..<batch)))
        }
      }.seconds
      let update = try clock.measure {
        if let (value, gradients) = result {
          _ = try optimizer.step(&model, gradients: gradients, loss: value.scalar, rate: 1e-9)
        }
      }.seconds
      let forward = try clock.measure { _ = try model.encode(encodings, excludedTokens: 0) }.seconds
      round += 1
      // The first round also fills caches and pools.
      if round == 1 { continue }
      let work = operations(lengths)
      fastest.training = max(fastest.training, 3 * work / max(step, 1e-9))
      fastest.encoding = max(fastest.encoding, work / max(forward, 1e-9))
      fastest.update = min(fastest.update, update)
      spent += step + update + forward
    }
    (training, encoding, optimizerStep) = fastest
  }

  /// Estimates the speed from the peak of matrix products, for the usual model, which is not there.
  init(peak: Double) {
    (training, encoding, optimizerStep) = (0.6 * peak, 0.6 * peak, 0.05)
    // 10.6 million parameters in its layers; attention adds little to short texts.
    operations = { lengths in 2 * 10_600_000 * Double(lengths.reduce(0, +)) }
  }
}
