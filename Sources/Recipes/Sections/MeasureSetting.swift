import Retrieval
import Settings

/// A measure by its name in a recipe: `nDCG@10`, `recall@100`, `MAP`.
struct MeasureSetting: WordSetting, Equatable {
  let measure: Measure

  init(_ measure: Measure) {
    self.measure = measure
  }

  init?(word: String) {
    guard let measure = try? Measure(parsing: word) else { return nil }
    self.measure = measure
  }

  var word: String { measure.description }

  static var expectation: String { "a measure such as nDCG@10 or recall@100" }
  static var placeholder: MeasureSetting { MeasureSetting(.nDCG(cut: 10)) }

  /// The names with a usual cutoff; letter case never matters.
  static var suggestions: [String] {
    ["nDCG@10", "recall@100", "MAP", "MRR@10", "MRR", "P@10", "success@1", "Rprec", "nDCG"]
  }
}
