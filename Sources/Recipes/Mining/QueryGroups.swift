import Datasets
import Words

/// Rows grouped by the text of their query; all positives of a query count for each of its rows.
///
/// A query in two spellings is two groups, since a model scores them differently, with the same positives.
struct QueryGroups {
  /// A positive of a query: a document of the corpus, or a text that the corpus lacks.
  struct Positive {
    let text: String
    let document: Int?
    /// Its index among the positives that the corpus lacks; without meaning for the others.
    let foreign: Int
  }

  /// The rows of one query text.
  struct Group {
    /// The indices of its rows.
    var rows: [Int] = []
    var positives: [Positive] = []
    /// The index of each row's positive.
    var positiveOfRow: [Int] = []
    /// The documents of the corpus that are no negatives, as they are a positive.
    var knownDocuments: Set<Int> = []
  }

  private(set) var groups: [Group] = []
  /// The text of every query.
  private(set) var texts: [String] = []
  /// The texts of positives that the corpus lacks.
  private(set) var foreignPositives: [String] = []

  init(_ rows: [TrainingRow], corpus: Corpus) {
    let known = KnownPositives(rows: rows.map { $0.keepingNegatives([]) }, corpus: corpus)
    let positives = distinctPositives(of: rows, corpus: corpus, queries: known.queryClasses)
    var numbers: [ExactText: Int] = [:]
    for (row, query) in known.queryClasses.enumerated() {
      let text = ExactText(rows[row].query)
      let number = numbers[text] ?? groups.count
      if number == groups.count {
        numbers[text] = number
        texts.append(rows[row].query)
        groups.append(
          Group(positives: positives.ofQuery[query] ?? [], knownDocuments: known.documents(forQueryOf: row)))
      }
      groups[number].rows.append(row)
      groups[number].positiveOfRow.append(positives.ofRow[row])
    }
  }

  /// The different positive texts of each query class, and the place of each row's positive among them.
  private mutating func distinctPositives(
    of rows: [TrainingRow], corpus: Corpus, queries: [Int]
  ) -> (ofQuery: [Int: [Positive]], ofRow: [Int]) {
    struct Key: Hashable {
      let query: Int
      let text: ExactText
    }
    var ofQuery: [Int: [Positive]] = [:]
    var places: [Key: Int] = [:]
    let ofRow = rows.indices.map { row in
      let text = ExactText(rows[row].positive)
      let key = Key(query: queries[row], text: text)
      if let place = places[key] { return place }
      let place = ofQuery[queries[row]]?.count ?? 0
      places[key] = place
      let index = rows[row].positiveID.flatMap { corpus.index(of: $0) }
      let document = index.flatMap { ExactText(corpus.documents[$0].content) == text ? $0 : nil }
      ofQuery[queries[row], default: []].append(
        Positive(text: text.text, document: document, foreign: foreignPositives.count))
      if document == nil { foreignPositives.append(text.text) }
      return place
    }
    return (ofQuery, ofRow)
  }
}

extension QueryGroups {
  /// The identifiers that the rows have for the query of each group.
  func queryIDs(in rows: [TrainingRow]) -> [Set<ExactText>] {
    groups.map { group in Set(group.rows.compactMap { rows[$0].queryID.map { ExactText($0) } }) }
  }
}
