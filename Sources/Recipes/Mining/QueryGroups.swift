import Datasets
import Words

/// The rows by their queries: all positives of a query count for each of its rows.
struct QueryGroups {
  /// A positive of a query: a document of the corpus, or a text of its own.
  struct Positive {
    let text: String
    let document: Int?
    /// Its place among the positives that the corpus lacks; of no meaning for the others.
    let foreign: Int
  }

  /// One query.
  struct Group {
    /// Its rows.
    var rows: [Int] = []
    var positives: [Positive] = []
    /// Which of the positives each row has.
    var positiveOfRow: [Int] = []
  }

  private(set) var groups: [Group] = []
  /// The text of every query, that of its first row.
  private(set) var texts: [String] = []
  /// Texts of positives that are no document of the corpus.
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
      let place = rows[row].positiveID.flatMap { corpus.index(of: $0) }
      let document = place.flatMap { ExactText(corpus.documents[$0].content) == ExactText(text) ? $0 : nil }
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
