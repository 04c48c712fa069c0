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
    if let minedRows {
      files.append(CheckpointFile(name: CheckpointNames.rows) { try RowFile.write(minedRows, to: $0, as: .texts) })
    }
    return files
  }

  /// The approximate size of a checkpoint in bytes.
  var expectedBytes: Int {
    model.parameterCount * MemoryLayout<Float>.size * (bestParameters == nil ? 3 : 4)
  }

  /// Restores a checkpoint.
  mutating func restore(_ checkpoint: Checkpoint) throws {
    let bytes = try Files.read(checkpoint.path(of: CheckpointNames.progress), maximumBytes: 1 << 20)
    do {
      progress = try JSONDecoder().decode(TrainingProgress.self, from: Data(bytes))
      try optimizer.restore(
        AdamW.State(
          steps: progress.state.step, moments: ParameterFile.read(checkpoint.path(of: CheckpointNames.optimizer))))
    } catch let error as any UserFacingError {
      throw error
    } catch {
      throw RunError(.badData, "\(checkpoint.folder): \(error); remove it to use an older checkpoint")
    }
    let parameters = try ParameterFile.read(checkpoint.path(of: CheckpointNames.model))
    try model.replaceParameters(with: parameters, from: checkpoint.folder)
    let best = checkpoint.path(of: CheckpointNames.best)
    if Files.exists(best) { bestParameters = try ParameterFile.read(best) }
    let rows = checkpoint.path(of: CheckpointNames.rows)
    if Files.exists(rows) { minedRows = try TrainingRows(file: rows).rows }
  }
}

/// The names of a checkpoint's files.
private enum CheckpointNames {
  static let model = "model.safetensors"
  static let optimizer = "optimizer.safetensors"
  static let best = "best.safetensors"
  static let progress = "progress.json"
  static let rows = "rows.jsonl"
}

extension Module {
  /// Replaces all parameters by others of the same names and shapes.
  mutating func replaceParameters(with others: ParameterDictionary, from source: String) throws(RunError) {
    let present = parameters
    guard present.count == others.count, present.allSatisfy({ others[$0]?.shape == $1.shape }) else {
      throw RunError(
        .badData, "\(source): its weights are not those of this model; was 'model.folder' changed in between?")
    }
    updateParameters { key, parameter in
      if let other = others[key] { parameter = other }
    }
  }
}
