import Datasets
import Words

/// Rows grouped by the text of their query; all positives of a query count for each of its rows.
///
/// A query in two spellings is two groups, since a model scores them differently, with the same positives; so is a query of
/// which judgments say that a positive of another one with the same text does not fit.
struct QueryGroups {
  /// A positive of a query: a document of the corpus, or a text that the corpus lacks.
  struct Positive {
    let text: String
    let document: Int?
    /// Its index among the positives that the corpus lacks; without meaning for the others.
    let foreign: Int
    /// The first row that it is the positive of.
    let row: Int
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

  init(_ rows: [TrainingRow], judged: JudgedNegatives = JudgedNegatives(), corpus: Corpus) {
    struct Key: Hashable {
      let text: ExactText
      /// The identifier of a query that judgments set apart.
      let id: ExactText?
    }
    let known = KnownPositives(rows: rows.map { $0.keepingNegatives([]) }, corpus: corpus, judged: judged)
    let positives = distinctPositives(of: rows, corpus: corpus, queries: known.queryClasses)
    var numbers: [Key: Int] = [:]
    /// The places of a group's positives among those of its query class.
    var kept: [[Int]] = []
    for (row, query) in known.queryClasses.enumerated() {
      let isApart = known.rulesOutPositives(forQueryOf: row)
      let key = Key(
        text: ExactText(rows[row].query), id: isApart ? rows[row].queryID.map { ExactText($0) } : nil)
      let number = numbers[key] ?? groups.count
      if number == groups.count {
        numbers[key] = number
        texts.append(rows[row].query)
        let all = positives.ofQuery[query] ?? []
        kept.append(
          all.indices.filter { !isApart || known.contains(.positive(ofRow: all[$0].row), forQueryOf: row) })
        groups.append(
          Group(positives: kept[number].map { all[$0] }, knownDocuments: known.documents(forQueryOf: row)))
      }
      groups[number].rows.append(row)
      let place = positives.ofRow[row]
      groups[number].positiveOfRow.append(isApart ? kept[number].firstIndex(of: place) ?? 0 : place)
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
        Positive(text: text.text, document: document, foreign: foreignPositives.count, row: row))
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
