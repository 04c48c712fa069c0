package import Retrieval
import Words

/// What the order of the candidates decides for the queries of a split.
package struct OrderDecision {
  /// The queries whose candidates are all equally relevant: any order of them is right.
  private(set) var settled: Set<ExactText> = []
  private var example: String?
  /// The number of queries with a relevant candidate and one that is less so.
  private var decisive = 0
  private let split: EvaluationPlan.Split

  /// Compares the grades of the best candidates of every query.
  ///
  /// Grades above 0 are told apart where one of the measures does so.
  package init(of ranking: Ranking, top: Int, _ split: EvaluationPlan.Split, measures: [Measure]) {
    self.split = split
    let isGraded = measures.contains(where: \.isGraded)
    for topic in split.topics {
      let known = Dictionary(
        topic.grades.map { (ExactText($0.document), $0.grade) }, uniquingKeysWith: { first, _ in first })
      let grades = Set(
        (ranking[topic.query] ?? []).prefix(top).map { document in
          let grade = max(0, known[ExactText(document.id)] ?? 0)
          return isGraded ? grade : min(grade, 1)
        })
      if grades.count > 1 {
        decisive += 1
      } else if grades.contains(where: { $0 > 0 }) {
        settled.insert(ExactText(topic.query))
        example = example ?? topic.query
      }
    }
  }

  /// Says that no order of the candidates is better than another; nil where one is.
  package var emptiness: String? {
    decisive > 0
      ? nil
      : "no query of split '\(split.name)' has both a relevant document and a less relevant one among its candidates, so "
        + "that any order of them is as good; give candidates that are not relevant too, from judgments of grade 0, or "
        + "from a first stage with more documents per query"
  }

  /// Says which queries measure nothing; nil where all do.
  var omission: String? {
    guard let example else { return nil }
    return
      "\(NumberText.counted(settled.count, of: split.topics.count, "query", plural: "queries")) of split '\(split.name)' "
      + "\(settled.count == 1 ? "is" : "are") left out of the measures, such as \"\(example)\": all candidates are "
      + "relevant, so that any order of them is right"
  }
}

extension Measure {
  /// True if the measure tells grades above 0 apart.
  fileprivate var isGraded: Bool { if case .nDCG = self { true } else { false } }
}
