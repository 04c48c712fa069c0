import Runs
import SettingKeys
import Settings

/// The evaluations of a training run, and their interval.
struct EvaluateSection: EvaluationSettings, Codable, Sendable, Equatable {
  var collection: String
  var split: String
  var excludeSameID: Bool?
  var every: Int?
  var documents: Int?
  var measures: [MeasureSetting]
  var verdict: [String]?
}

extension EvaluateSection {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    collection = try keys.evaluatedCollection(.collection)
    split = try keys.evaluatedSplit(.split)
    excludeSameID = try keys.excludeSameID(.excludeSameID)
    every = try keys.evaluationInterval(.every)
    documents = try keys.optional(
      .documents, example: 1500,
      "The documents during training: every judged one and a fixed sample up to this number; without it all.")
    measures = try keys.measures(.measures, default: MeasureSetting.usual)
    verdict = try keys.verdictSplits(.verdict)
  }

  var inputs: [RunInput] { collectionInputs }

  func validate(_ checks: SettingChecks) {
    validateCollection(checks)
    if let documents { checks.atLeast(1, "evaluate.documents", documents) }
  }
}
