import Datasets
import Evaluation
import Runs
import Settings

/// The splits of a collection that are evaluated, and the measures.
struct SplitsSection: Codable, Sendable, Equatable {
  /// A collection folder.
  var collection: String
  /// The splits to evaluate: `qrels/SPLIT.tsv` of each.
  var splits: [String]
  /// True if documents with their query's identifier are left out; without it they are found, with a warning.
  var excludeSameID: Bool?
  /// The measures, the deciding one first.
  var measures: [MeasureSetting]
}

extension SplitsSection {
  var inputs: [RunInput] { RunInput.collection(collection, splits: splits) }

  func validate(_ checks: SettingChecks) {
    checks.collection("evaluate.collection", collection)
    checks.splits("evaluate.splits", splits, of: collection, "evaluate.collection")
    checks.measures("evaluate.measures", measures)
  }

  /// The plan of the evaluation.
  ///
  /// - Parameter collection: The collection, if it was read already.
  func plan(of collection: Collection? = nil, _ context: RunContext) throws -> EvaluationPlan {
    try EvaluationPlan(
      collection ?? Collection(folder: self.collection), splits: splits, measures: measures.map(\.measure),
      excludeSameID: excludeSameID, warn: { context.report(.warning($0)) })
  }
}
