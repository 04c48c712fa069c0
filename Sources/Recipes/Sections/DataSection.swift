import Datasets
import Runs
import Settings

/// The training data of a bi-encoder.
struct DataSection: Sendable, Equatable {
  /// A collection with judgments (`collection`, `split`), or a file of rows (`rows`, with `collection` for its identifiers).
  var source: RowSource
  /// With `false` the rows keep the order of their file, which must then satisfy `batch.uniqueTexts` itself.
  var shuffle: Bool?
  /// The most negatives of a row per epoch, drawn anew in each epoch from all it has; without it, all.
  var negatives: Int?
}

extension DataSection: Codable {
  private enum Key: String, CodingKey { case shuffle, negatives }

  init(from decoder: any Decoder) throws {
    source = try RowSource(from: decoder)
    let section = try decoder.container(keyedBy: Key.self)
    shuffle = try section.decodeIfPresent(Bool.self, forKey: .shuffle)
    negatives = try section.decodeIfPresent(Int.self, forKey: .negatives)
  }

  func encode(to encoder: any Encoder) throws {
    try source.encode(to: encoder)
    var section = encoder.container(keyedBy: Key.self)
    try section.encodeIfPresent(shuffle, forKey: .shuffle)
    try section.encodeIfPresent(negatives, forKey: .negatives)
  }

  var inputs: [RunInput] { source.files.map { .file($0) } }

  func validate(_ checks: SettingChecks) {
    source.validate(checks)
    if let negatives { checks.atLeast(0, "data.negatives", negatives) }
  }

  /// The rows in the order of their file, and the collection where one is named.
  ///
  /// - Parameter warn: Receives a warning about judgments that stand there more than once.
  func read(warn: (String) -> Void) throws -> (rows: [TrainingRow], collection: Collection?) {
    switch source {
    case .file(let file, let folder):
      let collection = try folder.map { try Collection(folder: $0) }
      return (try TrainingRows(file: file, collection: collection).rows, collection)
    case .judgments(let folder, let split):
      let collection = try Collection(folder: folder)
      return (try TrainingRows(collection: collection, split: split, warn: warn).rows, collection)
    }
  }
}
