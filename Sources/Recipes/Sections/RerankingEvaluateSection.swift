import Runs
import SettingKeys
import Settings

/// The evaluations of a reranker: the documents of each query, and the interval.
struct RerankingEvaluateSection: EvaluationSettings, Sendable, Equatable {
  /// The documents to rerank.
  enum Candidates: Sendable, Equatable {
    /// The documents judged for a query.
    case judged
    /// The best documents of a bi-encoder.
    case model(folder: String, top: Int)
    /// The best documents of a ranking in TREC form, which has the queries of all splits.
    case run(file: String, top: Int)
  }

  var collection: String
  var split: String
  /// The documents to rerank; those below the best keep their order.
  var candidates: Candidates
  var excludeSameID: Bool?
  var every: Int?
  var queries: Int?
  var measures: [MeasureSetting]
  var verdict: [String]?
}

extension RerankingEvaluateSection: Codable {
  private enum Key: String, CodingKey {
    case collection, split, candidates, model, run, top, excludeSameID, every, queries, measures, verdict
  }

  /// The names of the candidates in a recipe.
  private enum CandidatesName: String, ChoiceSetting { case judged, model, run }

  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(Key.self)
    collection = try keys.evaluatedCollection(.collection)
    split = try keys.evaluatedSplit(.split)
    candidates = try Self.candidates(keys, decoder)
    excludeSameID = try keys.excludeSameID(.excludeSameID)
    every = try keys.evaluationInterval(.every)
    queries = try keys.optional(
      .queries, example: 100, "The number of queries evaluated during training, always the same ones; without it all.")
    measures = try keys.measures(.measures, default: MeasureSetting.usualOfReranking)
    verdict = try keys.verdictSplits(.verdict)
  }

  private static func candidates(_ keys: KeyedSection<Key>, _ decoder: any Decoder) throws -> Candidates {
    let name: CandidatesName = try keys.required(
      .candidates, example: .judged,
      "The documents to rerank: those judged for a query, or the best ones of a bi-encoder or of a run.")
    let model: String? = try keys.optional(
      .model, example: "checkpoints/all-MiniLM-L6-v2",
      "The bi-encoder folder that finds them, with 'candidates: model'.")
    let run: String? = try keys.optional(
      .run, example: "runs/my-run/first.run", "The ranking in TREC form that has them, with 'candidates: run'.")
    let top: Int? = try keys.optional(.top, example: 30, "The number of the best ones that are reranked.")
    guard decoder.isSound(Key.candidates) else { return .judged }
    func needed<Value>(_ value: Value?, _ key: Key, else placeholder: Value) throws -> Value {
      if value == nil { try decoder.note("'candidates: \(name.rawValue)' needs '\(key.rawValue)'") }
      return value ?? placeholder
    }
    func refuse(_ isGiven: Bool, _ key: Key) throws {
      if isGiven {
        try decoder.note("'candidates: \(name.rawValue)' has no use for it; remove it", at: key)
      }
    }
    if name != .model { try refuse(model != nil, .model) }
    if name != .run { try refuse(run != nil, .run) }
    switch name {
    case .judged:
      try refuse(top != nil, .top)
      return .judged
    case .model: return .model(folder: try needed(model, .model, else: ""), top: try needed(top, .top, else: 1))
    case .run: return .run(file: try needed(run, .run, else: ""), top: try needed(top, .top, else: 1))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var section = encoder.container(keyedBy: Key.self)
    try section.encode(collection, forKey: .collection)
    try section.encode(split, forKey: .split)
    switch candidates {
    case .judged: try section.encode(CandidatesName.judged, forKey: .candidates)
    case .model(let folder, let top):
      try section.encode(CandidatesName.model, forKey: .candidates)
      try section.encode(folder, forKey: .model)
      try section.encode(top, forKey: .top)
    case .run(let file, let top):
      try section.encode(CandidatesName.run, forKey: .candidates)
      try section.encode(file, forKey: .run)
      try section.encode(top, forKey: .top)
    }
    try section.encodeIfPresent(excludeSameID, forKey: .excludeSameID)
    try section.encodeIfPresent(every, forKey: .every)
    try section.encodeIfPresent(queries, forKey: .queries)
    try section.encode(measures, forKey: .measures)
    try section.encodeIfPresent(verdict, forKey: .verdict)
  }

  var inputs: [RunInput] {
    let candidates: [RunInput] =
      switch candidates {
      case .judged: []
      case .model(let folder, _): [.model(folder)]
      case .run(let file, _): [.file(file)]
      }
    return collectionInputs + candidates
  }

  func validate(_ checks: SettingChecks) {
    validateCollection(checks)
    if let queries { checks.atLeast(1, "evaluate.queries", queries) }
    switch candidates {
    case .judged: break
    case .model(let folder, let top):
      checks.modelFolder("evaluate.model", folder)
      checks.atLeast(1, "evaluate.top", top)
    case .run(let file, let top):
      checks.file("evaluate.run", file)
      checks.atLeast(1, "evaluate.top", top)
    }
  }
}
