import Runs
import SettingKeys
import Settings
import Training

/// Fine-tunes a bi-encoder on training rows, evaluates it before and after, and exports a folder that other software
/// loads.
struct TrainBiEncoder: TrainingRecipe, Equatable {
  static let name = "trainBiEncoder"
  static let summary =
    "Fine-tunes a bi-encoder on training rows, evaluates it before and after, and exports a folder that other software "
    + "loads."

  var seed: UInt64
  var precision: TrainingPrecision
  var model: ModelSection
  var dense: DenseSection?
  var data: DataSection
  var batch: BatchSection
  var loss: LossSetting
  var matryoshka: Matryoshka?
  var mining: MiningSection?
  var guide: GuideSection?
  var lora: LoRASection?
  var optimizer: OptimizerSetting
  var schedule: ScheduleSection
  var evaluate: EvaluateSection?
  var patience: PatienceSection?
  var average: AverageSection?
  var ema: EMASection?
  var merge: MergeSection?
  var checkpoint: CheckpointSection?
  var cache: CacheSection?
  var output: OutputSection
  var export: ExportSection?

  var inputs: [RunInput] {
    model.base.inputs + data.inputs + (lora?.inputs ?? []) + (mining?.inputs ?? [])
      + (guide.map { [.model($0.folder)] } ?? []) + (evaluate?.inputs ?? []) + (merge?.inputs ?? [])
  }

  var outputFolder: String { output.folder }

  var training: TrainingSettings {
    TrainingSettings(
      base: model.folder, adapters: [model.base.adapter, lora?.folder].compactMap { $0 }, seed: seed,
      precision: precision.precision, tokens: batch.tokens, recomputesLayers: batch.recompute, optimizer: optimizer,
      schedule: schedule, evaluate: evaluate, patience: patience, average: average, ema: ema, merge: merge,
      checkpoint: checkpoint, output: output, export: export)
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
    average?.validate(checks, ema: ema, isEvaluated: evaluate?.every != nil)
    ema?.validate(checks)
    merge?.validate(checks, lora: lora, isEvaluated: evaluate != nil)
    checks.require(
      merge == nil || dense == nil, "merge", reading: ["dense"],
      else: "the base has no module of 'dense', so that there is nothing between both; remove one of them")
    checkpoint?.validate(checks)
    cache?.validate(checks)
    output.validate(checks, isEvaluated: evaluate?.every != nil)
  }
}

extension TrainBiEncoder {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    seed = try keys.value(.seed, default: Self.usualSeed, "The seed of every random choice of the run.")
    precision = try keys.trainingPrecision(.precision)
    model = try keys.required(.model, "The base model, and the way texts are encoded.")
    dense = try keys.optional(.dense, "Adds a Dense module to the model, for vectors of another width.")
    data = try keys.required(.data, "The training rows.")
    batch = try keys.section(.batch, "One step of the training.")
    loss = try keys.section(.loss, given: [ScoreKind.cosines], "The loss and its settings.")
    matryoshka = try keys.optional(.matryoshka, "Trains the leading dimensions of the vectors as well.")
    mining = try keys.optional(
      .mining, "Gives every row negatives from the model's own best documents, anew at intervals.")
    guide = try keys.optional(.guide, "Masks negatives that another model takes for positives.")
    lora = try keys.optional(.lora, "Trains low-rank adapters in place of the model's weights.")
    optimizer = try keys.section(.optimizer, "The optimizer and its settings.")
    schedule = try keys.required(.schedule, "The length of the run, and the course of the learning rate.")
    evaluate = try keys.recommended(.evaluate, "The evaluations; without them the run ends without a verdict.")
    patience = try keys.optional(.patience, "Ends training early; without it all steps are taken.")
    average = try keys.optional(
      .average, "Evaluates and exports the mean of the latest evaluated weights; without it weights as they are.")
    ema = try keys.optional(
      .ema, "Evaluates and exports an exponential moving average of the weights; without it weights as they are.")
    merge = try keys.optional(
      .merge, given: [MergeSection.General.Limit.documents],
      "Exports the best mix of the base and the trained weights; without it the trained ones.")
    checkpoint = try keys.optional(
      .checkpoint, "Checkpoints at intervals; without it one is saved only when the run is stopped or fails.")
    cache = try keys.optional(
      .cache, "Keeps the verdict's vectors, for other evaluations, searches and mining by the same base model.")
    output = try keys.required(.output, given: [OutputSection.Weights.last], "The results.")
    export = try keys.optional(.export, "The form of the exported model; without it the weights are float32.")
  }
}
