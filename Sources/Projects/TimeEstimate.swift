/// The time that a run of `adapt.yaml` takes, from the work it does and the speed of the machine.
struct TimeEstimate {
  /// The lengths in tokens that the run reads, already cut.
  struct Work {
    /// Queries and documents of the training rows.
    var pairs: [(query: Int, document: Int)]
    /// All documents.
    var corpus: [Int]
    /// The queries of training, dev and test.
    var train: [Int]
    var dev: [Int]
    var test: [Int]
  }

  let seconds: Double

  init(of work: Work, _ plan: TrainingPlan, _ speed: MachineSpeed) {
    func encoding(_ lengths: [Int]) -> Double { speed.operations(lengths) / speed.encoding }
    let corpus = encoding(work.corpus)
    // Mined negatives are taken to be as long as the other documents.
    let mean = speed.operations(work.corpus) / Double(max(1, work.corpus.count))
    let negatives = plan.minesNegatives ? mean * Double(work.pairs.count) : 0
    let pairs = speed.operations(work.pairs.map(\.query)) + speed.operations(work.pairs.map(\.document))
    let training = Double(plan.epochs) * 3 * (pairs + negatives) / speed.training
    // The verdict reads the corpus before and after; the second reading of dev's queries costs little.
    let verdict = 2 * (corpus + encoding(work.test))
    let minings =
      plan.minesNegatives ? Double((plan.epochs + plan.miningInterval - 1) / plan.miningInterval) : 0
    let mining = minings * (corpus + encoding(work.train))
    let share = min(1, Double(plan.evaluatedDocuments) / Double(max(1, work.corpus.count)))
    let looks = Double(1 + (plan.steps + plan.every - 1) / plan.every)
    let looking = looks * (share * corpus + encoding(work.dev))
    // Two seconds load the model, read the texts and write the model and the report.
    seconds = 2 + training + Double(plan.steps) * speed.optimizerStep + verdict + mining + looking
  }
}
