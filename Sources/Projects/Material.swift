import Datasets
import OrderedCollections
import Words

/// The distinct queries and documents of all files, and which belong together.
///
/// Texts that are the same after normalization (``TextKey``) are one query, or one document.
struct Material {
  /// A document's grade for a query.
  struct Judgment {
    let query: Int
    let document: Int
    var grade: Int
  }

  /// The number of rows of each kind.
  struct Census: Equatable {
    /// All rows.
    var rows = 0
    /// Rows without a query, a document or a label.
    var empty = 0
    /// Rows that say what an earlier one says.
    var duplicates = 0
    /// Rows that give a pair another label than an earlier one; the higher one counts.
    var conflicts = 0
    /// Rows whose document is the query itself.
    var identical = 0
    /// Rows whose document the corpus lacks.
    var unknown = 0
    /// Queries without a relevant document.
    var unanswered = 0
    /// Documents with the text of another one.
    var repeated = 0
  }

  private(set) var queries: [Query] = []
  private(set) var documents: [Document] = []
  private(set) var judgments: [Judgment] = []
  var census = Census()

  /// The keys of the queries' texts, and of the documents' contents.
  private(set) var queryKeys: [TextKey] = []
  private(set) var documentKeys: [TextKey] = []
  private var queryNumbers: [TextKey: Int] = [:]
  private var documentNumbers: [TextKey: Int] = [:]
  private var queryIDs: Set<ExactText> = []
  private var documentIDs: Set<ExactText> = []
  private var pairs: [Pair: Int] = [:]

  private struct Pair: Hashable {
    let query: Int
    let document: Int
  }

  /// The query of a text.
  ///
  /// - Parameter id: The identifier to give it, if it is free.
  mutating func query(_ text: String, id: String? = nil) -> Int {
    let key = TextKey(text)
    if let known = queryNumbers[key] { return known }
    let number = queries.count
    queryNumbers[key] = number
    queryKeys.append(key)
    queries.append(Query(id: Self.free(id, "q\(number + 1)", &queryIDs), text: text.trimmed))
    return number
  }

  /// The document of a title and a text.
  ///
  /// - Parameter id: The identifier to give it, if it is free.
  mutating func document(title: String = "", text: String, id: String? = nil) -> Int {
    let document = Document(id: "", title: title.trimmed, text: text.trimmed)
    let key = TextKey(document.content)
    if let known = documentNumbers[key] { return known }
    let number = documents.count
    documentNumbers[key] = number
    documentKeys.append(key)
    documents.append(
      Document(id: Self.free(id, "d\(number + 1)", &documentIDs), title: document.title, text: document.text))
    return number
  }

  /// An identifier that nothing else has.
  private static func free(_ wanted: String?, _ usual: String, _ taken: inout Set<ExactText>) -> String {
    let first = wanted.flatMap { TRECColumns.canBeginLine($0) ? $0 : nil } ?? usual
    var id = first
    var number = 2
    while !taken.insert(ExactText(id)).inserted {
      id = "\(first)-\(number)"
      number += 1
    }
    return id
  }

  /// Adds the grade of a document for a query.
  mutating func judge(_ query: Int, _ document: Int, grade: Int) {
    if queryKeys[query] == documentKeys[document] {
      census.identical += 1
      return
    }
    let pair = Pair(query: query, document: document)
    guard let known = pairs[pair] else {
      pairs[pair] = judgments.count
      return judgments.append(Judgment(query: query, document: document, grade: grade))
    }
    if judgments[known].grade == grade {
      census.duplicates += 1
    } else {
      census.conflicts += 1
      judgments[known].grade = max(judgments[known].grade, grade)
    }
  }

  /// Removes the judgments of queries that have no relevant document.
  mutating func removeUnanswered() {
    let answered = Set(judgments.lazy.filter { $0.grade > 0 }.map(\.query))
    census.unanswered = Set(judgments.map(\.query)).subtracting(answered).count
    judgments.removeAll { !answered.contains($0.query) }
  }
}
