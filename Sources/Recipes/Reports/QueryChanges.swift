import Datasets
import Evaluation
import Pages
import Retrieval
import Words

/// The queries whose value of the deciding measure changes most between two rankings, with the documents that both have
/// at the top.
///
/// It holds the texts of these queries and documents only, each cut, so its size does not depend on the collection's.
struct QueryChanges: Sendable {
  /// A document of a ranked list.
  struct Found: Sendable {
    let rank: Int
    let id: String
    let text: String
    /// The judged grade; nil where nobody judged it.
    let grade: Int?
  }

  /// The place of a relevant document in both lists.
  struct Move: Sendable {
    let id: String
    let grade: Int
    /// The ranks from 1 on; nil where the list lacks the document.
    let base, tuned: Int?
  }

  struct Change: Sendable {
    let id: String
    let text: String
    let base, tuned: Double
    let baseTop, tunedTop: [Found]
    let relevant: [Move]
  }

  let split: String
  let measure: Measure
  /// The names of the two rankings.
  let names: (base: String, tuned: String)
  /// The most documents that one of the lists holds: what is further below has no rank.
  let depth: Int
  /// The largest gains, the largest first; each change is above 0.
  let gains: [Change]
  /// The largest losses, the largest first; each change is below 0.
  let losses: [Change]

  /// The most queries of either kind.
  static let mostQueries = 10
  /// The documents at the top of each list that are shown.
  static let mostDocuments = 5
  /// The relevant documents of a query whose ranks are shown.
  private static let mostRelevant = 5

  /// Compares the rankings of a plan's first split, on its first measure; nil where no query changes.
  ///
  /// - Parameter names: The names of the two rankings.
  init?(_ plan: EvaluationPlan, base: [Ranking], tuned: [Ranking], names: (base: String, tuned: String)) throws {
    guard let split = plan.splits.first, let measure = plan.measures.first, let base = base.first,
      let tuned = tuned.first
    else { return nil }
    func values(_ ranking: Ranking) throws -> [MeasureValues.Topic] {
      try MeasureValues(of: ranking, against: split.topics, measures: [measure], complete: true).topics
    }
    let changes = zip(try values(base), try values(tuned)).enumerated().map { place, pair in
      (place: place, query: pair.0.query, base: pair.0.values[0], tuned: pair.1.values[0])
    }
    // Equal changes stand in the order of their identifiers.
    let gained = changes.filter { $0.tuned > $0.base }.sorted {
      ($1.tuned - $1.base, $0.place) < ($0.tuned - $0.base, $1.place)
    }
    let lost = changes.filter { $0.tuned < $0.base }.sorted {
      ($0.tuned - $0.base, $0.place) < ($1.tuned - $1.base, $1.place)
    }
    if gained.isEmpty && lost.isEmpty { return nil }
    let chosen = [gained, lost].map { Array($0.prefix(Self.mostQueries)) }

    let ids = Set(chosen.joined().map { ExactText($0.query) })
    var queries: [ExactText: String] = [:]
    for query in split.queries where ids.contains(ExactText(query.id)) { queries[ExactText(query.id)] = query.text }
    var grades: [ExactText: [ExactText: Int]] = [:]
    for topic in split.topics where ids.contains(ExactText(topic.query)) {
      grades[ExactText(topic.query)] = Dictionary(
        topic.grades.map { (ExactText($0.document), $0.grade) }, uniquingKeysWith: { first, _ in first })
    }
    let tops = Set(
      chosen.joined().flatMap { change in
        [base, tuned].flatMap { ($0[change.query] ?? []).prefix(Self.mostDocuments).map { ExactText($0.id) } }
      })
    var texts: [ExactText: String] = [:]
    for document in plan.documents where tops.contains(ExactText(document.id)) {
      texts[ExactText(document.id)] = ShownText.line(document.content)
    }

    let made = chosen.map { changes in
      changes.map { change in
        let judged = grades[ExactText(change.query)] ?? [:]
        let lists = [base, tuned].map { $0[change.query] ?? [] }
        let found = lists.map { list in
          list.prefix(Self.mostDocuments).enumerated().map { rank, document in
            Found(
              rank: rank + 1, id: document.id, text: texts[ExactText(document.id)] ?? "",
              grade: judged[ExactText(document.id)])
          }
        }
        return Change(
          id: change.query, text: ShownText.line(queries[ExactText(change.query)] ?? ""), base: change.base,
          tuned: change.tuned, baseTop: found[0], tunedTop: found[1], relevant: Self.moves(judged, lists))
      }
    }
    (gains, losses) = (made[0], made[1])
    depth = chosen.joined().flatMap { [base[$0.query], tuned[$0.query]] }.compactMap(\.?.count).max() ?? 0
    (self.split, self.measure, self.names) = (split.name, measure, names)
  }

  /// The relevant documents with their ranks, those of higher grades first.
  private static func moves(_ judged: [ExactText: Int], _ lists: [[ScoredDocument]]) -> [Move] {
    let relevant = judged.filter { $0.value > 0 }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    return relevant.prefix(mostRelevant).map { id, grade in
      let ranks = lists.map { list in list.firstIndex { ExactText($0.id) == id }.map { $0 + 1 } }
      return Move(id: id.text, grade: grade, base: ranks[0], tuned: ranks[1])
    }
  }
}
