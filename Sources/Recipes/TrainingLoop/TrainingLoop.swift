import Encoders
import Evaluation
import Files
import JSONText
import Kernels
import Layers
import Retrieval
import Tensors
import Tokenizers
import Training
import Words
import Runs

/// A training run from reading the data to the verdict, for every kind of model.
///
/// The order is: read everything, evaluate the base, train, evaluate again, export, report.
struct TrainingLoop<Recipe: TrainingRecipe> {
  private typealias Task = Recipe.Task
  private typealias Model = Recipe.Task.Model

  private let recipe: Recipe
  private let settings: TrainingSettings
  private let context: RunContext

  init(_ recipe: Recipe, _ context: RunContext) {
    self.recipe = recipe
    self.context = context
    settings = recipe.training
  }

  func run() throws -> Outcome {
    let folder = try context.open(recipe)
    if let confirmation = folder.confirmation { return confirmation }

    // Everything is read before any work is done, so that bad input is reported at once.
    var task = try recipe.makeTask(context)
    let plan = StepPlan(of: task.data, for: settings.schedule.length)
    let steps = plan.count
    try settings.schedule.check(steps: steps)
    let stepSizes = plan.sizes(of: Task.Data.unit, setting: Task.Data.sizeSetting)
    var run = try TrainingRun(task.makeModel(), optimizer: settings.optimizer, steps: steps)
    context.report(
      .note(
        "\(NumberText.counted(task.data.count, Task.Data.unit)), \(NumberText.counted(steps, "step")) of \(stepSizes); "
          + "\(NumberText.counted(run.model.parameterCount, "parameter")), "
          + NumberText.counted(Threads.count, "thread")))
    let cutTexts = try task.cutTexts(by: run.model)
    try cutTexts.report(source: task.data.files.joined(separator: ", "), context.report)
    for note in task.notes(about: run.model) { context.report(.note(note)) }
    let evaluation = try task.makeEvaluation(in: folder, context)

    // Before a checkpoint is restored the weights are the base model's, so the base needs no copy of its own.
    let baseRankings = try evaluation.map { try $0.baseRankings(of: task.baseModel(run.model), in: folder, context) }
    EngineMemory.releaseUnused()
    let checkpoints = CheckpointStore(folder: folder.path, keep: settings.checkpoint?.keep ?? 1)
    try resume(&run, &task, folder, from: checkpoints, steps: steps)
    let log = try RunLog(in: folder, after: run.progress.state.step)
    if run.progress.state.step == 0, let measured = try evaluation?.start(of: run.model, context) {
      try log.add(measured)
    }

    try takeSteps(&run, &task, of: steps, evaluation, log, checkpoints)
    try run.progress.watch.requireGradients()
    try log.synchronize()

    // The verdict is on the exported weights, over everything that is judged.
    let tuned = try run.exported(to: folder)
    let tunedRankings = try savingWhenInterrupted(&run, in: checkpoints) { _ in
      try evaluation?.tunedRankings(of: tuned, in: folder, context)
    }
    var report = RunReport(recipe: Recipe.name, folder: folder.path, settings: context.recipe)
    if let evaluation, let baseRankings, let tunedRankings {
      report.names.base = evaluation.baseName
      report.comparisons = try evaluation.plan.comparisons(base: baseRankings, tuned: tunedRankings)
    }
    try report.fill(
      from: folder, run.progress,
      RunReport.TrainingFacts(
        base: settings.base, data: task.data.files, rows: task.data.count, plan: plan, stepSizes: stepSizes,
        cutTexts: cutTexts,
        bestOn: run.bestParameters == nil ? nil : settings.evaluate?.split, seconds: folder.seconds))
    let name = Files.name(of: report.folder)
    let card = ModelCard(
      name: name, base: settings.base, collection: settings.evaluate?.collection, report: report,
      kind: task.cardKind(of: tuned, name: name))
    let outcome = try ModelExport(card: card, data: task.data.files).finish(folder) { try tuned.save(to: $0) }
    if settings.checkpoint == nil { try checkpoints.removeAll() }
    return outcome
  }

  /// Restores the newest checkpoint of a run that is continued.
  private func resume(
    _ run: inout TrainingRun<Model>, _ task: inout Task, _ folder: RunFolder, from checkpoints: CheckpointStore,
    steps: Int
  ) throws {
    guard folder.isContinued, let newest = checkpoints.newest(warn: { context.report(.warning($0)) }) else { return }
    try run.restore(newest)
    try task.restore(from: run)
    context.report(.note("going on after step \(run.progress.state.step) of \(steps)"))
  }

  /// Does work between steps; if it is interrupted after the first step, a checkpoint is saved.
  private func savingWhenInterrupted<Result>(
    _ run: inout TrainingRun<Model>, in checkpoints: CheckpointStore,
    _ work: (inout TrainingRun<Model>) throws -> Result
  ) throws -> Result {
    do {
      return try work(&run)
    } catch let interruption as RunInterrupted {
      if run.progress.state.step > 0 { try run.save(in: checkpoints) }
      throw interruption
    }
  }

  // MARK: - Steps

  /// Takes the remaining steps; stops early when evaluations no longer improve.
  private func takeSteps(
    _ run: inout TrainingRun<Model>, _ task: inout Task, of steps: Int, _ evaluation: Task.Evaluation?, _ log: RunLog,
    _ checkpoints: CheckpointStore
  ) throws {
    while run.progress.state.step < steps {
      if let patience = settings.patience, run.progress.watch.evaluationsSinceBest >= patience.scores {
        context.report(
          .note(
            "stopped after step \(run.progress.state.step) of \(steps): "
              + "\(NumberText.counted(run.progress.watch.evaluationsSinceBest, "score")) without a better one than after "
              + "step \(run.progress.best?.step ?? 0)"))
        return
      }
      try run.stopIfAsked(steps: steps, in: checkpoints, context)
      let mined = try savingWhenInterrupted(&run, in: checkpoints) { try task.prepare(for: &$0, context) }
      if let mined { try log.add(mined, after: run.progress.state.step) }
      let record = try takeStep(&run, task, of: steps)
      try log.add(record)
      context.report(run.progressEvent(after: record, of: steps))
      try warn(
        run.progress.watch.observe(loss: record.loss, norm: record.norm, spread: record.spread, step: record.step),
        after: record.step, log)
      try evaluateIfDue(&run, evaluation, steps: steps, log)
      if let checkpoint = settings.checkpoint, record.step % checkpoint.every == 0, record.step < steps {
        try log.synchronize()
        try run.save(in: checkpoints)
      }
    }
  }

  /// Takes one step: tokenization, loss and gradients in chunks of the token budget, and the optimizer's step.
  private func takeStep(_ run: inout TrainingRun<Model>, _ task: Task, of steps: Int) throws -> StepRecord {
    let start = ContinuousClock.now
    let state = run.progress.state
    let examples = task.batches[state.position]
    let step = task.step(examples)
    let sequences = try task.sequences(of: step, for: run.model)
    let plan = ChunkPlan(lengths: sequences.map(\.encoding.ids.count), budget: settings.tokens)
    var outputs = Tensor(0)
    let (loss, gradients) = plan.gradients(of: run.model, where: run.optimizer.isTrained) { model, chunk, indices in
      var context = ForwardContext(dropout: DropoutSource(seed: settings.seed, step: state.step, chunk: chunk))
      var batch = TokenBatch()
      for index in indices {
        batch.append(sequences[index].encoding, excludedTokens: sequences[index].excludedTokens)
      }
      return task.encode(batch, by: model, &context)
    } loss: { all in
      outputs = all.detached
      return task.loss(of: all, for: step)
    }
    return try run.applyStep(
      gradients, loss: loss.scalar, spread: task.spread(of: outputs, for: step), schedule: settings.schedule.schedule,
      batches: task.batches.count, steps: steps, examples: examples.count,
      tokens: sequences.reduce(0) { $0 + $1.encoding.ids.count }, since: start,
      describing: { task.data.description(of: examples) })
  }

  /// Evaluates the model at the interval of the recipe, and keeps the best weights where those are exported.
  private func evaluateIfDue(
    _ run: inout TrainingRun<Model>, _ evaluation: Task.Evaluation?, steps: Int, _ log: RunLog
  ) throws {
    let step = run.progress.state.step
    guard let evaluation, let every = settings.evaluate?.every, step % every == 0 || step == steps,
      let measured = try evaluation.development(of: run.model, step: step, context),
      let first = measured.values.first
    else { return }
    try log.add(measured)
    let isBest = run.compareWithBest(
      measured, by: settings.patience?.minimumImprovement ?? 0, keepsWeights: settings.exportsBest)
    try warn(run.progress.watch.observe(measure: first.value, isBest: isBest), after: step, log)
  }

  /// Logs and reports warnings about training.
  private func warn(_ warnings: [String], after step: Int, _ log: RunLog) throws {
    for warning in warnings {
      try log.add(warning: warning, after: step)
      context.report(.warning("after step \(step): \(warning)"))
    }
  }
}
