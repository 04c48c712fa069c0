import Datasets
import Encoders
import Kernels
import Runs
import Training
import Words

/// What looks after the negatives of a training run from step to step: mining anew with the weights of the moment, and the guide.
///
/// Neither touches the schedule, the optimizer or the order of the rows.
struct NegativeRefresh {
  /// Leaves out false negatives, where one is asked for.
  private(set) var guide: Guide?
  private let mining: MiningSection?
  private let corpus: Corpus?
  private let seed: UInt64

  /// Reads the corpus and the guide of a recipe.
  init(_ recipe: TrainBiEncoder, data: TrainingData) throws {
    mining = recipe.mining
    corpus = try recipe.mining.flatMap { try $0.corpus.map { try Corpus(file: $0) } ?? data.collection?.corpus }
    guide = try recipe.guide.map { try Guide($0) }
    seed = recipe.seed
  }

  /// Gives the rows new negatives when it is time for that; says whether it was.
  func mine(
    for run: inout TrainingRun<BiEncoder>, _ data: inout TrainingData, _ log: RunLog, _ context: RunContext
  ) throws -> Bool {
    let state = run.progress.state
    guard let mining, let corpus, mining.isDue(at: state) else { return false }
    let started = ContinuousClock.now
    // Random choices differ from time to time.
    let mined = try MinedRows(
      data.rows, corpus: corpus, model: run.model, settings: mining.settings, seed: seed &+ UInt64(state.step), context)
    EngineMemory.releaseUnused()
    let seconds = started.duration(to: .now).seconds
    let report = MiningReport(mined, settings: mining.settings, seconds: seconds)
    try data.replaceNegatives(with: mined.rows)
    run.minedRows = mined.rows
    var cost = run.progress.mining ?? TrainingProgress.Mining()
    cost.count += 1
    cost.seconds += seconds
    run.progress.mining = cost
    try log.add(report, after: state.step)
    context.report(.note("mined after step \(state.step): \(report.sentence)"))
    return true
  }

  /// Lets the guide read what an epoch has; texts it knows cost nothing.
  mutating func prepareGuide(for epoch: TrainingEpoch, report: (RunEvent) throws -> Void) throws {
    try guide?.prepare(for: epoch.rows, report: report)
  }
}

extension MiningSection {
  /// Whether negatives are mined before the next step.
  fileprivate func isDue(at state: TrainingState) -> Bool {
    if let steps { return state.step.isMultiple(of: steps) }
    return state.position == 0 && state.epoch.isMultiple(of: epochs ?? 1)
  }
}
