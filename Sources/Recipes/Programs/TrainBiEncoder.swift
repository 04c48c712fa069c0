import Runs
import Settings
import Training

/// Fine-tunes a bi-encoder on training rows, evaluates it before and after, and exports a folder that other software
/// loads.
struct TrainBiEncoder: TrainingRecipe, Equatable {
  static let name = "trainBiEncoder"

  /// The seed of every random choice of the run.
  var seed: UInt64
  var model: ModelSection
  /// Adds a Dense module to the model, for vectors of another width.
  var dense: DenseSection?
  var data: DataSection
  var batch: BatchSection
  var loss: LossSetting
  /// Trains the leading dimensions of the vectors as well.
  var matryoshka: Matryoshka?
  /// Gives every row negatives from the model's own best documents, anew at intervals.
  var mining: MiningSection?
  /// Masks negatives that another model takes for positives.
  var guide: GuideSection?
  /// Trains low-rank adapters in place of the model's weights.
  var lora: LoRASection?
  var optimizer: OptimizerSetting
  var schedule: ScheduleSection
  /// Without it the run ends without a verdict.
  var evaluate: EvaluateSection?
  /// Without it all steps are taken.
  var patience: PatienceSection?
  /// Without it, one is saved only when the run is stopped or fails.
  var checkpoint: CheckpointSection?
  /// The folder of the verdict's vectors, shared with other evaluations, searches and mining by the same base model.
  var cache: CacheSection?
  var output: OutputSection
  /// Without it the weights are exported as float32.
  var export: ExportSection?

  var inputs: [RunInput] {
    model.inputs + data.inputs + (lora?.inputs ?? []) + (mining?.inputs ?? [])
      + (guide.map { [.model($0.folder)] } ?? [])
      + (evaluate?.inputs ?? [])
  }

  var outputFolder: String { output.folder }

  var training: TrainingSettings {
    TrainingSettings(
      base: model.folder, adapters: [model.adapter, lora?.folder].compactMap { $0 }, seed: seed, tokens: batch.tokens,
      recomputesLayers: batch.recompute ?? false, optimizer: optimizer, schedule: schedule, evaluate: evaluate,
      patience: patience, checkpoint: checkpoint, output: output, export: export, exportsBest: output.weights == .best)
  }

  func makeTask(_ context: RunContext) throws -> BiEncoderTask { try BiEncoderTask(self, context) }

  func validate(_ checks: SettingChecks) {
    model.validate(checks)
    dense?.validate(checks)
    data.validate(checks)
    batch.validate(checks, model: model)
    loss.validate(checks, for: .cosines, examples: batch.queries, "batch.queries")
    matryoshka?.validate(checks, model: model, dense: dense)
    mining?.validate(checks, data: data, loss: loss)
    guide?.validate(checks, loss: loss)
    lora?.validate(checks)
    optimizer.validate(checks)
    schedule.validate(checks)
    evaluate?.validate(checks)
    patience?.validate(checks, isEvaluated: evaluate?.every != nil)
    checkpoint?.validate(checks)
    cache?.validate(checks)
    output.validate(checks, isEvaluated: evaluate?.every != nil)
  }
}
