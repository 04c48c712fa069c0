import Evaluation
import Files
import Layers
import Runs
import Tensors
import Training
import Words

// What the steps of a training run have in common, whatever model is trained.

extension TrainingRun {
  /// A model with a new optimizer.
  init(_ model: Model, optimizer: OptimizerSetting) throws {
    switch optimizer {
    case .adamW(let settings):
      let made: AdamW
      do {
        made = try AdamW(settings, for: model)
      } catch {
        throw RunError(.badRecipe, "'optimizer': \(error)")
      }
      self.init(model: model, optimizer: made)
    }
  }

  /// Changes the weights by the gradients of a step and counts it; a step that is no finite number changes nothing.
  ///
  /// - Parameters:
  ///   - batches: How many the present epoch has.
  ///   - steps: How many the run has.
  ///   - names: The rows of the step for an error message.
  mutating func take(
    _ gradients: ParameterDictionary, loss: Float, schedule: Schedule, batches: Int, steps: Int, rows: Int, tokens: Int,
    since start: ContinuousClock.Instant, names: () -> String
  ) throws -> StepRecord {
    let state = progress.state
    let rate = schedule.rate(step: state.step, of: steps, peak: optimizer.settings.rate)
    let norm: Double
    do {
      norm = try optimizer.step(&model, gradients: gradients, loss: loss, rate: rate)
    } catch {
      throw RunError(.internalError, "\(error) (\(names()))")
    }
    let seconds = start.duration(to: .now).seconds
    progress.state.advance(batches: batches)
    progress.rows += rows
    progress.tokens += tokens
    progress.seconds += seconds
    return StepRecord(
      step: state.step + 1, epoch: state.epoch + 1, loss: Double(loss), rate: rate, norm: norm, rows: rows,
      tokens: tokens, seconds: seconds)
  }

  /// How the run stands after a step.
  func report(_ record: StepRecord, of steps: Int) -> RunEvent {
    let rate = NumberText.rate(Double(progress.rows) / max(progress.seconds, 1e-9))
    return .progress(
      RunProgress(
        task: "training", done: record.step, total: steps, unit: "steps",
        detail: "loss \(NumberText.fixed(record.loss, decimals: 4)), \(rate) rows/s"))
  }

  /// Takes a score during training for the best one where it is better by more than `minimum`; says whether it is.
  ///
  /// - Parameter keepsWeights: Whether the weights of the best score are kept.
  @discardableResult
  mutating func compare(_ scores: ScoreRecord, by minimum: Double = 0, keepsWeights: Bool) -> Bool {
    guard let first = scores.values.first else { return false }
    if let best = progress.best, first.value <= best.value + minimum { return false }
    progress.best = TrainingProgress.Best(step: scores.step, value: first.value)
    if keepsWeights { bestParameters = model.parameters }
    return true
  }

  /// Saves a checkpoint of the present step.
  func save(in checkpoints: CheckpointStore) throws {
    try checkpoints.save(step: progress.state.step, files: files, expectedBytes: expectedBytes)
  }

  /// Saves a checkpoint and stops when somebody asked for it.
  func stopIfAsked(steps: Int, in checkpoints: CheckpointStore, _ context: RunContext) throws {
    guard context.isInterrupted() else { return }
    let step = progress.state.step
    guard step > 0 else { throw RunInterrupted("stopped before the first step; start again with --resume") }
    try save(in: checkpoints)
    throw RunInterrupted("stopped after step \(step) of \(steps), saved in \(checkpoints.folder); go on with --resume")
  }

  /// Goes back to the newest checkpoint of a run that is continued.
  mutating func resume(
    _ folder: RunFolder, from checkpoints: CheckpointStore, steps: Int, _ context: RunContext
  ) throws {
    guard folder.isContinued, let newest = checkpoints.newest(warn: { context.report(.warning($0)) }) else { return }
    try restore(newest)
    context.report(.note("going on after step \(progress.state.step) of \(steps)"))
  }

  /// The model with the weights that are exported: the best ones where these are kept, and else the last.
  func exported(to folder: RunFolder) throws -> Model {
    var model = model
    if let bestParameters { try model.replaceParameters(with: bestParameters, from: folder.path) }
    return model
  }

  /// Does work behind the last step, which is not lost when the work is interrupted.
  func savingWhenInterrupted<Result>(in checkpoints: CheckpointStore, _ work: () throws -> Result) throws -> Result {
    do {
      return try work()
    } catch let interruption as RunInterrupted {
      try save(in: checkpoints)
      throw interruption
    }
  }

  /// What a run begins with, in a sentence.
  func introduction(data: String, steps: Int, step: String, threads: Int) -> RunEvent {
    .note(
      "\(data), \(NumberText.counted(steps, "step")) of \(step); "
        + "\(NumberText.counted(model.parameterCount, "parameter")), \(NumberText.counted(threads, "thread"))")
  }
}
