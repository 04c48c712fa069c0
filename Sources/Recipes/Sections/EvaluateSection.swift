import Runs
import Settings

/// The evaluations of a training run, and their interval.
struct EvaluateSection: EvaluationSettings, Codable, Sendable, Equatable {
  /// A collection folder.
  var collection: String
  /// The judgments evaluated during training: `qrels/SPLIT.tsv`.
  var split: String
  /// True if documents with their query's identifier are left out; without it they are found, with a warning.
  var excludeSameID: Bool?
  /// Steps between two evaluations; without it the model is evaluated before and after only.
  var every: Int?
  /// The documents during training: every judged one and a fixed sample up to this number; without it, all.
  var documents: Int?
  /// The measures, the deciding one first.
  var measures: [MeasureSetting]
  /// The splits of the verdict, over the whole corpus; without it, the split evaluated during training.
  var verdict: [String]?
}

extension EvaluateSection {
  var inputs: [RunInput] { collectionInputs }

  func validate(_ checks: SettingChecks) {
    validateCollection(checks)
    if let documents { checks.atLeast(1, "evaluate.documents", documents) }
  }
}
