import Files
import Runs
import SettingKeys
import Settings

/// The rows of all nights: judgments of a collection, and files in a folder in which new ones arrive.
struct ArrivalsSection: Codable, Sendable, Equatable {
  var collection: String?
  var split: String?
  var folder: String?
}

extension ArrivalsSection {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    keys.either(.folder, .split)
    folder = try keys.recommended(
      .folder, example: "data/arrivals", "A folder of files of rows: .jsonl, .tsv or .csv; others are not looked at.")
    collection = try keys.optional(
      .collection, example: "data/my-collection", "A collection folder, which has the texts of the rows' identifiers.")
    split = try keys.optional(
      .split, example: "train", "Judgments of the collection that are rows beside those of the folder: qrels/SPLIT.tsv."
    )
    if folder == nil && split == nil {
      try decoder.note("give 'folder', or 'collection' and 'split'")
      folder = ""
    }
    if split != nil && collection == nil { try decoder.note("'split' needs 'collection'", at: CodingKeys.split) }
  }

  /// The file of the split's judgments; nil without a split.
  var judgments: String? {
    collection.flatMap { collection in split.map { Files.join(collection, "qrels", "\($0).tsv") } }
  }

  /// The files beside those that arrive.
  var inputs: [RunInput] { collection.map { RunInput.collection($0, splits: []) } ?? [] }

  func validate(_ checks: SettingChecks) {
    if let folder {
      checks.path("arrivals.folder", folder)
      checks.require(Files.isFolder(folder), "arrivals.folder", else: "there is no folder \(folder)")
    }
    guard let collection else { return }
    checks.collection("arrivals.collection", collection)
    if let split { checks.split("arrivals.split", split, of: collection, "arrivals.collection") }
  }
}
