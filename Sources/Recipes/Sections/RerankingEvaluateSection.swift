import Runs
import Settings

/// Where a reranker is scored: on which documents of which queries, and how often.
struct RerankingEvaluateSection: Codable, Sendable, Equatable {
  /// Where the documents that are put in order come from.
  enum Candidates: String, ChoiceSetting {
    /// The documents judged for a query.
    case judged
    /// The best documents of a bi-encoder.
    case model
    /// The best documents of a run file.
    case run
  }

  /// A collection folder.
  var collection: String
  /// The judgments scored during training: `qrels/SPLIT.tsv`.
  var split: String
  var candidates: Candidates
  /// For `candidates: model`: a bi-encoder folder.
  var model: String?
  /// For `candidates: run`: a run file in TREC form, with the queries of all splits.
  var run: String?
  /// How many of the best documents are put in order; those below keep theirs.
  var top: Int?
  /// Steps between two scores; without it the run is scored before and after only.
  var every: Int?
  /// During training only so many queries are asked, always the same; without it, all.
  var queries: Int?
  /// The measures, the deciding one first.
  var measures: [MeasureSetting]
  /// The splits of the verdict, over all their queries; without it, the split scored during training.
  var verdict: [String]?
}

extension RerankingEvaluateSection {
  var inputs: [RunInput] {
    RunInput.collection(collection, splits: [split] + (verdict ?? [])) + (model.map { [.model($0)] } ?? [])
      + (run.map { [.file($0)] } ?? [])
  }

  func validate(_ checks: SettingChecks) {
    checks.collection("evaluate.collection", collection)
    checks.split("evaluate.split", split, of: collection, "evaluate.collection")
    if let every { checks.atLeast(1, "evaluate.every", every) }
    if let queries { checks.atLeast(1, "evaluate.queries", queries) }
    checks.measures("evaluate.measures", measures)
    if let verdict { checks.splits("evaluate.verdict", verdict, of: collection, "evaluate.collection") }
    if let model { checks.modelFolder("evaluate.model", model) }
    if let run { checks.file("evaluate.run", run) }
    if let top { checks.atLeast(1, "evaluate.top", top) }
    let given: [(key: String, isGiven: Bool, users: [Candidates])] = [
      ("model", model != nil, [.model]), ("run", run != nil, [.run]), ("top", top != nil, [.model, .run]),
    ]
    for (key, isGiven, users) in given {
      let needs = users.contains(candidates)
      checks.require(
        isGiven || !needs, "evaluate", reading: ["evaluate.candidates"],
        else: "'candidates: \(candidates.rawValue)' needs '\(key)'")
      checks.require(
        !isGiven || needs, "evaluate.\(key)", reading: ["evaluate.candidates"],
        else: "'candidates: \(candidates.rawValue)' has no use for it; remove it")
    }
  }
}
