import Datasets
import Encoders
import Evaluation
import Files
import Layers
import OrderedCollections
import Runs
import Tensors
import Training
import Words

/// The state of a training run that steps change.
struct TrainingRun<Model: AdaptableModel> {
  var model: Model
  let trained: TrainedParameters
  var optimizer: AdamW
  var progress: TrainingProgress
  /// The average of the weights that is evaluated in their place; nil for none.
  var average: WeightAverage?
  /// The parameters of the best evaluation; nil where the last ones are exported.
  var bestParameters: ParameterDictionary?
  /// The rows with the negatives mined last; nil where none are mined.
  var minedRows: [TrainingRow]?
  /// The trained weights before the first step.
  private let first: WeightDigest

  /// The start of a run with a number of steps: a model and a new optimizer.
  init(_ start: StartingModel<Model>, optimizer: OptimizerSetting, average: WeightAverage?, steps: Int) throws {
    (model, trained) = (start.model, start.trained)
    self.average = average
    progress = TrainingProgress(steps: steps)
    switch optimizer {
    case .adamW(let settings):
      do {
        self.optimizer = try AdamW(settings, for: model, where: trained.contains)
      } catch {
        throw RunError(.badRecipe, "'optimizer': \(error)")
      }
    }
    let rate = self.optimizer.settings.rate
    guard Float(rate) > 0 else {
      throw RunError(
        .badRecipe, "'optimizer.rate': \(rate) is 0 as a 32-bit number, and nothing would be trained; raise it")
    }
    guard self.optimizer.trainsSomething else {
      throw RunError(
        .badRecipe,
        "'optimizer': 'freeze' and the rates of 0 in 'rates' cover every parameter that could be trained, and nothing "
          + "would be; leave some out")
    }
    first = WeightDigest(of: model, where: self.optimizer.isTrained)
  }

  /// True unless every trained weight has the bits that it had before the first step.
  private var hasChanged: Bool { WeightDigest(of: model, where: optimizer.isTrained) != first }

  /// A warning where no step so far has changed a trained weight; else nil.
  var warningOfRest: String? { hasChanged ? nil : "rest: \(restInWords)" }

  /// Throws where no step had a gradient, or none has changed a trained weight: there is nothing to export.
  func requireChange() throws {
    do throws(RunError) {
      try progress.watch.requireGradients()
      if !hasChanged { throw RunError(.badRecipe, restInWords) }
    } catch {
      throw NothingLearnt(error: error)
    }
  }

  /// The model that is evaluated and exported: with averaged weights where the recipe asks for them.
  var averaged: Model {
    guard let parameters = average?.parameters, !parameters.isEmpty else { return model }
    return model.replacing(parameters)
  }

  /// Throws where the weights of a model are not those before the first step.
  func requireStart(_ start: Model, from folder: String) throws(RunError) {
    if WeightDigest(of: start, where: optimizer.isTrained) == first { return }
    throw RunError(
      .badData,
      "\(folder) no longer has the weights that this run began with, and 'merge' mixes them with the trained ones; put "
        + "them back")
  }

  private var restInWords: String {
    let settings = optimizer.settings
    return
      "no step has changed the bits of any weight, so that the model has learnt nothing: the steps are too small for "
      + "32-bit numbers; raise 'optimizer.rate' (\(settings.rate))"
      + (settings.clip.map { $0 < 1e-6 ? ", or 'optimizer.clip' (\($0))" : "" } ?? "")
  }

  /// Applies the gradients of a step to the weights and counts the step; a step that is not finite changes nothing.
  ///
  /// - Parameters:
  ///   - batches: The number of batches in the present epoch.
  ///   - steps: The number of steps of the run.
  ///   - describing: Names the examples of the step for an error message.
  mutating func applyStep(
    _ gradients: ParameterDictionary, loss: Float, spread: Double, schedule: Schedule, batches: Int, steps: Int,
    examples: Int, tokens: Int, since start: ContinuousClock.Instant, describing names: () -> String
  ) throws -> StepRecord {
    let state = progress.state
    let rate = schedule.rate(step: state.step, of: steps, peak: optimizer.settings.rate)
    let norm: Double
    do {
      norm = try optimizer.step(&model, gradients: gradients, loss: loss, rate: rate)
    } catch {
      throw StepRefused(error: RunError(.internalError, "\(error) (\(names()))"))
    }
    average?.addStep(model, where: optimizer.isTrained)
    let seconds = start.duration(to: .now).seconds
    progress.state.advance(batches: batches)
    progress.rows += examples
    progress.tokens += tokens
    progress.seconds += seconds
    return StepRecord(
      step: state.step + 1, epoch: state.epoch + 1, loss: Double(loss), rate: rate, norm: norm, rows: examples,
      tokens: tokens, seconds: seconds, spread: spread.isFinite ? spread : .greatestFiniteMagnitude)
  }

  /// The progress of the run after a step.
  func progressEvent(after record: StepRecord, of steps: Int) -> RunEvent {
    let rate = NumberText.rate(Double(progress.rows) / max(progress.seconds, 1e-9))
    return .progress(
      RunProgress(
        task: "training", done: record.step, total: steps, unit: "steps",
        detail: "loss \(NumberText.fixed(record.loss, decimals: 4)), \(rate) rows/s"))
  }

  /// Makes an evaluation the best one if it is better by more than `minimum`; true if it is.
  ///
  /// - Parameter keepsWeights: True if the weights of the best evaluation are kept.
  mutating func compareWithBest(_ measured: MeasureRecord, by minimum: Double, keepsWeights: Bool) -> Bool {
    guard let first = measured.values.first else { return false }
    if let best = progress.best, first.value <= best.value + minimum { return false }
    progress.best = TrainingProgress.Best(step: measured.step, value: first.value)
    if keepsWeights { bestParameters = averaged.parameters }
    return true
  }

  /// The model with the exported weights: the best ones if they are kept, else the last, or their average.
  ///
  /// - Throws: `RunError` where the last step has left a weight that is no number, which nothing else would notice.
  func exported() throws -> Model {
    let exported: Model
    if let bestParameters { exported = model.replacing(bestParameters) } else { exported = averaged }
    guard exported.isFinite else {
      throw RunError(
        .internalError, "step \(progress.state.step) has left weights that are no numbers; lower 'optimizer.rate'")
    }
    return exported
  }

  /// The number of trained parameters and of layers with adapters, in words; nil without adapters.
  var adaptersInWords: String? {
    let layers = model.adapters.count
    if layers == 0 { return nil }
    return
      "\(NumberText.count(optimizer.trainedCount)) of \(NumberText.counted(model.parameterCount, "parameter")) are "
      + "trained, with adapters in \(NumberText.counted(layers, "linear layer"))"
  }

  /// Saves a checkpoint of the present step.
  ///
  /// - Throws: `RunError` where a weight is no number: an older checkpoint, whose weights are, then stays the newest.
  func save(in checkpoints: CheckpointStore) throws {
    let step = progress.state.step
    guard isFinite else {
      throw RunError(.internalError, "step \(step) has left weights that are no numbers; lower 'optimizer.rate'")
    }
    try checkpoints.save(step: step, files: files, expectedBytes: expectedBytes)
  }
}

extension Module {
  /// The model with some parameters replaced.
  fileprivate func replacing(_ parameters: ParameterDictionary) -> Self {
    var model = self
    model.updateParameters { key, parameter in
      if let other = parameters[key] { parameter = other }
    }
    return model
  }
}
