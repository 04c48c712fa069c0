package import Datasets
package import Encoders
import Kernels
package import Retrieval
package import Runs
import Words

/// A collection prepared for evaluation: the judged queries of some splits and the documents to search.
///
/// Blank documents are not searched, and a blank relevant document is never found.
///
/// Every judged query counts, as in `trec_eval -c`: one that the collection lacks, and one without any relevant document,
/// counts as 0 on every measure.
package struct EvaluationPlan {
  /// The judged queries of a split.
  package struct Split {
    package let name: String
    package let topics: [JudgedTopic]
    package let queries: [Query]
  }

  package let documents: [Document]
  package private(set) var splits: [Split]
  package let measures: [Measure]
  /// True if documents with their query's identifier are left out of rankings and judgments.
  package let excludesSameID: Bool

  /// Prepares some splits of a collection.
  ///
  /// - Parameters:
  ///   - excludeSameID: True to leave out documents with their query's identifier; without it a warning says where this
  ///     matters.
  ///   - limit: If set, the documents are every judged one and a sample of the others up to this number.
  ///   - seed: The seed of the sample.
  ///   - warn: Receives a warning about judgments that the collection does not cover, and about queries that are
  ///     documents.
  /// - Throws: `RunError` if no query of a split can find a relevant document, or all documents are blank.
  package init(
    _ collection: Collection, splits names: [String], measures: [Measure], excludeSameID: Bool? = nil,
    limit: Int? = nil, seed: UInt64 = 0, warn: (String) -> Void
  ) throws {
    excludesSameID = excludeSameID ?? false
    collection.warnings.forEach(warn)
    let corpus = try collection.corpus.candidates(warn: warn)
    var splits: [Split] = []
    for name in names {
      let judgments = try collection.judgments(split: name)
      judgments.warnings.forEach(warn)
      let unknown = collection.unknownIdentifiers(in: judgments)
      if !unknown.queries.isEmpty || !unknown.documents.isEmpty {
        warn(
          "\(collection.folder) lacks \(NumberText.counted(unknown.queries.count, "query", plural: "queries")) and "
            + "\(NumberText.counted(unknown.documents.count, "document")) that split '\(name)' judges; they count as not found"
        )
      }
      let split = Split(name: name, judgments, of: collection, excludesSameID: excludesSameID)
      try split.check(in: collection, corpus, excludesSameID: excludesSameID, warn)
      let place = "of split '\(name)'"
      let sameIDs = SameIDs(split.queries, in: corpus)
      sameIDs.warning(isExcluded: excludeSameID, setting: "evaluate.excludeSameID", place: place).map(warn)
      BlankTexts.warning(
        split.queries.map { ("\"\($0.id)\"", $0.text) }, "query \(place)", plural: "queries \(place)"
      ).map(warn)
      splits.append(split)
    }
    self.splits = splits
    self.measures = measures
    documents =
      limit.map { Self.sample(of: corpus, splits: splits, limit: $0, seed: seed) } ?? corpus.documents
  }

  /// Every judged document and a sample of the others by the seed, in the order of the corpus.
  private static func sample(of corpus: Corpus, splits: [Split], limit: Int, seed: UInt64) -> [Document] {
    let documents = corpus.documents
    let judged = splits.flatMap {
      $0.topics.flatMap { $0.grades.compactMap { corpus.index(of: $0.document) } }
    }
    var chosen = Set(judged)
    let others = documents.indices.filter { !chosen.contains($0) }
    let keys = others.map { (key: mixed(seed, UInt64($0)), index: $0) }.sorted { $0 < $1 }
    chosen.formUnion(keys.prefix(max(0, limit - chosen.count)).map(\.index))
    return documents.indices.filter(chosen.contains).map { documents[$0] }
  }

  /// The same plan with some of its splits, in the order of the names.
  package func keeping(_ names: [String]) -> EvaluationPlan {
    var plan = self
    plan.splits = names.compactMap { name in splits.first { $0.name == name } }
    return plan
  }

  /// The same plan without some queries of a split.
  func leavingOut(_ queries: Set<ExactText>, of name: String) -> EvaluationPlan {
    var plan = self
    plan.splits = splits.map { split in
      split.name == name ? split.keeping(split.topics.filter { !queries.contains(ExactText($0.query)) }) : split
    }
    return plan
  }

  /// The same plan with at most `limit` judged queries per split, chosen by the seed.
  package func asking(atMost limit: Int, seed: UInt64) -> EvaluationPlan {
    var plan = self
    plan.splits = splits.map { split in
      let keys = split.topics.indices.map { (key: mixed(seed, UInt64($0)), index: $0) }.sorted { $0 < $1 }
      let chosen = Set(keys.prefix(limit).map(\.index))
      return split.keeping(split.topics.indices.filter(chosen.contains).map { split.topics[$0] })
    }
    return plan
  }

  /// Ranks the documents for the queries of every split.
  ///
  /// - Parameters:
  ///   - depth: The least number of documents to find per query.
  ///   - cache: The cache that keeps vectors between runs; without one all texts are encoded.
  package func rankings(
    of model: BiEncoder, depth: Int = 0, cache: EncodingCache? = nil, report: (RunEvent) throws -> Void
  ) throws -> [Ranking] {
    let vectors = try model.searchVectors(
      of: documents.map(\.content), as: .document, task: "encoding documents", cache: cache, report: report)
    let queries = try splits.map { split in
      try model.searchVectors(
        of: split.queries.map(\.text), as: .query, task: "encoding queries of \(split.name)", cache: cache,
        report: report)
    }
    return try rankings(documents: vectors, queries: queries, depth: depth)
  }

  /// Ranks the documents for the queries of every split by precomputed vectors.
  package func rankings(documents vectors: Vectors, queries: [Vectors], depth least: Int = 0) throws -> [Ranking] {
    let index = try ExactSearch(documents: vectors, ids: documents.map(\.id))
    let depth = max(least, measures.map(\.depth).max() ?? 0)
    return try zip(splits, queries).map { split, queries in
      let ids = split.queries.map(\.id)
      return try ranking(depth: depth) { try index.search(queries, ids: ids, top: $0) }
    }
  }

  /// The ranking that a search finds, to its full depth without the documents that are left out.
  ///
  /// - Parameter search: The search for a number of documents per query.
  package func ranking(depth: Int, search: (Int) throws -> Ranking) rethrows -> Ranking {
    guard excludesSameID else { return try search(depth) }
    // A query has at most one document of its identifier.
    return try search(depth == .max ? depth : depth + 1).withoutSameID.top(depth)
  }

  /// Evaluates a ranking of each split.
  package func evaluations(of rankings: [Ranking]) throws -> [MeasureValues] {
    try zip(rankings, splits).map { ranking, split in
      try MeasureValues(of: ranking, against: split.topics, measures: measures, complete: true)
    }
  }

  /// The value of a measure for a model without a baseline.
  package typealias MeasuredValue = (split: String, measure: Measure, value: Double)

  /// The values of a ranking of each split, in the order of ``comparisons(base:tuned:)``.
  package func values(of rankings: [Ranking]) throws -> [MeasuredValue] {
    try zip(splits, evaluations(of: rankings)).flatMap { split, evaluation in
      zip(evaluation.measures, evaluation.means).map { (split: split.name, measure: $0, value: $1) }
    }
  }

  /// Compares the rankings of two models on every split and measure.
  package func comparisons(base: [Ranking], tuned: [Ranking]) throws -> [Comparison] {
    let (before, after) = (try evaluations(of: base), try evaluations(of: tuned))
    return try splits.indices.flatMap { index in
      try Comparison.all(split: splits[index].name, base: before[index], tuned: after[index])
    }
  }
}
