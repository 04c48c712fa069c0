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

  @OptionGroup var precisions: PrecisionOptions

  func run() throws {
    try common.prepare()
    let rows = try TrainingRows(collection: Collection(folder: collection), split: "train").rows
    let model = try BiEncoder(folder: model)
    var trained = try precisions.precision.map { try TrainedModel(model, in: $0) }
    for round in 0...common.rounds {
      let start = round * batch % max(1, rows.count - batch + 1)
      let pairs = Array(rows[start..<min(rows.count, start + batch)])
      for index in trained.indices {
        // Before and after: the machine may change its speed meanwhile.
        let before = ProductPeak.measure(rounds: 3)
        if round == 0 { EngineMemory.releaseUnused() }
        let live = EngineMemory.liveBytes
        var operations = 0.0
        let processor = Timing.processorTime()
        let seconds = try ContinuousClock().measure {
          operations = try trained[index].step(pairs, number: round, tokens: tokens)
        }.inSeconds
        let processorSeconds = Timing.processorTime() - processor
        if round == 0 {
          trained[index].bytes = EngineMemory.peakBytes - live
          continue
        }
        let peak = (before + ProductPeak.measure(rounds: 3)) / 2
        trained[index].shares.append(operations / seconds / peak)
        trained[index].speeds.append(Double(pairs.count) / seconds)
        trained[index].processorSeconds.append(processorSeconds)
        if !common.json {
          print(
            "\(precisions.precision[index].rawValue)   \((Double(pairs.count) / seconds).digits(1)) pairs/s   "
              + "\((operations / seconds / 1e9).digits(1)) of \((peak / 1e9).digits(1)) Gflop/s")
        }
      }
    }
    let figures = precisions.figures { index in
      let trained = trained[index]
      return [
        ("median pairs a second", trained.speeds.sorted()[trained.speeds.count / 2]),
        ("median share of the sgemm peak", trained.shares.sorted()[trained.shares.count / 2]),
        (
          "median seconds of the processor",
          trained.processorSeconds.sorted()[trained.processorSeconds.count / 2]
        ),
        ("buffers of a step, megabytes", Double(trained.bytes) / 1e6),
      ]
    }
    try report(figures + [("peak buffers, megabytes", Double(EngineMemory.peakBytes) / 1e6)], as: common.json)
  }
}

/// A model in training at a precision, and what its steps took.
private struct TrainedModel {
  private var model: BiEncoder
  private var optimizer: AdamW
  private let precision: Precision
  private let loss = TrainingLoss(
    InfoNCE(temperature: 0.05, maskKnownPositives: false, symmetric: false, inBatchNegatives: true), matryoshka: nil)
  var speeds: [Double] = []
  var shares: [Double] = []
  var processorSeconds: [Double] = []
  /// The memory of the first step beyond weights and moments.
  var bytes = 0

  init(_ model: BiEncoder, in precision: Precision) throws {
    self.model = model
    self.precision = precision
    optimizer = try AdamW(.init(rate: 2e-5, decay: 0.01, clip: 1), for: model)
  }

  /// Takes a step and returns the operations of its products.
  mutating func step(_ pairs: [TrainingRow], number: Int, tokens: Int) throws -> Double {
    let encodings =
      try model.tokenize(pairs.map(\.query), as: .query) + model.tokenize(pairs.map(\.positive), as: .document)
    let plan = ChunkPlan(lengths: encodings.map(\.ids.count), budget: tokens)
    let targets = Targets(positives: Array(0..<pairs.count))
    let (value, gradients) = plan.gradients(
      of: model.computing(in: precision, withGradients: true), where: optimizer.isTrained
    ) { model, chunk, rows in
      var context = ForwardContext(dropout: DropoutSource(seed: 17, step: number, chunk: chunk))
      return model(TokenBatch(rows.map { encodings[$0] }), &context)
    } loss: { embeddings in
      loss(
        queries: embeddings.slice(0..<pairs.count), documents: embeddings.slice(pairs.count..<2 * pairs.count),
        targets: targets)
    }
    try optimizer.step(&model, gradients: gradients, loss: value.scalar, rate: 2e-5)
    return 3
      * model.transformer.configuration.forwardOperations(
        lengths: encodings.map(\.ids.count), oneToken: model.pooling.takesOneToken)
  }
}
