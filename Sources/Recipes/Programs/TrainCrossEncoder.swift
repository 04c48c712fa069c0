import Runs
import Settings
import Training

/// Trains a reranker on groups of documents, evaluates it before and after, and exports a folder that other software
/// loads.
struct TrainCrossEncoder: TrainingRecipe, Equatable {
  static let name = "trainCrossEncoder"

  /// The seed of every random choice of the run, a new classifier included.
  var seed: UInt64
  var model: RerankerSection
  var data: GroupSection
  var batch: GroupBatchSection
  var loss: LossSetting
  /// Trains low-rank adapters in place of the model's weights.
  var lora: LoRASection?
  var optimizer: OptimizerSetting
  var schedule: ScheduleSection
  /// Without it the run ends without a verdict.
  var evaluate: RerankingEvaluateSection?
  /// Without it all steps are taken.
  var patience: PatienceSection?
  /// Without it, one is saved only when the run is stopped or fails.
  var checkpoint: CheckpointSection?
  /// The folder of the first stage's vectors kept between runs; without it all texts are encoded.
  var cache: CacheSection?
  /// Without `weights`, the best ones are exported if there are evaluations during training, else the last ones.
  var output: OutputSection
  /// Without it the weights are exported as float32.
  var export: ExportSection?

  var training: TrainingSettings {
    TrainingSettings(
      base: model.folder, adapters: [model.adapter, lora?.folder].compactMap { $0 }, seed: seed, tokens: batch.tokens,
      recomputesLayers: batch.recompute ?? false, optimizer: optimizer, schedule: schedule, evaluate: evaluate,
      patience: patience, checkpoint: checkpoint, output: output, export: export,
      exportsBest: (output.weights ?? (evaluate?.every == nil ? .last : .best)) == .best)
  }

  func makeTask(_ context: RunContext) throws -> CrossEncoderTask { try CrossEncoderTask(self, context) }

  var inputs: [RunInput] {
    model.inputs + data.inputs + (lora?.inputs ?? []) + (evaluate?.inputs ?? [])
  }

  var outputFolder: String { output.folder }

  func validate(_ checks: SettingChecks) {
    model.validate(checks)
    data.validate(checks, loss: loss, batch: batch)
    batch.validate(checks, model: model)
    loss.validate(checks, for: .logits, examples: batch.groups, "batch.groups")
    lora?.validate(checks)
    optimizer.validate(checks)
    schedule.validate(checks)
    evaluate?.validate(checks)
    patience?.validate(checks, isEvaluated: evaluate?.every != nil)
    checkpoint?.validate(checks)
    cache?.validate(checks)
    checks.require(
      cache == nil || findsCandidates, "cache", reading: ["evaluate"],
      else: "only the vectors of a first stage are kept; set 'evaluate.candidates: model', or remove it")
    output.validate(checks, isEvaluated: evaluate?.every != nil)
  }

  /// True if a bi-encoder finds the documents to rerank.
  private var findsCandidates: Bool { if case .model = evaluate?.candidates { true } else { false } }
}
