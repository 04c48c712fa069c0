import Datasets
import Evaluation
import Runs
import SettingKeys
import Settings

/// The splits of a collection that are evaluated, and the measures.
struct SplitsSection: Codable, Sendable, Equatable {
  var collection: String
  var splits: [String]
  var excludeSameID: Bool?
  var measures: [MeasureSetting]
}

extension SplitsSection {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    collection = try keys.evaluatedCollection(.collection)
    splits = try keys.value(.splits, default: ["test"], "The splits to evaluate: qrels/SPLIT.tsv of each.")
    excludeSameID = try keys.excludeSameID(.excludeSameID)
    measures = try keys.measures(.measures, default: decoder.given([MeasureSetting].self) ?? MeasureSetting.usual)
  }

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
