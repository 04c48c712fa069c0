import Runs
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

  /// A collection folder.
  var collection: String
  /// The judgments evaluated during training: `qrels/SPLIT.tsv`.
  var split: String
  /// The documents to rerank; those below the best keep their order.
  var candidates: Candidates
  /// True if documents with their query's identifier are no candidates; without it they are, with a warning.
  var excludeSameID: Bool?
  /// Steps between two evaluations; without it the model is evaluated before and after only.
  var every: Int?
  /// The number of queries evaluated during training, always the same ones; without it, all.
  var queries: Int?
  /// The measures, the deciding one first.
  var measures: [MeasureSetting]
  /// The splits of the verdict, over all their queries; without it, the split evaluated during training.
  var verdict: [String]?
}

extension RerankingEvaluateSection: Codable {
  private enum Key: String, CodingKey {
    case collection, split, candidates, model, run, top, excludeSameID, every, queries, measures, verdict
  }

  /// The names of the candidates in a recipe.
  private enum CandidatesName: String, ChoiceSetting { case judged, model, run }

  init(from decoder: any Decoder) throws {
    let section = try decoder.container(keyedBy: Key.self)
    collection = try section.decode(String.self, forKey: .collection)
    split = try section.decode(String.self, forKey: .split)
    candidates = try Self.candidates(section, decoder)
    excludeSameID = try section.decodeIfPresent(Bool.self, forKey: .excludeSameID)
    every = try section.decodeIfPresent(Int.self, forKey: .every)
    queries = try section.decodeIfPresent(Int.self, forKey: .queries)
    measures = try section.decode([MeasureSetting].self, forKey: .measures)
    verdict = try section.decodeIfPresent([String].self, forKey: .verdict)
  }

  private static func candidates(
    _ section: KeyedDecodingContainer<Key>, _ decoder: any Decoder
  ) throws -> Candidates {
    let name = try section.decode(CandidatesName.self, forKey: .candidates)
    let model = try section.decodeIfPresent(String.self, forKey: .model)
    let run = try section.decodeIfPresent(String.self, forKey: .run)
    let top = try section.decodeIfPresent(Int.self, forKey: .top)
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
