import Words

/// The values of measures for every query of a run, and their means.
public struct MeasureValues: Sendable {
  /// The values of one query, in the order of ``MeasureValues/measures``.
  public struct Topic: Sendable, Equatable {
    /// The query's identifier.
    public let query: String
    /// One value per measure.
    public let values: [Double]
    /// True if the run has the query.
    public let isAnswered: Bool
  }

  /// The measures.
  public let measures: [Measure]
  /// What the run and the judgments have in common.
  public let coverage: Coverage
  /// The measured queries, ordered by the UTF-8 bytes of their identifiers.
  public let topics: [Topic]
  /// The arithmetic mean of every measure over the topics, in the order of ``measures``.
  ///
  /// Values are added in the order of ``topics``, which is the order in which `trec_eval` adds them.
  public let means: [Double]

  /// Measures a run against judgments.
  ///
  /// - Parameters:
  ///   - run: The ranked lists.
  ///   - judgments: The judged topics, each query once, in any order.
  ///   - measures: The measures.
  ///   - complete: The queries that count. False: those that the run and the judgments both have. True: every judged query,
  ///     one that the run lacks with 0 (`trec_eval -c`); comparisons that decide something must use it, since a
  ///     system could otherwise gain by not answering.
  /// - Throws: `RetrievalError` when a query or a document is judged twice, or when no query would count.
  public init(
    of ranking: Ranking, against judgments: some Sequence<JudgedTopic>, measures: [Measure], complete: Bool = false
  ) throws(RetrievalError) {
    let judgments = Array(judgments)
    var topics: [Topic] = []
    var judged: Set<ExactText> = []
    for topic in judgments {
      guard judged.insert(ExactText(topic.query)).inserted else {
        throw RetrievalError("query \"\(topic.query)\" has two entries in the judgments; merge them into one")
      }
      let found = ranking[topic.query]
      guard let documents = found ?? (complete ? [] : nil) else { continue }
      let known = try TopicJudgments(topic)
      let grades = known.grades(of: documents)
      let values = measures.map { $0.value(grades: grades, judgments: known) }
      topics.append(Topic(query: topic.query, values: values, isAnswered: found != nil))
    }
    guard !topics.isEmpty else { throw Self.nothingToMeasure(ranking, judged) }
    topics.sort { ExactText($0.query) < ExactText($1.query) }
    self.init(measures, topics, Coverage(of: ranking, against: judgments))
  }

  /// - Parameter topics: The measured queries in their order, at least one.
  private init(_ measures: [Measure], _ topics: [Topic], _ coverage: Coverage) {
    self.measures = measures
    self.coverage = coverage
    self.topics = topics
    means = measures.indices.map { index in
      topics.reduce(0) { $0 + $1.values[index] } / Double(topics.count)
    }
  }

  /// The values of those queries that another evaluation has too, or nil if it has none of them.
  public func keepingQueries(of other: MeasureValues) -> MeasureValues? {
    let queries = Set(other.topics.map { ExactText($0.query) })
    let kept = topics.filter { queries.contains(ExactText($0.query)) }
    return kept.isEmpty ? nil : MeasureValues(measures, kept, coverage)
  }

  /// The mean of a measure, or nil when it was not measured.
  public func mean(of measure: Measure) -> Double? {
    measures.firstIndex(of: measure).map { means[$0] }
  }

  /// The values of a measure in the order of ``topics``, or nil when it was not measured.
  public func values(of measure: Measure) -> [Double]? {
    measures.firstIndex(of: measure).map { index in topics.map { $0.values[index] } }
  }

  private static func nothingToMeasure(_ ranking: Ranking, _ judged: Set<ExactText>) -> RetrievalError {
    guard let example = judged.min() else {
      return RetrievalError("the judgments have no query; check that the right file was given")
    }
    guard let query = ranking.lists.first?.query else {
      return RetrievalError("the run has no query; check that the right file was given")
    }
    return RetrievalError(
      "no query of the run is judged: the run has for example \"\(query)\", the judgments \"\(example.text)\"; "
        + "check that both belong to the same collection")
  }
}
