import Encoders
import Evaluation
import Files
import JSONText
import Kernels
import Layers
import OrderedCollections
import Retrieval
import Runs
import Settings
import Tensors
import Tokenizers
import Training
import Words

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
    return try folder.work { try run(in: folder) }
  }

  private func run(in folder: RunFolder) throws -> Outcome {
    let checkpoints = CheckpointStore(folder: folder.path, keep: settings.checkpoint?.keep ?? 1)
    let checkpoint = try latestCheckpoint(of: folder, in: checkpoints)
    // Everything is read before any work is done, so that bad input is reported at once.
    var task = try recipe.makeTask(context)
    let plan = StepPlan(of: task.data, for: settings.schedule.length)
    let steps = plan.count
    try settings.schedule.check(steps: steps)
    var run = try TrainingRun(
      task.makeModel(), optimizer: settings.optimizer, average: WeightAverage(settings), steps: steps)
    context.report(
      .note(
        "\(NumberText.counted(task.data.count, Task.Data.unit)), \(NumberText.counted(steps, "step")) of \(plan.sizes); "
          + "\(NumberText.counted(run.model.parameterCount, "parameter")), "
          + NumberText.counted(Threads.count, "thread")))
    let cutTexts = try task.cutTexts(by: run.model)
    try cutTexts.report(source: task.data.files.joined(separator: ", "), context.report)
    for note in task.notes(about: run.model) { context.report(.note(note)) }
    if let adapters = run.adaptersInWords { context.report(.note(adapters)) }
    settings.precision.note.map { context.report(.note($0)) }
    reportAverage(of: run, steps: steps)
    let evaluation = try task.makeEvaluation(in: folder, context)
    // Before a checkpoint is restored the weights are the base model's, so the base needs no copy of its own.
    var base = try evaluation.map {
      (
        evaluation: $0,
        model: try task.baseModel(run.model.mergingAdapters()).evaluated(in: settings.precision)
      )
    }
    try folder.inputs.confirm()

    let baseRankings = try base.map { try $0.evaluation.baseRankings(of: $0.model, in: folder, context) }
    EngineMemory.releaseUnused()
    if let checkpoint {
      try resume(&run, &task, from: checkpoint, steps: steps)
    } else if folder.isContinued {
      try beginAnew(folder, steps: steps)
    }
    let outcome = try run.saving(of: steps, in: checkpoints) { run in
      try checkpoints.removeLeftovers()
      let log = try RunLog(in: folder, after: run.progress)
      if let gap = try RunLog.gap(in: folder, upTo: run.progress.state.step) {
        try warn([gap], after: run.progress.state.step, log)
      }
      if run.progress.state.step == 0, settings.evaluate?.every != nil, let base,
        let measured = try base.evaluation.start(of: base.model, context)
      {
        try log.add(measured)
      }
      // Its weights would be a second copy as soon as the first step changes those of the model.
      base = nil
      try train(&run, &task, of: steps, evaluation, folder, checkpoints, log)
      try run.requireChange()
      // What follows needs neither gradients nor activations.
      EngineMemory.releaseUnused()
      return try conclude(run, task, evaluation, baseRankings, folder, plan, cutTexts)
    }
    if settings.checkpoint == nil { try checkpoints.removeAll() }
    return outcome
  }

  /// The newest complete checkpoint of a run that is continued; nil where it begins at its first step.
  ///
  /// - Throws: `RunError` where checkpoints were saved and none can be loaded: what they held is not to be lost by
  ///   beginning anew unasked.
  private func latestCheckpoint(of folder: RunFolder, in checkpoints: CheckpointStore) throws -> Checkpoint? {
    guard folder.isContinued else { return nil }
    if let newest = checkpoints.newest(warn: { context.report(.warning($0)) }) { return newest }
    let done = try RunLog.steps(of: folder).max() ?? 0
    let damaged = checkpoints.folders
    let every = folder.earlierRecipe.flatMap { SettingsFile.value(of: "checkpoint.every", in: $0) }.flatMap { Int($0) }
    let loss: String
    if !damaged.isEmpty {
      loss = "\(damaged.joined(separator: ", ")) \(damaged.count == 1 ? "is" : "are") not complete"
    } else if let every, done > every {
      loss = "one was saved every \(NumberText.counted(every, "step")), and none is there any more"
    } else {
      return nil
    }
    throw RunError(
      .badData,
      "\(folder.path): no checkpoint can be loaded (\(loss)), though the log has \(NumberText.counted(done, "step")); put a "
        + "sound copy back, or to begin anew remove this folder, or set output.folder to a new one, and run without --resume"
    )
  }

  /// Restores a checkpoint of a run that is continued.
  private func resume(
    _ run: inout TrainingRun<Model>, _ task: inout Task, from checkpoint: Checkpoint, steps: Int
  ) throws {
    let plan = CheckpointPlan(
      steps: steps, batches: { [data = task.data] in data.batches(epoch: $0).count }, every: settings.evaluate?.every,
      keepsBest: settings.exportsBest, mines: task.minesNegatives)
    try run.restore(checkpoint, plan)
    try task.restore(from: run)
    context.report(.note("going on after step \(run.progress.state.step) of \(steps)"))
  }

  /// Says that a run which was interrupted before its first checkpoint begins at its first step.
  private func beginAnew(_ folder: RunFolder, steps: Int) throws {
    let done = try RunLog.steps(of: folder).max() ?? 0
    if done == 0 {
      return context.report(.note("no checkpoint in \(folder.path): beginning at the first step of \(steps)"))
    }
    context.report(
      .warning(
        "no checkpoint in \(folder.path), whose log has \(NumberText.counted(done, "step")): beginning at the first step of "
          + "\(steps)"))
  }

  /// The verdict, the export and the report of a trained model.
  private func conclude(
    _ run: TrainingRun<Model>, _ task: Task, _ evaluation: Task.Evaluation?, _ baseRankings: [Ranking]?,
    _ folder: RunFolder, _ plan: StepPlan, _ cutTexts: CutTexts
  ) throws -> Outcome {
    // The verdict is on the exported weights, over everything that is judged.
    let type = settings.export?.type ?? .float32
    let (adapted, sweep) = try mix(of: run, task, evaluation, type)
    let tuned = try merged(adapted, type)
    let tunedRankings = try evaluation?.tunedRankings(of: tuned.evaluated(in: settings.precision), in: folder, context)
    var report = RunReport(recipe: Recipe.name, folder: folder.path, settings: context.recipe)
    if let evaluation, let baseRankings, let tunedRankings {
      report.names.base = evaluation.baseName(of: tuned)
      report.comparisons = try evaluation.plan.comparisons(base: baseRankings, tuned: tunedRankings)
      if let first = evaluation.firstStageRankings(of: tuned) {
        report.firstStage = try evaluation.plan.comparisons(base: first, tuned: tunedRankings)
      }
      try report.add(evaluation.plan, base: baseRankings, tuned: tunedRankings, depth: evaluation.scoredDepth)
    }
    report.merge = sweep
    try report.fill(
      from: folder, run.progress,
      RunReport.TrainingFacts(
        base: settings.base, data: task.data.files, rows: task.data.count, plan: plan, cutTexts: cutTexts,
        bestOn: run.bestParameters == nil ? nil : settings.evaluate?.split, average: run.average?.name,
        trained: run.adaptersInWords, type: type, precision: settings.precision, seconds: folder.seconds,
        minedRows: run.minedRows))
    if let warning = sweep.map(\.warning) ?? report.warningOfRegression { context.report(.warning(warning)) }
    let name = Files.name(of: report.folder)
    let card = ModelCard(
      name: name, base: settings.base, collection: settings.evaluate?.collection, report: report,
      kind: task.cardKind(of: tuned, name: name))
    if run.adaptersInWords != nil {
      try DurableFolder(folder.file("adapter")).write {
        try adapted.saveAdapters(
          to: $0, base: settings.base, trained: adapted.parameters.keys.filter(run.trained.contains))
      }
    }
    let adapters = settings.adapters.map { Files.join($0, AdapterFolder.weightsName) }
    return try ModelExport(card: card, data: task.data.files + adapters).finish(folder) {
      try tuned.save(to: $0, weights: type)
    }
  }

  /// The model as it is exported: with its adapters merged, and rounded to a type.
  private func merged(_ model: Model, _ type: WeightType) throws -> Model {
    let merged = model.mergingAdapters()
    guard merged.isFinite else {
      throw RunError(
        .internalError, "merged, the adapters give weights that are no numbers; lower 'optimizer.rate' or 'lora.alpha'")
    }
    return try merged.rounded(to: type, path: settings.base)
  }

  // MARK: - Averages and mixes

  /// Says what the average of the weights costs, and warns of one that is over more than the run.
  private func reportAverage(of run: TrainingRun<Model>, steps: Int) {
    guard let average = run.average else { return }
    let bytes = average.mostWeights * run.optimizer.trainedCount * MemoryLayout<Float>.size
    context.report(.note("averages of the weights keep \(NumberText.bytes(bytes)) beside the model"))
    if let ema = settings.ema, ema.span > Double(steps) {
      // A tenth of the steps, and two at least.
      let span = max(2, Double(steps) / 10)
      let fitting = NumberText.fixed(1 - 1 / span, decimals: max(2, String(steps).count))
      context.report(
        .warning(
          "'ema.decay': \(ema.decay) is a mean over about \(NumberText.count(Int(min(ema.span.rounded(), 1e15)))) steps, "
            + "and the run has \(NumberText.count(steps)): the first ones count nearly as much as the last; "
            + "\(fitting) is a mean over about \(NumberText.count(Int(span)))"))
    }
    if let last = settings.average?.last, let every = settings.evaluate?.every {
      let evaluations = (steps + every - 1) / every
      if evaluations < last {
        context.report(
          .warning(
            "'average.last': the mean is of \(NumberText.count(last)) evaluations, and the run has "
              + "\(NumberText.count(evaluations)); set a smaller 'evaluate.every'"))
      }
    }
  }

  /// The exported model before adapters are merged: the trained one, or the best mix with the base.
  private func mix(
    of run: TrainingRun<Model>, _ task: Task, _ evaluation: Task.Evaluation?, _ type: WeightType
  ) throws -> (model: Model, sweep: MergeSweep?) {
    let trained = try run.exported()
    guard let merge = settings.merge, let evaluation else { return (trained, nil) }
    let start = try task.makeModel().model
    try run.requireStart(start, from: settings.base)
    func mixed(_ alpha: Double) -> Model {
      trained.mixed(with: start, alpha: Float(alpha), where: run.optimizer.isTrained)
    }
    let sweep = try MergeSweep(
      merge, measure: evaluation.plan.measures.first?.description ?? "", split: settings.evaluate?.split ?? "",
      report: context.report
    ) { alpha in
      // Each is measured as it would be exported.
      try merged(mixed(alpha), type)
    } development: {
      try evaluation.developmentValue(of: $0.evaluated(in: settings.precision), context)
    } general: {
      try evaluation.generalValue(of: $0.evaluated(in: settings.precision), context)
    }
    return (mixed(sweep.chosen.alpha), sweep)
  }

  // MARK: - Steps

  /// Takes the remaining steps; stops early when evaluations no longer improve.
  ///
  /// What follows a step is done at the top of the loop, so that a run that was stopped before it does it when it goes on.
  private func train(
    _ run: inout TrainingRun<Model>, _ task: inout Task, of steps: Int, _ evaluation: Task.Evaluation?,
    _ folder: RunFolder, _ checkpoints: CheckpointStore, _ log: RunLog
  ) throws {
    while true {
      try settle(&run, evaluation, of: steps, log, checkpoints)
      if run.progress.state.step == steps || isOutOfPatience(run.progress, of: steps) { break }
      if context.isInterrupted() { throw RunInterrupted("stopped") }
      if let mined = try task.prepare(for: &run, context) {
        try folder.inputs.confirm(task.inputsOfMining)
        try log.add(mined, after: run.progress.state.step)
      }
      let record = try takeStep(&run, task, of: steps)
      let warnings =
        run.progress.watch.observe(loss: record.loss, norm: record.norm, spread: record.spread, step: record.step)
        + [record.step == 2 * run.progress.watch.window ? run.warningOfRest : nil].compactMap { $0 }
      try log.add(record)
      context.report(run.progressEvent(after: record, of: steps))
      try warn(warnings, after: record.step, log)
    }
    try log.synchronize()
  }

  /// Does what follows a step: the evaluation and the checkpoint that are due.
  private func settle(
    _ run: inout TrainingRun<Model>, _ evaluation: Task.Evaluation?, of steps: Int, _ log: RunLog,
    _ checkpoints: CheckpointStore
  ) throws {
    let step = run.progress.state.step
    if run.progress.settledStep < step {
      try evaluateIfDue(&run, evaluation, steps: steps, log)
      run.progress.settledStep = step
    }
    guard let checkpoint = settings.checkpoint, step > 0, step < steps, step % checkpoint.every == 0 else { return }
    try log.synchronize()
    try run.save(in: checkpoints)
  }

  private func isOutOfPatience(_ progress: TrainingProgress, of steps: Int) -> Bool {
    guard let patience = settings.patience, progress.watch.evaluationsSinceBest >= patience.scores else { return false }
    context.report(
      .note(
        "stopped after step \(progress.state.step) of \(steps): "
          + "\(NumberText.counted(progress.watch.evaluationsSinceBest, "score")) without a better one than after "
          + "step \(progress.best?.step ?? 0)"))
    return true
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
    // The weights are packed for this step only: they are gone when the optimizer changes those of the run.
    let (loss, gradients) = plan.gradients(
      of: run.model.computing(in: settings.precision, withGradients: true), where: run.optimizer.isTrained,
      takesRows: run.optimizer.keepsTouchedRows
    ) { model, chunk, indices in
      let masks = DropoutSource(seed: settings.seed, step: state.step, chunk: chunk)
      var context = ForwardContext(dropout: masks, recomputesLayers: settings.recomputesLayers)
      var batch = TokenBatch()
      for index in indices {
        batch.append(sequences[index].encoding, excludedTokens: sequences[index].excludedTokens)
      }
      return task.encode(batch, by: model.maskingAdapters(from: masks), &context)
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
    guard let evaluation, let every = settings.evaluate?.every, step % every == 0 || step == steps else { return }
    run.average?.addEvaluation(run.model, step: step, where: run.optimizer.isTrained)
    guard
      let measured = try evaluation.development(
        of: run.averaged.evaluated(in: settings.precision), step: step, context),
      let first = measured.values.first
    else { return }
    try log.add(measured)
    let isBest = run.compareWithBest(
      measured, by: settings.patience?.minimumImprovement ?? 0, keepsWeights: settings.exportsBest)
    let warnings = run.progress.watch.observe(measure: first.value, isBest: isBest)
    // It counts once, even where its warnings cannot be logged.
    run.progress.settledStep = step
    try warn(warnings, after: step, log)
  }

  /// Logs and reports warnings about training.
  private func warn(_ warnings: [String], after step: Int, _ log: RunLog) throws {
    for warning in warnings {
      try log.add(warning: warning, after: step)
      context.report(.warning("after step \(step): \(warning)"))
    }
  }
}
