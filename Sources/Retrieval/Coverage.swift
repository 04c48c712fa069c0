import Words

/// What a run and judgments have in common: how much the values of measures say.
///
/// A query that the run lacks counts as 0 or not at all, and a document that it lacks as not found. Identifiers of another kind
/// look the same as a bad run by the values of measures, and only here do not.
public struct Coverage: Sendable, Equatable {
  /// The number of judged queries.
  public let judgedQueries: Int
  /// The number of judged queries that the run has.
  public let answeredQueries: Int
  /// The number of queries of the run that are not judged; they count for nothing.
  public let unjudgedQueries: Int
  /// The number of judged documents, each once, whatever its grades.
  public let judgedDocuments: Int
  /// The number of judged documents that some list of the run has.
  public let foundDocuments: Int
  /// The number of answered queries whose lists have a document judged for them, whatever its grade.
  public let matchedQueries: Int

  /// The first judged query that the run lacks.
  public let unansweredQuery: String?
  /// The first query of the run that is not judged.
  public let unjudgedQuery: String?
  /// The first judged query and document, and the first of the run.
  private let judged: Example
  private let ranked: Example

  private struct Example: Equatable {
    var query: String?
    var document: String?
  }

  /// Compares the identifiers of a run with those of judgments.
  public init(of ranking: Ranking, against judgments: [JudgedTopic]) {
    var queries: Set<ExactText> = []
    var isFound: [ExactText: Bool] = [:]
    var (matched, unanswered): (Int, String?) = (0, nil)
    for topic in judgments {
      queries.insert(ExactText(topic.query))
      let documents = Set(topic.grades.map { ExactText($0.document) })
      for document in documents { isFound[document] = false }
      guard let list = ranking[topic.query] else {
        unanswered = unanswered ?? topic.query
        continue
      }
      if list.contains(where: { documents.contains(ExactText($0.id)) }) { matched += 1 }
    }
    for document in ranking.lists.lazy.flatMap(\.documents) {
      let id = ExactText(document.id)
      if isFound[id] == false { isFound[id] = true }
    }
    let unjudged = ranking.lists.filter { !queries.contains(ExactText($0.query)) }
    judgedQueries = queries.count
    answeredQueries = ranking.lists.count - unjudged.count
    unjudgedQueries = unjudged.count
    judgedDocuments = isFound.count
    foundDocuments = isFound.values.count { $0 }
    matchedQueries = matched
    unansweredQuery = unanswered
    unjudgedQuery = unjudged.first?.query
    judged = Example(
      query: judgments.first?.query, document: judgments.lazy.flatMap(\.grades).first.map { $0.document })
    ranked = Example(
      query: ranking.lists.first?.query, document: ranking.lists.lazy.flatMap(\.documents).first.map { $0.id })
  }

  /// True if the run has every judged query.
  public var isComplete: Bool { answeredQueries == judgedQueries }

  /// Refuses a run that has no query or no document in common with the judgments.
  ///
  /// - Parameters:
  ///   - run: The name of the run in the message.
  ///   - source: The name of the judgments in the message.
  /// - Throws: `RetrievalError` with an identifier of each.
  public func requireOverlap(of run: String, with source: String) throws(RetrievalError) {
    func nothing(_ noun: String, _ ranked: String?, _ judged: String?) -> RetrievalError {
      RetrievalError(
        "\(run): no \(noun) of it is judged in \(source): it has for example \"\(ranked ?? "")\", the judgments "
          + "\"\(judged ?? "")\"; give a run and judgments of one collection")
    }
    if answeredQueries == 0 { throw nothing("query", ranked.query, judged.query) }
    if foundDocuments == 0 { throw nothing("document", ranked.document, judged.document) }
  }
}
