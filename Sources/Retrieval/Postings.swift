/// The inverted index: for every term the documents that have it, in ascending order, and how often.
struct Postings: Sendable {
  /// The offsets of each term's entries; one more than there are terms.
  fileprivate let starts: [Int]
  /// The documents of all terms, term by term.
  let documents: [UInt32]
  /// The occurrences of the term in the document.
  let frequencies: [UInt32]

  /// The entries of a term.
  func range(of term: Int) -> Range<Int> { starts[term]..<starts[term + 1] }
}

/// Collects the terms of documents one after the other.
struct PostingsCollector {
  private var terms: [UInt32] = []
  private var frequencies: [UInt32] = []
  /// The end of each document's entries.
  private var ends: [Int] = []

  /// Adds the next document by its terms, which are put in order.
  mutating func append(_ documentTerms: inout [UInt32]) {
    documentTerms.sort()
    var previous: UInt32?
    for term in documentTerms {
      if term == previous {
        frequencies[frequencies.count - 1] += 1
      } else {
        terms.append(term)
        frequencies.append(1)
      }
      previous = term
    }
    ends.append(terms.count)
  }

  /// Turns the entries around, from documents with terms to terms with documents, by counting.
  func finish(termCount: Int) -> Postings {
    var starts = [Int](repeating: 0, count: termCount + 1)
    for term in terms { starts[Int(term) + 1] += 1 }
    for term in 0..<termCount { starts[term + 1] += starts[term] }
    var next = starts
    var documents = [UInt32](repeating: 0, count: terms.count)
    var turnedFrequencies = documents
    var index = 0
    for (document, end) in ends.enumerated() {
      while index < end {
        let slot = next[Int(terms[index])]
        next[Int(terms[index])] += 1
        documents[slot] = UInt32(truncatingIfNeeded: document)
        turnedFrequencies[slot] = frequencies[index]
        index += 1
      }
    }
    return Postings(starts: starts, documents: documents, frequencies: turnedFrequencies)
  }
}
