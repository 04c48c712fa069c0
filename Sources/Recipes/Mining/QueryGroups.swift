import Datasets
import Words

/// Rows grouped by query; all positives of a query count for each of its rows.
struct QueryGroups {
  /// A positive of a query: a document of the corpus, or a text that the corpus lacks.
  struct Positive {
    let text: String
    let document: Int?
    /// Its index among the positives that the corpus lacks; without meaning for the others.
    let foreign: Int
  }

  /// The rows of one query.
  struct Group {
    /// The indices of its rows.
    var rows: [Int] = []
    var positives: [Positive] = []
    /// The index of each row's positive.
    var positiveOfRow: [Int] = []
  }

  private(set) var groups: [Group] = []
  /// The text of every query, from its first row.
  private(set) var texts: [String] = []
  /// The texts of positives that the corpus lacks.
  private(set) var foreignPositives: [String] = []

  init(_ rows: [TrainingRow], corpus: Corpus) {
    var numbers: [Int: Int] = [:]
    for (row, query) in KnownPositives(rows: rows).queryClasses.enumerated() {
      if numbers[query] == nil {
        numbers[query] = groups.count
        groups.append(Group())
        texts.append(rows[row].query)
      }
      guard let number = numbers[query] else { continue }
      let text = rows[row].positive
      // An identifier counts only where the corpus has the same text for it.
      let index = rows[row].positiveID.flatMap { corpus.index(of: $0) }
      let document = index.flatMap { ExactText(corpus.documents[$0].content) == ExactText(text) ? $0 : nil }
      groups[number].rows.append(row)
      if let known = groups[number].positives.firstIndex(where: { ExactText($0.text) == ExactText(text) }) {
        groups[number].positiveOfRow.append(known)
        continue
      }
      groups[number].positiveOfRow.append(groups[number].positives.count)
      groups[number].positives.append(Positive(text: text, document: document, foreign: foreignPositives.count))
      if document == nil { foreignPositives.append(text) }
    }
  }
}

extension QueryGroups {
  /// The identifiers that the rows have for the query of each group.
  func queryIDs(in rows: [TrainingRow]) -> [Set<ExactText>] {
    groups.map { group in Set(group.rows.compactMap { rows[$0].queryID.map { ExactText($0) } }) }
  }
}

extension [TrainingRow] {
  /// The queries with an identifier, each identifier once.
  var identifiedQueries: [Query] {
    var seen: Set<ExactText> = []
    return compactMap { row in
      guard let id = row.queryID, seen.insert(ExactText(id)).inserted else { return nil }
      return Query(id: id, text: row.query)
    }
  }
}
