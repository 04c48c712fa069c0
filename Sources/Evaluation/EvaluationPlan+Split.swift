import Datasets
import Files
import Retrieval
import Runs
import Words

extension EvaluationPlan.Split {
  /// The judged queries of a split.
  init(name: String, _ judgments: Judgments, of collection: Collection, excludesSameID: Bool) {
    self.name = name
    let all = judgments.judgedTopics
    topics = excludesSameID ? all.map(\.withoutSameID) : all
    queries = judgments.topics.compactMap { collection.queries[$0.query] }
  }

  /// The same split with some of its topics.
  func keeping(_ topics: [JudgedTopic]) -> EvaluationPlan.Split {
    let names = Set(topics.map { ExactText($0.query) })
    return EvaluationPlan.Split(
      name: name, topics: topics, queries: queries.filter { names.contains(ExactText($0.id)) })
  }

  /// Checks that a relevant document can be found before another one, and warns about queries without any.
  ///
  /// - Parameter corpus: The documents that can be found.
  func check(in collection: Collection, _ corpus: Corpus, excludesSameID: Bool, _ warn: (String) -> Void) throws {
    let isMeasurable = topics.contains { topic in
      let found = topic.grades.filter { corpus.index(of: $0.document) != nil }.map { max(0, $0.grade) }
      let isOwnLeftOut = excludesSameID && corpus.index(of: topic.query) != nil
      let unjudged = corpus.documents.count - found.count - (isOwnLeftOut ? 1 : 0)
      let best = found.max() ?? 0
      return collection.queries.index(of: topic.query) != nil && best > 0
        && (unjudged > 0 || found.contains { $0 < best })
    }
    guard isMeasurable else {
      throw RunError(
        .badData,
        "\(collection.folder): no query of split '\(name)' has a relevant document in the corpus and one that is less so, so "
          + "that there is nothing to measure; give judgments that name queries and documents of this collection")
    }
    let irrelevant = topics.filter { !$0.grades.contains { $0.grade > 0 } }
    guard let example = irrelevant.first else { return }
    warn(
      "\(NumberText.counted(irrelevant.count, of: topics.count, "query", plural: "queries")) of split '\(name)' \(irrelevant.count == 1 ? "has" : "have") no relevant document, such as \"\(example.query)\"; "
        + "\(irrelevant.count == 1 ? "it counts" : "they count") as 0 on every measure")
  }
}
