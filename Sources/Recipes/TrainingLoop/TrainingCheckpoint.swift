import Datasets
import Encoders
import Files
import Foundation
import JSONText
import Layers
import OrderedCollections
import Runs
import Tensors
import Training

extension TrainingRun {
  /// The files of a checkpoint.
  var files: [CheckpointFile] {
    let (parameters, state, progress) = (model.parameters, optimizer.state, progress)
    var files = [
      CheckpointFile(name: CheckpointNames.model) { try ParameterFile.write(parameters, to: $0) },
      CheckpointFile(name: CheckpointNames.optimizer) { try ParameterFile.write(state.moments, to: $0) },
      CheckpointFile(name: CheckpointNames.progress) { path in
        try Files.write(Array(JSONEncoder().encode(progress)), to: path)
      },
    ]
    if let bestParameters {
      files.append(CheckpointFile(name: CheckpointNames.best) { try ParameterFile.write(bestParameters, to: $0) })
    }
    if let saved = average?.saved, !saved.isEmpty {
      files.append(CheckpointFile(name: CheckpointNames.average) { try ParameterFile.write(saved, to: $0) })
    }
    if let minedRows {
      files.append(CheckpointFile(name: CheckpointNames.rows) { try RowFile.write(minedRows, to: $0, as: .texts) })
    }
    return files
  }

  /// The approximate size of a checkpoint in bytes.
  var expectedBytes: Int {
    (model.parameterCount * (bestParameters == nil ? 1 : 2) + optimizer.momentCount + (average?.count ?? 0))
      * MemoryLayout<Float>.size
  }

  /// Restores a checkpoint, of which nothing is trusted: it may have been copied, or written by something else.
  ///
  /// - Parameters:
  ///   - plan: The facts of the run that a checkpoint of it agrees with.
  /// - Throws: An error of kind `badData` for a checkpoint that the run cannot have saved.
  mutating func restore(_ checkpoint: Checkpoint, _ plan: CheckpointPlan) throws {
    do {
      try restoreFiles(checkpoint, plan)
    } catch let error as FileError where error.kind != .badData {
      throw error
    } catch {
      throw RunError(
        .badData,
        "\(checkpoint.folder): \(error); remove it to use an older checkpoint, or begin anew in a new output.folder")
    }
  }

  private mutating func restoreFiles(_ checkpoint: Checkpoint, _ plan: CheckpointPlan) throws {
    func parameters(_ name: String) throws -> ParameterDictionary? {
      try checkpoint.files.contains(name) ? ParameterFile.read(checkpoint.path(of: name)) : nil
    }
    let bytes = try Files.read(checkpoint.path(of: CheckpointNames.progress), maximumBytes: 1 << 26)
    guard let progress = try? JSONDecoder().decode(TrainingProgress.self, from: Data(bytes)),
      progress.isSound(at: checkpoint.step, of: plan.steps, batches: plan.batches)
    else { throw CheckpointProblem("\(CheckpointNames.progress) does not have the progress of this run") }
    self.progress = progress
    guard let weights = try parameters(CheckpointNames.model), let moments = try parameters(CheckpointNames.optimizer)
    else { throw CheckpointProblem("its weights or the state of its optimizer are missing") }
    try model.replaceParameters(with: weights)
    try optimizer.restore(AdamW.State(steps: progress.state.step, moments: moments))
    guard isFinite else { throw CheckpointProblem("a weight or a moment of the optimizer is no number") }

    bestParameters = try parameters(CheckpointNames.best)
    guard (bestParameters != nil) == (plan.keepsBest && progress.best != nil) else {
      throw CheckpointProblem("\(CheckpointNames.best) does not go with the best evaluation so far")
    }
    if let bestParameters {
      var best = model
      try best.replaceParameters(with: bestParameters)
    }
    if let average {
      let restored = average.restored(
        from: try parameters(CheckpointNames.average) ?? [:], step: progress.state.step,
        shapes: model.parameters.filter { optimizer.isTrained($0.key) }.mapValues(\.shape),
        evaluated: plan.evaluated(until: progress.state.step))
      guard let restored else {
        throw CheckpointProblem("\(CheckpointNames.average) does not have the average of the weights so far")
      }
      self.average = restored
    }
    let rows = checkpoint.path(of: CheckpointNames.rows)
    minedRows = try checkpoint.files.contains(CheckpointNames.rows) ? TrainingRows(file: rows).rows : nil
    guard (minedRows != nil) == (progress.mining != nil), (progress.mining != nil) == plan.mines else {
      throw CheckpointProblem("\(CheckpointNames.rows) does not go with the minings so far")
    }
  }

  /// True if every weight and every moment is a number, and no mean of squares is below 0.
  var isFinite: Bool { model.isFinite && optimizer.isFinite }
}

/// The facts of a run that a checkpoint of it agrees with.
struct CheckpointPlan {
  /// The steps of the run.
  var steps: Int
  /// The number of batches of an epoch.
  var batches: (_ epoch: Int) -> Int
  /// Steps between two evaluations; nil without any.
  var every: Int?
  /// True if the weights of the best evaluation are kept.
  var keepsBest: Bool
  /// True if negatives are mined, the first time before the first step.
  var mines: Bool

  /// The steps with an evaluation up to one of them.
  func evaluated(until last: Int) -> [Int] {
    guard let every else { return [] }
    return stride(from: every, through: last, by: every) + (last == steps && last % every != 0 ? [last] : [])
  }
}

/// The reason why a run cannot have saved a checkpoint.
private struct CheckpointProblem: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// The names of a checkpoint's files.
private enum CheckpointNames {
  static let model = "model.safetensors"
  static let optimizer = "optimizer.safetensors"
  static let best = "best.safetensors"
  static let average = "average.safetensors"
  static let progress = "progress.json"
  static let rows = "rows.jsonl"
}

extension Module {
  /// True if every weight is a number.
  var isFinite: Bool { parameters.values.allSatisfy(\.isFinite) }

  /// Replaces all parameters by others of the same names and shapes, which are numbers.
  fileprivate mutating func replaceParameters(with others: ParameterDictionary) throws {
    let present = parameters
    guard present.count == others.count, present.allSatisfy({ others[$0]?.shape == $1.shape }),
      others.values.allSatisfy(\.isFinite)
    else { throw CheckpointProblem("its weights are not those of this model") }
    updateParameters { key, parameter in
      if let other = others[key] { parameter = other }
    }
  }
}
