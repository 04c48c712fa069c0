import Runs
import SettingKeys
import Settings
import Training

/// Trains a reranker on groups of documents, evaluates it before and after, and exports a folder that other software
/// loads.
struct TrainCrossEncoder: TrainingRecipe, Equatable {
  static let name = "trainCrossEncoder"
  static let summary =
    "Trains a reranker on groups of documents, evaluates it before and after, and exports a folder that other software "
    + "loads."

  var seed: UInt64
  var precision: TrainingPrecision
  var model: RerankerSection
  var data: GroupSection
  var batch: GroupBatchSection
  var loss: LossSetting
  var lora: LoRASection?
  var optimizer: OptimizerSetting
  var schedule: ScheduleSection
  var evaluate: RerankingEvaluateSection?
  var patience: PatienceSection?
  var average: AverageSection?
  var ema: EMASection?
  var merge: MergeSection?
  var checkpoint: CheckpointSection?
  var cache: CacheSection?
  var output: OutputSection
  var export: ExportSection?

  var training: TrainingSettings {
    TrainingSettings(
      base: model.folder, adapters: [model.base.adapter, lora?.folder].compactMap { $0 }, seed: seed,
      precision: precision.precision, tokens: batch.tokens, recomputesLayers: batch.recompute, optimizer: optimizer,
      schedule: schedule, evaluate: evaluate, patience: patience, average: average, ema: ema, merge: merge,
      checkpoint: checkpoint, output: output, export: export)
  }

  func makeTask(_ context: RunContext) throws -> CrossEncoderTask { try CrossEncoderTask(self, context) }

  var inputs: [RunInput] {
    model.base.inputs + data.inputs + (lora?.inputs ?? []) + (evaluate?.inputs ?? []) + (merge?.inputs ?? [])
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
    average?.validate(checks, ema: ema, isEvaluated: evaluate?.every != nil)
    ema?.validate(checks)
    merge?.validate(checks, lora: lora, isEvaluated: evaluate != nil)
    if case .run = evaluate?.candidates {
      checks.require(
        merge?.general == nil, "merge.general", reading: ["evaluate"],
        else: "'evaluate.run' has no documents for its queries; set 'evaluate.candidates' to model or judged")
    }
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

extension TrainCrossEncoder {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    seed = try keys.value(
      .seed, default: Self.usualSeed, "The seed of every random choice of the run, a new classifier included.")
    precision = try keys.trainingPrecision(.precision)
    model = try keys.required(.model, "The base model: a cross-encoder, or any encoder that gets a new classifier.")
    data = try keys.required(
      .data, "The groups: each row, or each query with its judged documents, is one, or a labelled pair.")
    batch = try keys.section(.batch, "One step of the training.")
    loss = try keys.required(.loss, given: [ScoreKind.logits], "The loss and its settings; the data decide which fits.")
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
      .merge, given: [MergeSection.General.Limit.queries],
      "Exports the best mix of the base and the trained weights; without it the trained ones.")
    checkpoint = try keys.optional(
      .checkpoint, "Checkpoints at intervals; without it one is saved only when the run is stopped or fails.")
    cache = try keys.optional(.cache, "Keeps the first stage's vectors between runs; without it all texts are encoded.")
    output = try keys.required(
      .output, given: [evaluate?.every == nil ? OutputSection.Weights.last : .best], "The results.")
    export = try keys.optional(.export, "The form of the exported model; without it the weights are float32.")
  }
}
