package import Datasets
import Files
import Retrieval
import Runs
import Words

/// Pairs of a query and a document of which it is known whether the document is relevant.
package struct JudgedPairs {
  package private(set) var pairs: [(query: String, document: String)] = []
  /// Whether each pair's document is relevant.
  package private(set) var labels: [Bool] = []
  /// The number of each pair's query.
  package private(set) var queries: [Int] = []

  /// How many queries there are.
  package var queryCount: Int { (queries.last ?? -1) + 1 }
  /// How many pairs are relevant.
  package var relevantCount: Int { labels.count { $0 } }

  /// Takes what judges saw: grades of 1 and more are relevant, 0 is not, less counts as not judged.
  ///
  /// - Parameter warn: Is told of judgments that the collection does not cover.
  package init(of judgments: Judgments, in collection: Collection, warn: (String) -> Void) throws {
    var texts = CandidateTexts(collection)
    var missing = 0
    for topic in judgments.topics {
      let number = queryCount
      for (document, grade) in topic.grades where grade >= 0 {
        guard let query = texts.query(topic.query), let content = texts.document(document) else {
          missing += 1
          continue
        }
        add((query, content), isRelevant: grade > 0, query: number)
      }
    }
    if missing > 0 {
      warn("\(collection.folder) lacks the texts of \(NumberText.counted(missing, "judgment")); they are left out")
    }
  }

  /// Takes the best documents of a run for every judged query that it has; what no judge saw counts as not relevant.
  ///
  /// - Parameter file: The run, in TREC form.
  /// - Throws: `FileError` with what the run names and the collection has not; `RetrievalError` for what ``Ranking`` refuses.
  package init(of file: String, top: Int, judgments: Judgments, in collection: Collection) throws {
    let ranking = try Ranking(file: file)
    var judged = Ranking()
    for topic in judgments.topics {
      guard let documents = ranking[topic.query] else { continue }
      try judged.append(query: topic.query, documents: Array(documents.prefix(top)))
    }
    if judged.lists.isEmpty {
      throw RunError(.badData, "\(file): no query of it is judged; give the run and the split of one collection")
    }
    var texts = CandidateTexts(collection)
    let pairs = try texts.pairs(of: judged, from: file)
    var next = 0
    for list in judged.lists {
      let relevant = Set(
        (judgments[list.query] ?? []).filter { $0.grade > 0 }.compactMap { collection.corpus.index(of: $0.document) })
      let number = queryCount
      for document in list.documents {
        let isRelevant = collection.corpus.index(of: document.id).map(relevant.contains) ?? false
        add(pairs[next], isRelevant: isRelevant, query: number)
        next += 1
      }
    }
  }

  private mutating func add(_ pair: (query: String, document: String), isRelevant: Bool, query: Int) {
    pairs.append(pair)
    labels.append(isRelevant)
    queries.append(query)
  }
}
