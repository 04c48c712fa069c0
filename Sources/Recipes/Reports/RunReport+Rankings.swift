import Evaluation
import Retrieval
import Words

extension RunReport {
  /// Adds what two models rank: the queries that change most, and the scores of relevant documents and of others.
  ///
  /// - Parameters:
  ///   - base: The rankings of the base, one per split; nil where there is none.
  ///   - depth: The number of documents at the top of each list whose scores are the models' own.
  mutating func add(_ plan: EvaluationPlan, base: [Ranking]?, tuned: [Ranking], depth: Int = .max) throws {
    if let base { changes = try QueryChanges(plan, base: base, tuned: tuned, names: names) }
    guard let split = plan.splits.first else { return }
    histograms += [(names.base, base?.first), (names.tuned, tuned.first)].compactMap { name, ranking in
      ranking.flatMap { Histogram(of: $0.top(depth), split, model: name) }
    }
  }
}

extension Histogram {
  /// The scores of a ranking: of relevant documents, and of all others that it has.
  fileprivate init?(of ranking: Ranking, _ split: EvaluationPlan.Split, model: String) {
    var (relevant, others): ([Double], [Double]) = ([], [])
    for topic in split.topics {
      let wanted = Set(topic.grades.filter { $0.grade > 0 }.map { ExactText($0.document) })
      for document in ranking[topic.query] ?? [] {
        if wanted.contains(ExactText(document.id)) {
          relevant.append(Double(document.score))
        } else {
          others.append(Double(document.score))
        }
      }
    }
    self.init("Scores by \(model) on \(split.name)", [("relevant", relevant), ("other documents", others)])
  }
}
