import Datasets
import Encoders
import Files
import Foundation
import JSONText
import Layers
import OrderedCollections
import Tensors
import Training

/// The numbers of a training run so far.
struct TrainingProgress: Codable, Equatable {
  /// What mining in the course of training cost so far.
  struct Mining: Codable, Equatable {
    var count = 0
    var seconds = 0.0
  }

  /// The best score during training.
  struct Best: Codable, Equatable {
    var step: Int
    var value: Double
  }

  var state = TrainingState()
  var rows = 0
  var tokens = 0
  /// The time spent in steps.
  var seconds = 0.0
  var best: Best?
  /// How often negatives were mined, and the time it took.
  var mining: Mining?
  /// What is watched in the course of training, where anything is.
  var watch: TrainingWatch?
}

/// Everything a training run changes from step to step: what a checkpoint holds and a resumed run starts from.
struct TrainingRun<Model: Module> {
  var model: Model
  var optimizer: AdamW
  var progress = TrainingProgress()
  /// The parameters with the best score, where those are exported.
  var bestParameters: ParameterDictionary?
  /// The rows with the negatives they were given last, where they are mined in the course of training.
  var minedRows: [TrainingRow]?

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

  /// About how many bytes a checkpoint takes.
  var expectedBytes: Int {
    model.parameterCount * MemoryLayout<Float>.size * (bestParameters == nil ? 3 : 4)
  }

  /// Goes back to a checkpoint.
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

/// What the files of a checkpoint are called.
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
