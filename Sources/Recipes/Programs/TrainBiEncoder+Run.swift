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

extension TrainBiEncoder {
  /// Trains: read everything, score the base model, take the steps, score again, export, report.
  func run(in context: RunContext) throws -> Outcome {
    let folder = try context.open(self)
    if let confirmation = folder.confirmation { return confirmation }
    let started = ContinuousClock.now

    // Everything is read before any work is done, so that bad input is told at once.
    var data = try TrainingData(data, batch: batch, loss: loss, seed: seed, isMined: mining != nil)
    var negatives = try NegativeRefresh(self, data: data)
    let scoring = try evaluate.map {
      try Scoring($0, seed: seed, training: data.rows, cache: cache?.open(), context: context)
    }
    var run = try TrainingRun(startingModel(), optimizer: optimizer)
    let steps = data.steps(of: schedule)
    context.report(
      run.introduction(
        data: NumberText.counted(data.rows.count, "row"), steps: steps, step: NumberText.counted(batch.queries, "row"),
        threads: Threads.count))

    // Before a checkpoint is restored the weights are the base model's; they are held once only. A new Dense module is none of
    // its own.
    let baseRuns = try scoring?.baseRuns(of: dense == nil ? run.model : model.load(), in: folder, context)
    EngineMemory.releaseUnused()
    let checkpoints = CheckpointStore(folder: folder.path, keep: checkpoint?.keep ?? 1)
    try run.resume(folder, from: checkpoints, steps: steps, context)
    if let rows = run.minedRows { try data.replaceNegatives(with: rows) }
    let log = try RunLog(in: folder, after: run.progress.state.step)
    if run.progress.state.step == 0, let scores = try scoring?.development(of: run.model, step: 0, context) {
      try log.add(scores)
    }

    try train(
      &run, data: &data, &negatives, steps: steps, scoring: scoring, log: log, checkpoints: checkpoints, context)
    try log.synchronize()

    // The verdict is on the weights that are exported, over the whole corpus.
    let tuned = try run.exported(to: folder)
    let tunedRuns = try run.savingWhenInterrupted(in: checkpoints) {
      try scoring?.tunedRuns(of: tuned, in: folder, context)
    }
    var report = RunReport(recipe: "trainBiEncoder", folder: folder.path, settings: context.recipe)
    if let scoring, let baseRuns, let tunedRuns {
      report.comparisons = try scoring.verdict.comparisons(base: baseRuns, tuned: tunedRuns)
    }
    try report.fill(
      from: folder, run.progress,
      RunReport.TrainingFacts(
        base: model.folder, data: data.files, rows: data.rows.count, step: NumberText.counted(batch.queries, "row"),
        exportsBest: run.bestParameters != nil, split: evaluate?.split,
        seconds: started.duration(to: .now).seconds))
    let name = Files.name(of: report.folder)
    let card = ModelCard(
      name: name, base: model.folder, collection: evaluate?.collection, report: report,
      kind: .biEncoder(tuned, base: model.folder, name: name, deed: "fine-tuned"))
    let outcome = try ModelExport(card: card, data: data.files).finish(folder) { try tuned.save(to: $0) }
    if checkpoint == nil { try checkpoints.removeAll() }
    return outcome
  }

  /// The base model, with a new Dense module where one is asked for.
  private func startingModel() throws -> BiEncoder {
    let base = try model.load()
    let start = dense?.append(to: base, seed: seed) ?? base
    try matryoshka?.check(against: start)
    return start
  }

  // MARK: - Steps

  /// Takes the steps that are left.
  private func train(
    _ run: inout TrainingRun<BiEncoder>, data: inout TrainingData, _ negatives: inout NegativeRefresh, steps: Int,
    scoring: Scoring?, log: RunLog, checkpoints: CheckpointStore, _ context: RunContext
  ) throws {
    let objective = TrainingLoss(loss.loss, matryoshka: matryoshka)
    var epoch = data.epoch(run.progress.state.epoch)
    var isPrepared = false
    while run.progress.state.step < steps {
      try run.stopIfAsked(steps: steps, in: checkpoints, context)
      let state = run.progress.state
      do {
        if try negatives.mine(for: &run, &data, log, context) || epoch.number != state.epoch {
          epoch = data.epoch(state.epoch)
          isPrepared = false
        }
        if !isPrepared { try negatives.prepareGuide(for: epoch, report: context.reportOrStop) }
        isPrepared = true
      } catch let interruption as RunInterrupted {
        if state.step > 0 { try run.save(in: checkpoints) }
        throw interruption
      }
      let rows = epoch.batches[state.position]
      let record = try step(
        &run, epoch.step(rows, guide: negatives.guide), of: epoch.batches.count, steps: steps, objective,
        rows: { data.description(of: rows) })
      try log.add(record)
      context.report(run.report(record, of: steps))
      try look(at: &run, steps: steps, scoring: scoring, log: log, context)
      if let checkpoint, record.step % checkpoint.every == 0, record.step < steps {
        try log.synchronize()
        try run.save(in: checkpoints)
      }
    }
  }

  /// One step: texts to tokens, loss and gradients in chunks of the token budget, and the change of the weights.
  ///
  /// - Parameter rows: Names the step's rows for an error message.
  private func step(
    _ run: inout TrainingRun<BiEncoder>, _ step: TrainingStep, of batches: Int, steps: Int, _ objective: TrainingLoss,
    rows: () -> String
  ) throws -> StepRecord {
    let start = ContinuousClock.now
    let state = run.progress.state
    let queries = step.queries.count
    let encodings =
      try run.model.tokenize(step.queries, as: .query) + run.model.tokenize(step.documents, as: .document)
    let excluded = (
      query: try run.model.excludedTokens(as: .query), document: try run.model.excludedTokens(as: .document)
    )
    let plan = ChunkPlan(lengths: encodings.map(\.ids.count), budget: batch.tokens)
    let (loss, gradients) = plan.gradients(of: run.model, where: run.optimizer.isTrained) { model, chunk, places in
      var context = ForwardContext(dropout: DropoutSource(seed: seed, step: state.step, chunk: chunk))
      var tokens = TokenBatch()
      for place in places {
        tokens.append(encodings[place], excludedTokens: place < queries ? excluded.query : excluded.document)
      }
      return model(tokens, &context)
    } loss: { embeddings in
      objective(
        queries: embeddings.slice(0..<queries), documents: embeddings.slice(queries..<encodings.count),
        targets: step.targets)
    }
    return try run.take(
      gradients, loss: loss.scalar, schedule: schedule.schedule, batches: batches, steps: steps, rows: queries,
      tokens: encodings.reduce(0) { $0 + $1.ids.count }, since: start, names: rows)
  }

  /// Scores the model when it is time, and keeps the best weights where those are wanted.
  private func look(
    at run: inout TrainingRun<BiEncoder>, steps: Int, scoring: Scoring?, log: RunLog, _ context: RunContext
  ) throws {
    let step = run.progress.state.step
    guard let scoring, let every = evaluate?.every, step % every == 0 || step == steps,
      let scores = try scoring.development(of: run.model, step: step, context)
    else { return }
    try log.add(scores)
    if output.weights == .best { run.compare(scores, keepsWeights: true) }
  }
}
