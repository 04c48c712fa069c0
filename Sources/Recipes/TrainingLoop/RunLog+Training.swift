import Evaluation
import JSONText
import Runs
import Training
import Words

extension RunLog {
  /// Opens the log of a training run; lines of what the run does again are removed first.
  ///
  /// - Parameter progress: That of the checkpoint, or of a run that begins.
  convenience init(in folder: RunFolder, after progress: TrainingProgress) throws {
    let step = progress.state.step
    var isSettled = true
    try self.init(in: folder) { line in
      guard let number = line["step"]?.integerValue, number >= 0 else { return false }
      if number < step { return true }
      guard number == step, step > 0 else { return false }
      // An evaluation that was not ended is made again, and negatives are mined again before the next step.
      if line["dev"] != nil && progress.settledStep < step { isSettled = false }
      return isSettled && line["mining"] == nil
    }
  }

  /// The steps that the log of a run has the numbers of.
  static func steps(of folder: RunFolder) throws -> Set<Int> {
    let records = try records(of: folder.file(name))
    return Set(records.compactMap { $0["loss"] == nil ? nil : $0["step"]?.integerValue })
  }

  /// A warning about steps up to that of a checkpoint which the log of a run lacks; nil where it has them all.
  static func gap(in folder: RunFolder, upTo step: Int) throws -> String? {
    let logged = try steps(of: folder)
    let missing = (0..<step).filter { !logged.contains($0 + 1) }
    guard let first = missing.first else { return nil }
    return
      "\(folder.file(name)) has lost \(NumberText.counted(missing.count, of: step, "step")) before the checkpoint, "
      + "the first of them step \(first + 1); the weights are not concerned, but log and report have a gap"
  }

  /// Adds the numbers of one step.
  func add(_ record: StepRecord) throws {
    try add(record.json, scalars: record.scalars, step: record.step)
  }

  /// Adds the measures of an evaluation after a step.
  func add(_ measured: MeasureRecord) throws {
    try add(measured.json, scalars: measured.values.map { ("dev/\($0.measure)", $0.value) }, step: measured.step)
  }

  /// Adds the report of mining after a step.
  func add(_ mining: MiningReport, after step: Int) throws {
    try add(mining.record(step: step), step: step)
  }

  /// Adds a warning about the course of training.
  func add(warning: String, after step: Int) throws {
    try add(["step": JSONValue(step), "warning": JSONValue(warning)], step: step)
  }
}
