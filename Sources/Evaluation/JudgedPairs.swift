package import Datasets
import Files
import Retrieval
import Words

/// Pairs of a query and a document with known relevance.
package struct JudgedPairs {
  package private(set) var pairs: [(query: String, document: String)] = []
  /// True for each pair whose document is relevant.
  package private(set) var labels: [Bool] = []
  /// The index of each pair's query.
  package private(set) var queries: [Int] = []

  /// The number of queries.
  package var queryCount: Int { (queries.last ?? -1) + 1 }
  /// The number of relevant pairs.
  package var relevantCount: Int { labels.count { $0 } }

  /// Makes a pair of every judgment: grades of 1 and more are relevant, 0 is not, less counts as not judged.
  ///
  /// Blank documents are left out.
  ///
  /// - Parameters:
  ///   - excludesSameID: True to leave out documents with their query's identifier.
  ///   - warn: Receives a warning about judgments that the collection does not cover.
  package init(
    of judgments: Judgments, in collection: Collection, excludesSameID: Bool = false, warn: (String) -> Void
  ) throws {
    var texts = CandidateTexts(collection)
    var (missing, example): (Int, String?) = (0, nil)
    for topic in judgments.judgedTopics.map({ excludesSameID ? $0.withoutSameID : $0 }) {
      let number = queryCount
      for (document, grade) in topic.grades where grade >= 0 {
        guard let query = texts.query(topic.query), let content = texts.document(document), !content.isBlank else {
          missing += 1
          example = example ?? "document \"\(document)\" for query \"\(topic.query)\""
          continue
        }
        add((query, content), isRelevant: grade > 0, query: number)
      }
    }
    if let example {
      warn(
        "\(collection.folder) lacks the texts of \(NumberText.counted(missing, "judgment")); they are left out (for example "
          + "\(example))")
    }
  }

  /// Makes pairs of the top documents of a run file for its judged queries; unjudged ones count as not relevant, and
  /// blank documents are left out.
  ///
  /// - Parameters:
  ///   - file: The run file, in TREC form.
  ///   - excludesSameID: True to leave out documents with their query's identifier.
  ///   - warn: Receives a warning about judged queries that the run lacks.
  /// - Throws: `FileError` with the entries that the collection lacks; `RetrievalError` if ``Ranking`` refuses the
  ///   file or it has no query or no document in common with the judgments.
  package init(
    of file: String, top: Int, judgments: Judgments, in collection: Collection, excludesSameID: Bool = false,
    warn: (String) -> Void
  ) throws {
    var texts = CandidateTexts(collection)
    let (given, blank) = texts.withoutBlankDocuments(try Ranking(file: file))
    CandidateTexts.warning(aboutBlank: blank, of: file).map(warn)
    let ranking = excludesSameID ? given.withoutSameID : given
    let coverage = Coverage(of: ranking, against: judgments.judgedTopics)
    let source = "the judgments of \(collection.folder)"
    coverage.warnings(of: file, with: source, consequence: "they are left out").forEach(warn)
    var judged = Ranking()
    for topic in judgments.topics {
      guard let documents = ranking[topic.query] else { continue }
      try judged.append(query: topic.query, documents: Array(documents.prefix(top)))
    }
    let pairs = try texts.pairs(of: judged, from: file)
    try coverage.requireOverlap(of: file, with: source)
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
