package import Datasets
package import Retrieval

extension Judgments {
  /// The judged queries as measures take them.
  package var judgedTopics: [JudgedTopic] { topics.map { JudgedTopic(query: $0.query, grades: $0.grades) } }
}
