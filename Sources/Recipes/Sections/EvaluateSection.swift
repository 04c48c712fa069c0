import Runs
import Settings

/// Where a training run is scored, and how often.
struct EvaluateSection: Codable, Sendable, Equatable {
  /// A collection folder.
  var collection: String
  /// The judgments scored during training: `qrels/SPLIT.tsv`.
  var split: String
  /// Steps between two scores; without it the run is scored before and after only.
  var every: Int?
  /// During training the corpus is every judged document and a fixed sample up to this number; without it, all of it.
  var documents: Int?
  /// The measures, the deciding one first.
  var measures: [MeasureSetting]
  /// The splits of the verdict, over the whole corpus; without it, the split scored during training.
  var verdict: [String]?
}

extension EvaluateSection {
  var inputs: [RunInput] { RunInput.collection(collection, splits: [split] + (verdict ?? [])) }

  func validate(_ checks: SettingChecks) {
    checks.collection("evaluate.collection", collection)
    checks.split("evaluate.split", split, of: collection, "evaluate.collection")
    if let every { checks.atLeast(1, "evaluate.every", every) }
    if let documents { checks.atLeast(1, "evaluate.documents", documents) }
    checks.measures("evaluate.measures", measures)
    if let verdict { checks.splits("evaluate.verdict", verdict, of: collection, "evaluate.collection") }
  }
}
