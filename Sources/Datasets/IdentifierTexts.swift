import Words

/// Holds the rows of a file to one text per identifier.
///
/// An identifier that the corpus has is that document, so the row gets the text of the corpus. Of other identifiers, and of those
/// of queries, two texts that differ in more than case, white space, punctuation and normal form are a mistake in the data.
struct IdentifierTexts {
  private let corpus: Corpus?
  private var queries = FirstTexts(noun: "query")
  private var documents = FirstTexts(noun: "document")

  /// - Parameter corpus: The documents that identifiers mean; nil where the rows have all there is.
  init(corpus: Corpus?) {
    self.corpus = corpus
  }

  /// Checks a row and gives its documents the texts of the corpus.
  mutating func settle(_ row: inout TrainingRow, line: Int, _ remarks: inout Remarks, _ problems: inout Problems) {
    if let id = row.queryID { queries.check(row.query, of: id, line: line, &problems) }
    if let id = row.positiveID { settle(&row.positive, of: id, line: line, &remarks, &problems) }
    for (index, id) in row.negativeIDs.enumerated() {
      settle(&row.negatives[index], of: id, line: line, &remarks, &problems)
    }
  }

  private mutating func settle(
    _ text: inout String, of id: String, line: Int, _ remarks: inout Remarks, _ problems: inout Problems
  ) {
    if let known = corpus?.text(of: id, beside: text, line: line, &remarks) {
      text = known
    } else {
      documents.check(text, of: id, line: line, &problems)
    }
  }
}

extension Corpus {
  /// The text of a document that stands in a row with a text of its own; nil where the corpus has none.
  func text(of id: String, beside text: String, line: Int, _ remarks: inout Remarks) -> String? {
    guard let document = self[id], !document.isBlank else { return nil }
    let content = document.content
    if ExactText(content) != ExactText(text.trimmed) {
      remarks.add(
        .otherText,
        example: "\"\(id)\" in line \(line): \"\(content.shortened)\" instead of \"\(text.shortened)\"")
    }
    return content
  }
}

/// The first text of every identifier.
private struct FirstTexts {
  let noun: String
  private var first: [ExactText: (text: String, line: Int)] = [:]

  init(noun: String) {
    self.noun = noun
  }

  /// Notes a problem where an identifier had another text before.
  mutating func check(_ text: String, of id: String, line: Int, _ problems: inout Problems) {
    guard let (earlier, earlierLine) = first[ExactText(id)] else {
      first[ExactText(id)] = (text, line)
      return
    }
    if ExactText(earlier) == ExactText(text) || TextKey(earlier) == TextKey(text) { return }
    problems.add(
      "\(noun) \"\(id)\" is \"\(text.shortened)\" here and \"\(earlier.shortened)\" in line \(earlierLine); "
        + "give each \(noun) an identifier of its own", line: line)
  }
}
