import Evaluation
import Files
import JSONText
import Kernels
import Retrieval
import Runs
import Training
import Words

extension RunReport {
  /// Facts about a training run.
  struct TrainingFacts {
    /// The folder of the base model.
    var base: String
    /// The files of the training data.
    var data: [String]
    var rows: Int
    /// The steps that were planned; fewer are taken where patience ends.
    var plan: StepPlan
    /// Their sizes in words: "64 rows".
    var stepSizes: String
    var cutTexts: CutTexts
    /// The split on which the exported weights are the best; nil where the last weights are exported.
    var bestOn: String?
    /// The time of the whole run.
    var seconds: Double
  }

  /// Fills in the losses, evaluations and facts of a training run.
  mutating func fill(from folder: RunFolder, _ progress: TrainingProgress, _ training: TrainingFacts) throws {
    let records = try RunLog.records(of: folder.file(RunLog.name))
    losses = records.compactMap { record in
      guard let step = record["step"]?.integerValue, let loss = record["loss"]?.doubleValue else { return nil }
      return LineChart.Point(step: step, value: loss)
    }
    development = records.compactMap { record in
      guard let step = record["step"]?.integerValue, let scores = record["dev"]?.objectValue else { return nil }
      let values = scores.members.compactMap { name, value in
        value.doubleValue.map { MeasureRecord.Value(measure: name, value: $0) }
      }
      return MeasureRecord(step: step, values: values)
    }
    let rate = Double(progress.rows) / max(progress.seconds, 1e-9)
    var exported = "the last ones"
    if let best = progress.best, let split = training.bestOn {
      exported = "after step \(best.step), the best on '\(split)'"
    }
    facts = [
      ("base model", training.base), ("data", training.data.joined(separator: ", ")),
      ("rows", NumberText.count(training.rows)),
      ("steps", "\(NumberText.count(progress.state.step)) of \(training.stepSizes)"),
      ("texts cut", training.cutTexts.fact), ("tokens", NumberText.count(progress.tokens)),
      ("training", "\(NumberText.seconds(progress.seconds)), \(NumberText.rate(rate)) rows a second"),
      ("whole run", NumberText.seconds(training.seconds)),
      ("exported weights", exported),
    ]
    details = [
      ("model", JSONValue(folder.file("model"))), ("rows", JSONValue(training.rows)),
      ("steps", JSONValue(progress.state.step)), ("stepSizes", training.plan.json),
      ("cutTexts", training.cutTexts.json), ("tokens", JSONValue(progress.tokens)),
      ("trainingSeconds", JSONValue(progress.seconds)), ("rowsPerSecond", JSONValue(rate)),
      ("seconds", JSONValue(training.seconds)), ("environment", RunEnvironment.current.json),
    ]
    if let mining = progress.mining {
      let times = mining.count == 1 ? "once" : "\(NumberText.count(mining.count)) times"
      facts.append(("negatives", "mined \(times), \(NumberText.seconds(mining.seconds))"))
      details.append(
        ("mining", ["count": JSONValue(mining.count), "seconds": JSONValue(mining.seconds)]))
    }
    if let best = progress.best { details.append(("bestStep", JSONValue(best.step))) }
  }
}
