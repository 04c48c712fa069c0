import Datasets
import Files
import Runs
import Settings

/// The training data: a collection with judgments, or a file of rows.
struct DataSection: Codable, Sendable, Equatable {
  /// A collection folder: the data itself with `split`, or what the ids in `rows` refer to.
  var collection: String?
  /// The judgments of the collection to train on: `qrels/SPLIT.tsv`.
  var split: String?
  /// A file of training rows: `.jsonl`, `.tsv` or `.csv`.
  var rows: String?
  /// With `false` the rows are taken in the order of their file, which must then keep to `batch.uniqueTexts` itself.
  var shuffle: Bool?
  /// How many negatives a row has in an epoch at most, drawn anew for each from all it has; without it, all.
  var negatives: Int?
}

extension DataSection {
  /// The rows in the order of their file, and the collection where one is named.
  func read() throws -> (rows: [TrainingRow], collection: Collection?) {
    let collection = try collection.map { try Collection(folder: $0) }
    if let rows { return (try TrainingRows(file: rows, collection: collection).rows, collection) }
    guard let collection, let split else { fatalError("a data section without rows passed its checks") }
    return (try TrainingRows(collection: collection, split: split).rows, collection)
  }

  /// The file that says which rows there are, for messages.
  var source: String { rows ?? Files.join(collection ?? "", "qrels", "\(split ?? "").tsv") }

  /// The files that the rows come from.
  var files: [String] {
    let names = ["corpus.jsonl", "queries.jsonl"] + (split.map { [Files.join("qrels", "\($0).tsv")] } ?? [])
    return (rows.map { [$0] } ?? [])
      + (collection.map { folder in names.map { Files.join(folder, $0) } } ?? [])
  }

  var inputs: [RunInput] { files.map { .file($0) } }

  func validate(_ checks: SettingChecks) {
    checks.require(
      rows != nil || collection != nil, "data",
      else: "give 'collection' with 'split', or 'rows' (a .jsonl, .tsv or .csv file)")
    if let collection { checks.collection("data.collection", collection) }
    if let negatives { checks.atLeast(0, "data.negatives", negatives) }
    if let rows {
      checks.file("data.rows", rows)
      checks.require(split == nil, "data.split", else: "the rows come from 'data.rows' already; remove one of the two")
    } else if let collection {
      checks.require(
        split != nil, "data", else: "'collection' needs 'split' (the judgments to train on: qrels/SPLIT.tsv)")
      if let split { checks.split("data.split", split, of: collection, "data.collection") }
    }
  }
}
