import Datasets
import Files
import Runs
import SettingKeys
import Settings

/// The source of training rows.
enum RowSource: Sendable, Equatable {
  /// A file of rows, `.jsonl`, `.tsv` or `.csv`; the collection has the texts of its identifiers.
  case file(String, collection: String?)
  /// The judgments of a collection: `qrels/SPLIT.tsv`.
  case judgments(collection: String, split: String)

  /// The collection folder, where there is one.
  var collection: String? {
    switch self {
    case .file(_, let collection): collection
    case .judgments(let collection, _): collection
    }
  }

  /// The file that has the rows.
  var path: String {
    switch self {
    case .file(let file, _): file
    case .judgments(let collection, let split): Files.join(collection, "qrels", "\(split).tsv")
    }
  }

  /// All files that are read for the rows.
  var files: [String] {
    let texts = collection.map { folder in ["corpus.jsonl", "queries.jsonl"].map { Files.join(folder, $0) } } ?? []
    return switch self {
    case .file: [path] + texts
    case .judgments: texts + [path]
    }
  }

  var inputs: [RunInput] { files.map { .file($0) } }
}

extension RowSource: Codable {
  private enum Key: String, CodingKey { case collection, split, rows }

  /// The split of a collection that one trains on.
  private static let usualSplit = "train"

  /// Reads the keys `collection`, `split` and `rows` of a section.
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(Key.self)
    keys.either(.collection, .rows)
    let collection: String? = try keys.recommended(
      .collection, example: "data/my-collection",
      "A collection folder, whose judgments are the rows; beside 'rows' it has the texts of their identifiers.")
    let rows: String? = try keys.optional(.rows, example: "data/rows.jsonl", "A file of rows: .jsonl, .tsv or .csv.")
    let split: String? = try keys.optional(
      .split, default: collection == nil || rows != nil ? nil : Self.usualSplit,
      example: Self.usualSplit,
      "The judgments of the collection that are the rows, qrels/SPLIT.tsv: \(Self.usualSplit) where it is left out.")
    switch (rows, collection, split) {
    case (let rows?, _, nil): self = .file(rows, collection: collection)
    case (let rows?, _, _?):
      try decoder.note("the rows come from 'data.rows' already; remove one of the two", at: Key.split)
      self = .file(rows, collection: collection)
    case (nil, let collection?, _): self = .judgments(collection: collection, split: split ?? Self.usualSplit)
    case (nil, nil, _):
      try decoder.note("give 'collection', or 'rows' (a .jsonl, .tsv or .csv file)")
      self = .file("", collection: nil)
    }
  }

  func encode(to encoder: any Encoder) throws {
    var section = encoder.container(keyedBy: Key.self)
    switch self {
    case .file(let rows, let collection):
      try section.encodeIfPresent(collection, forKey: .collection)
      try section.encode(rows, forKey: .rows)
    case .judgments(let collection, let split):
      try section.encode(collection, forKey: .collection)
      try section.encode(split, forKey: .split)
    }
  }

  func validate(_ checks: SettingChecks) {
    if let collection { checks.collection("data.collection", collection) }
    switch self {
    case .file(let rows, _): checks.file("data.rows", rows)
    case .judgments(let collection, let split):
      checks.split("data.split", split, of: collection, "data.collection")
    }
  }
}
