import Words

/// A query with the judged documents.
public struct JudgedTopic: Sendable {
  /// The query's identifier.
  public var query: String
  /// The judged documents with their grades: 1 and above is relevant, 0 is not, below 0 counts as not judged.
  public var grades: [(document: String, grade: Int)]

  /// Pairs a query with the grades of its documents.
  public init(query: String, grades: [(document: String, grade: Int)]) {
    self.query = query
    self.grades = grades
  }

  /// The same topic without a judgment of the document that has the query's identifier.
  public var withoutSameID: JudgedTopic {
    let own = ExactText(query)
    return JudgedTopic(query: query, grades: grades.filter { ExactText($0.document) != own })
  }
}

/// The judgments of one query, against which lists are measured.
struct TopicJudgments {
  /// The grade of every judged document.
  private let grades: [ExactText: Int]
  /// The grades above 0, largest first: the ideal list.
  let idealGrades: [Int]

  /// The number of relevant documents: R.
  var relevantCount: Int { idealGrades.count }

  init(_ topic: JudgedTopic) throws(RetrievalError) {
    var grades: [ExactText: Int] = [:]
    grades.reserveCapacity(topic.grades.count)
    for (document, grade) in topic.grades {
      guard grades.updateValue(grade, forKey: ExactText(document)) == nil else {
        throw RetrievalError("query \"\(topic.query)\": document \"\(document)\" is judged twice; keep one judgment")
      }
    }
    self.grades = grades
    idealGrades = topic.grades.map(\.grade).filter { $0 > 0 }.sorted(by: >)
  }

  /// The grades of a ranked list's documents in its order; 0 for what is not judged.
  func grades(of documents: [ScoredDocument]) -> [Int] {
    documents.map { grades[ExactText($0.id)] ?? 0 }
  }
}
