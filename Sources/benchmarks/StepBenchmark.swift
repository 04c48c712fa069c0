import ArgumentParser
import Datasets
import Encoders
import Kernels
import Layers
import Tensors
import Tokenizers
import Training

/// Whole training steps on real pairs.
struct StepBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "step", abstract: "Whole training steps (encode, loss, gradients, AdamW) on real pairs.",
    discussion: "Counts 6 × layer parameters × real tokens, plus attention, against the sgemm peak of the same round.")

  @OptionGroup var common: CommonOptions

  @Option(help: "A model folder.")
  var model = "checkpoints/all-MiniLM-L6-v2"

  @Option(help: "A collection with qrels/train.tsv.")
  var collection = "recipes/data/debian-programs"

  @Option(help: "Pairs in a batch.")
  var batch = 64

  @Option(help: "Most tokens whose activations live at once.")
  var tokens = 8192

  func run() throws {
    try common.prepare()
    var model = try BiEncoder(folder: model)
    let rows = try TrainingRows(collection: Collection(folder: collection), split: "train").rows
    let loss = TrainingLoss(
      InfoNCE(temperature: 0.05, maskKnownPositives: false, symmetric: false, inBatchNegatives: true), matryoshka: nil)
    var optimizer = try AdamW(.init(rate: 2e-5, decay: 0.01, clip: 1), for: model)
    var (shares, speeds): ([Double], [Double]) = ([], [])
    for round in 0...common.rounds {
      let start = round * batch % max(1, rows.count - batch + 1)
      let pairs = rows[start..<min(rows.count, start + batch)]
      let before = ProductPeak.measure(rounds: 3)
      var operations = 0.0
      let seconds = try ContinuousClock().measure {
        let encodings =
          try model.tokenize(pairs.map(\.query), as: .query) + model.tokenize(pairs.map(\.positive), as: .document)
        operations =
          3
          * model.transformer.configuration.forwardOperations(
            lengths: encodings.map(\.ids.count), oneToken: model.pooling.takesOneToken)
        let plan = ChunkPlan(lengths: encodings.map(\.ids.count), budget: tokens)
        let targets = Targets(positives: Array(0..<pairs.count))
        let (value, gradients) = plan.gradients(of: model, where: optimizer.isTrained) { model, chunk, rows in
          var context = ForwardContext(dropout: DropoutSource(seed: 17, step: round, chunk: chunk))
          return model(TokenBatch(rows.map { encodings[$0] }), &context)
        } loss: { embeddings in
          loss(
            queries: embeddings.slice(0..<pairs.count), documents: embeddings.slice(pairs.count..<2 * pairs.count),
            targets: targets)
        }
        try optimizer.step(&model, gradients: gradients, loss: value.scalar, rate: 2e-5)
      }.inSeconds
      // Before and after: the machine may change its speed meanwhile.
      let peak = (before + ProductPeak.measure(rounds: 3)) / 2
      if round == 0 { continue }
      shares.append(operations / seconds / peak)
      speeds.append(Double(pairs.count) / seconds)
      if !common.json {
        print(
          "\(speeds[speeds.count - 1].digits(1)) pairs/s   \((operations / seconds / 1e9).digits(1)) of \((peak / 1e9).digits(1)) Gflop/s"
        )
      }
    }
    try report(
      [
        ("median pairs a second", speeds.sorted()[speeds.count / 2]),
        ("median share of the sgemm peak", shares.sorted()[shares.count / 2]),
        ("peak buffers, megabytes", Double(EngineMemory.peakBytes) / 1e6),
      ], as: common.json)
  }
}
