import Datasets
import Encoders
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
    var cutTexts: CutTexts
    /// The split on which the exported weights are the best; nil where the last weights are exported.
    var bestOn: String?
    /// The average that the exported weights are, in words; nil for weights as they were.
    var average: String?
    /// The trained part of the model, in words; nil where it is the whole.
    var trained: String?
    /// The type of the exported weights.
    var type: WeightType
    /// The precision of the products of the model's layers.
    var precision: Precision
    /// The time of the whole run.
    var seconds: Double
    /// The rows with the negatives mined last; nil where none are mined.
    var minedRows: [TrainingRow]?
  }

  /// Fills in the losses, evaluations and facts of a training run.
  mutating func fill(from folder: RunFolder, _ progress: TrainingProgress, _ training: TrainingFacts) throws {
    // A log may have been edited since its lines were written.
    let records = try RunLog.records(of: folder.file(RunLog.name)).compactMap { record in
      record["step"]?.integerValue.flatMap { (0...progress.state.step).contains($0) ? (step: $0, record) : nil }
    }
    headline = "\(NumberText.counted(progress.state.step, "step")) trained; without an evaluation there is no verdict"
    charts = Self.charts(of: records)
    warnings = records.compactMap { step, record in
      record["warning"]?.stringValue.map { "after step \(NumberText.count(step)): \($0)" }
    }
    development = records.compactMap { step, record in
      guard let scores = record["dev"]?.objectValue else { return nil }
      let values = scores.members.compactMap { name, value in
        value.doubleValue.map { MeasureRecord.Value(measure: name, value: $0) }
      }
      return MeasureRecord(step: step, values: values)
    }
    exportedStep = training.bestOn == nil ? progress.state.step : progress.best?.step
    let rate = Double(progress.rows) / max(progress.seconds, 1e-9)
    var exported = "the last ones"
    if let best = progress.best, let split = training.bestOn {
      exported = "after step \(best.step), the best on '\(split)'"
      if let average = training.average { exported = "\(average), as it was \(exported)" }
    } else if let average = training.average {
      exported = average
    }
    if let merge { exported += ", mixed with the base: \(merge.sentence)" }
    if training.type != .float32 {
      exported += ", rounded to \(training.type.rawValue), as they are measured here"
    }
    facts = [
      ("base model", training.base), ("data", training.data.joined(separator: ", ")),
      ("rows", NumberText.count(training.rows)),
      ("steps", "\(NumberText.count(progress.state.step)) of \(training.plan.sizes)"),
      ("texts cut", training.cutTexts.fact), ("tokens", NumberText.count(progress.tokens)),
      ("precision", training.precision.inWords),
      ("training", "\(NumberText.seconds(progress.seconds)), \(NumberText.rate(rate)) rows a second"),
      ("whole run", NumberText.seconds(training.seconds)),
      ("exported weights", exported),
    ]
    details = [
      ("model", JSONValue(folder.file("model"))), ("rows", JSONValue(training.rows)),
      ("steps", JSONValue(progress.state.step)), ("stepSizes", training.plan.json),
      ("cutTexts", training.cutTexts.json), ("tokens", JSONValue(progress.tokens)),
      ("trainingSeconds", JSONValue(progress.seconds)), ("rowsPerSecond", JSONValue(rate)),
      ("seconds", JSONValue(training.seconds)), ("precision", JSONValue(training.precision.rawValue)),
      ("environment", RunEnvironment.current.json),
    ]
    histograms = training.cutTexts.histograms + histograms
    if let rows = training.minedRows, let (step, record) = records.last(where: { $0.1["mining"] != nil }),
      let mining = record["mining"]?.objectValue
    {
      add(mining, of: rows, occasion: "The mining after step \(NumberText.count(step)).")
    }
    if let mining = progress.mining {
      let times = mining.count == 1 ? "once" : "\(NumberText.count(mining.count)) times"
      facts.append(("negatives", "mined \(times), \(NumberText.seconds(mining.seconds))"))
      details.append(
        ("mining", ["count": JSONValue(mining.count), "seconds": JSONValue(mining.seconds)]))
    }
    if let trained = training.trained {
      facts.append(("trained", trained))
      details.append(("adapter", JSONValue(folder.file("adapter"))))
    }
    if let best = progress.best { details.append(("bestStep", JSONValue(best.step))) }
  }

  /// The charts of the numbers of every step.
  private static func charts(of records: [(step: Int, JSONObject)]) -> [LineChart] {
    func chart(_ title: String, _ value: (JSONObject) -> Double?) -> LineChart {
      LineChart(
        title: title,
        points: records.compactMap { step, record in
          value(record).map { LineChart.Point(step: step, value: $0) }
        })
    }
    return [
      chart("Training loss") { $0["loss"]?.doubleValue },
      chart("Learning rate") { $0["rate"]?.doubleValue },
      chart("Norm of the gradients") { $0["norm"]?.doubleValue },
      chart("Tokens a second") { record in
        guard let tokens = record["tokens"]?.doubleValue, let seconds = record["seconds"]?.doubleValue, seconds > 0
        else { return nil }
        return tokens / seconds
      },
    ]
  }
}

extension RunReport {
  /// A warning where the exported weights were worse during training than the base, by the first measure; else nil.
  var warningOfRegression: String? {
    guard let start = development.first(where: { $0.step == 0 })?.values.first,
      let exported = development.first(where: { $0.step == exportedStep })?.values.first,
      exported.value < start.value
    else { return nil }
    return "the exported weights, those after step \(exportedStep ?? 0), have \(exported.measure) "
      + "\(NumberText.fixed(exported.value, decimals: 4)) during training, the \(names.base) has "
      + "\(NumberText.fixed(start.value, decimals: 4)): keep the \(names.base), or train otherwise"
  }
}
