import Datasets
import Encoders
import Evaluation
import Files
import JSONText
import Kernels
import Layers
import Retrieval
import Runs
import Tensors
import Tokenizers
import Training
import Words

extension TrainCrossEncoder {
  /// Trains: read everything, score the base, take the steps, score again, export, report.
  func run(in context: RunContext) throws -> Outcome {
    let folder = try context.open(self)
    if let confirmation = folder.confirmation { return confirmation }
    let started = ContinuousClock.now

    // Everything is read before any work is done, so that bad input is told at once.
    let data = try RerankingData(data, batch: batch, loss: loss, seed: seed) { context.report(.warning($0)) }
    var run = try TrainingRun(model.load(seed: seed), optimizer: optimizer)
    let steps = data.steps(of: schedule)
    run.progress.watch = TrainingWatch(steps: steps)
    context.report(
      run.introduction(
        data: NumberText.counted(data.count, "group"), steps: steps, step: NumberText.counted(batch.groups, "group"),
        threads: Threads.count))
    if run.model.hasFreshClassifier { context.report(.note("\(model.folder) has no classifier; the seed draws one")) }
    let scoring = try evaluate.map {
      try RerankingScores(
        $0, seed: seed, training: data.queries, cache: cache?.open(), in: folder, context)
    }

    // Before a checkpoint is restored the weights are the base model's; they are held once only.
    let baseRuns = try scoring?.baseRuns(of: run.model, in: folder, context)
    EngineMemory.releaseUnused()
    let checkpoints = CheckpointStore(folder: folder.path, keep: checkpoint?.keep ?? 1)
    try run.resume(folder, from: checkpoints, steps: steps, context)
    let log = try RunLog(in: folder, after: run.progress.state.step)
    if run.progress.state.step == 0, let scores = try scoring?.start(of: run.model, context) { try log.add(scores) }

    try train(&run, data: data, steps: steps, scoring: scoring, log: log, checkpoints: checkpoints, context)
    try log.synchronize()

    // The verdict is on the weights that are exported, over all judged queries.
    let tuned = try run.exported(to: folder)
    let tunedRuns = try run.savingWhenInterrupted(in: checkpoints) {
      try scoring?.tunedRuns(of: tuned, in: folder, context)
    }
    var report = RunReport(recipe: "trainCrossEncoder", folder: folder.path, settings: context.recipe)
    report.names.base = baseName
    if let scoring, let baseRuns, let tunedRuns {
      report.comparisons = try scoring.verdict.plan.comparisons(base: baseRuns, tuned: tunedRuns)
    }
    try report.fill(
      from: folder, run.progress,
      RunReport.TrainingFacts(
        base: model.folder, data: data.files, rows: data.count, step: NumberText.counted(batch.groups, "group"),
        exportsBest: run.bestParameters != nil, split: evaluate?.split,
        seconds: started.duration(to: .now).seconds))
    let name = Files.name(of: report.folder)
    let card = ModelCard(
      name: name, base: model.folder, collection: evaluate?.collection, report: report,
      kind: .crossEncoder(
        tuned, base: model.folder, name: name, baseColumn: baseName, candidates: candidates))
    let outcome = try ModelExport(card: card, data: data.files).finish(folder) { try tuned.save(to: $0) }
    if checkpoint == nil { try checkpoints.removeAll() }
    return outcome
  }

  /// What the model is compared with.
  private var baseName: String {
    evaluate.map { $0.candidates == .judged ? "untrained" : "first stage" } ?? "base"
  }

  /// What is put in order, for the model's card.
  private var candidates: String {
    evaluate?.top.map { "the \(NumberText.counted($0, "document")) that a first stage found best" }
      ?? "the documents judged"
  }

  // MARK: - Steps

  /// Takes the steps that are left, or stops where scores do not get better any more.
  private func train(
    _ run: inout TrainingRun<CrossEncoder>, data: RerankingData, steps: Int, scoring: RerankingScores?, log: RunLog,
    checkpoints: CheckpointStore, _ context: RunContext
  ) throws {
    var epoch = data.epoch(run.progress.state.epoch)
    while run.progress.state.step < steps {
      if let patience, let waited = run.progress.watch?.scoresSinceBest, waited >= patience.scores {
        context.report(
          .note(
            "stopped after step \(run.progress.state.step) of \(steps): "
              + "\(NumberText.counted(waited, "score")) without a better one than after step "
              + "\(run.progress.best?.step ?? 0)"))
        return
      }
      try run.stopIfAsked(steps: steps, in: checkpoints, context)
      let state = run.progress.state
      if epoch.number != state.epoch { epoch = data.epoch(state.epoch) }
      let groups = epoch.batches[state.position]
      let record = try step(
        &run, epoch.step(groups), of: epoch.batches.count, steps: steps, groups: { data.description(of: groups) })
      try log.add(record)
      context.report(run.report(record, of: steps))
      try say(
        run.progress.watch?.take(loss: record.loss, spread: record.spread ?? 0, step: record.step), after: record.step,
        log, context)
      try look(at: &run, steps: steps, scoring: scoring, log: log, context)
      if let checkpoint, record.step % checkpoint.every == 0, record.step < steps {
        try log.synchronize()
        try run.save(in: checkpoints)
      }
    }
  }

  /// One step: pairs to tokens, loss and gradients in chunks of the token budget, and the change of the weights.
  ///
  /// - Parameter groups: Names the step's groups for an error message.
  private func step(
    _ run: inout TrainingRun<CrossEncoder>, _ step: RerankingStep, of batches: Int, steps: Int, groups: () -> String
  ) throws -> StepRecord {
    let start = ContinuousClock.now
    let state = run.progress.state
    let encodings = try step.groups.flatMap { group in
      try group.documents.map { try run.model.tokenize(query: group.query, document: $0) }
    }
    let plan = ChunkPlan(lengths: encodings.map(\.ids.count), budget: batch.tokens)
    let objective = self.loss.loss
    var logits: [Float] = []
    let (loss, gradients) = plan.gradients(of: run.model, where: run.optimizer.isTrained) { model, chunk, places in
      var context = ForwardContext(dropout: DropoutSource(seed: seed, step: state.step, chunk: chunk))
      return model(TokenBatch(places.map { encodings[$0] }), &context).reshaped(to: [places.count, 1])
    } loss: { scores in
      logits = scores.elements
      return objective(step.targets.rectangle(of: scores), targets: step.targets)
    }
    var record = try run.take(
      gradients, loss: loss.scalar, schedule: schedule.schedule, batches: batches, steps: steps,
      rows: step.groups.count, tokens: encodings.reduce(0) { $0 + $1.ids.count }, since: start, names: groups)
    record.spread = Self.spread(of: logits, groups: step.groups.map(\.documents.count))
    return record
  }

  /// The largest difference of scores in a group, or among all scores where every group has one.
  private static func spread(of logits: [Float], groups: [Int]) -> Double {
    func difference(_ scores: some Sequence<Float>) -> Double { Double((scores.max() ?? 0) - (scores.min() ?? 0)) }
    if groups.allSatisfy({ $0 == 1 }) { return difference(logits) }
    var start = 0
    var largest = 0.0
    for count in groups {
      largest = max(largest, difference(logits[start..<start + count]))
      start += count
    }
    return largest
  }

  /// Scores the model when it is time, and keeps the best weights where those are wanted.
  private func look(
    at run: inout TrainingRun<CrossEncoder>, steps: Int, scoring: RerankingScores?, log: RunLog,
    _ context: RunContext
  ) throws {
    let step = run.progress.state.step
    guard let scoring, let every = evaluate?.every, step % every == 0 || step == steps,
      let scores = try scoring.development(of: run.model, step: step, context), let first = scores.values.first
    else { return }
    try log.add(scores)
    let isBest = run.compare(scores, by: patience?.minimumImprovement ?? 0, keepsWeights: exportsBest)
    try say(run.progress.watch?.take(score: first.value, isBest: isBest), after: step, log, context)
  }

  /// Puts warnings about the course of training into the log.
  private func say(_ warnings: [String]?, after step: Int, _ log: RunLog, _ context: RunContext) throws {
    for warning in warnings ?? [] {
      try log.add(warning: warning, after: step)
      context.report(.warning("after step \(step): \(warning)"))
    }
  }
}
