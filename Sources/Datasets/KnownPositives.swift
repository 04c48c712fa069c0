import Words

/// The documents that are known to fit each query, from all rows of the training data.
///
/// A known positive is no negative of its query: not where training takes the documents of other rows for negatives, not among
/// the negatives that a row names, not among those that mining finds. Two documents are the same when
///
/// - they have one identifier, or
/// - their texts are equal without letter case, white space, punctuation and normal form.
///
/// The same holds for queries, and both relations are followed through: a text with two identifiers joins them. A judgment
/// of grade 0 for a query itself counts more than the positives that it would get so (``JudgedNegatives``).
public struct KnownPositives: Sendable {
  /// A document of a row.
  public enum Candidate: Sendable, Equatable {
    /// The positive of a row.
    case positive(ofRow: Int)
    /// One of a row's negatives, by its index among them.
    case negative(Int, ofRow: Int)
  }

  /// A number for the query of every row; rows of the same query share it.
  public let queryClasses: [Int]
  private let positiveClasses: [Int]
  private let negativeClasses: [[Int]]
  /// The classes of the positives of each query class.
  private let positives: Groups
  /// The documents of the corpus in each document class that has a positive.
  private let corpusDocuments: [Int: [Int]]
  /// The document classes that judgments rule out, by the index of the row.
  private let ruledOut: [Int: Set<Int>]

  /// Learns the positives of all rows.
  ///
  /// - Parameters:
  ///   - corpus: The documents that ``documents(forQueryOf:)`` looks among.
  ///   - judged: The judgments that count more than the positives of queries with the same text.
  public init(rows: [TrainingRow], corpus: Corpus? = nil, judged: JudgedNegatives = JudgedNegatives()) {
    var queries = EqualityClasses()
    var documents = EqualityClasses()
    let queryEntries = rows.map { queries.insert(text: $0.query, id: $0.queryID) }
    let positiveEntries = rows.map { documents.insert(text: $0.positive, id: $0.positiveID) }
    let negativeEntries = rows.map { row in
      row.negatives.enumerated().map { index, text in
        documents.insert(text: text, id: row.negativeIDs.isEmpty ? nil : row.negativeIDs[index])
      }
    }
    for document in corpus?.documents ?? [] where !document.isBlank && documents.contains(id: document.id) {
      _ = documents.insert(text: document.content, id: document.id)
    }
    queryClasses = queryEntries.map { queries.root(of: $0) }
    positiveClasses = positiveEntries.map { documents.root(of: $0) }
    negativeClasses = negativeEntries.map { $0.map { documents.root(of: $0) } }
    positives = Groups(positiveClasses, by: queryClasses)
    ruledOut = Self.ruledOut(by: judged, rows, positiveClasses, &documents)
    let classes = Set(positiveClasses)
    corpusDocuments = corpus.map { Self.documents(of: $0, in: classes, &documents) } ?? [:]
  }

  /// True if a document is a positive of a row's query in some row; true also for the row's own positive.
  public func contains(_ candidate: Candidate, forQueryOf row: Int) -> Bool {
    let document =
      switch candidate {
      case .positive(let other): positiveClasses[other]
      case .negative(let index, let other): negativeClasses[other][index]
      }
    return positives.contains(document, in: queryClasses[row]) && !ruledOut[row, default: []].contains(document)
  }

  /// True if a judgment takes a positive of another row from a row's query.
  public func rulesOutPositives(forQueryOf row: Int) -> Bool { ruledOut[row] != nil }

  /// The indices of the corpus' documents that are a positive of a row's query in some row.
  public func documents(forQueryOf row: Int) -> Set<Int> {
    var found: Set<Int> = []
    for document in positives[queryClasses[row]] where !ruledOut[row, default: []].contains(document) {
      found.formUnion(corpusDocuments[document] ?? [])
    }
    return found
  }

  /// The classes of documents that judgments rule out for the query of each row, but for its own positives.
  private static func ruledOut(
    by judged: JudgedNegatives, _ rows: [TrainingRow], _ positiveClasses: [Int], _ documents: inout EqualityClasses
  ) -> [Int: Set<Int>] {
    if judged.judgments.isEmpty { return [:] }
    var ofQuery: [ExactText: Set<Int>] = [:]
    for judgment in judged.judgments {
      guard let root = documents.root(ofID: judgment.document) ?? documents.root(ofText: judgment.text) else {
        continue
      }
      ofQuery[ExactText(judgment.query), default: []].insert(root)
    }
    for (row, positive) in zip(rows, positiveClasses) {
      if let id = row.queryID { ofQuery[ExactText(id)]?.remove(positive) }
    }
    var ofRow: [Int: Set<Int>] = [:]
    for (index, row) in rows.enumerated() {
      if let id = row.queryID, let classes = ofQuery[ExactText(id)], !classes.isEmpty { ofRow[index] = classes }
    }
    return ofRow
  }

  /// The documents of a corpus in some classes: by content, or by the text alone where rows have the texts without titles.
  private static func documents(
    of corpus: Corpus, in wanted: Set<Int>, _ classes: inout EqualityClasses
  ) -> [Int: [Int]] {
    var found: [Int: [Int]] = [:]
    for (index, document) in corpus.documents.enumerated() where !document.isBlank {
      let texts = document.title.isBlank ? [document.content] : [document.content, document.text]
      let roots = Set(texts.compactMap { $0.isBlank ? nil : classes.root(ofText: $0) })
      for root in roots where wanted.contains(root) { found[root, default: []].append(index) }
    }
    return found
  }
}

/// Values in groups; most groups have one or two, a few very many.
private struct Groups: Sendable {
  /// The values, those of one group together and in ascending order.
  private let values: [Int]
  /// The offsets of the groups; one more than there are.
  private let starts: [Int]

  /// Sorts values by group, ascending in each (counting sort).
  init(_ values: [Int], by groups: [Int]) {
    var starts = [Int](repeating: 0, count: (groups.max() ?? -1) + 2)
    for group in groups { starts[group + 1] += 1 }
    for group in 1..<starts.count { starts[group] += starts[group - 1] }
    var next = starts
    var sorted = values
    for (value, group) in zip(values, groups) {
      sorted[next[group]] = value
      next[group] += 1
    }
    for group in 1..<starts.count where starts[group] - starts[group - 1] > 1 {
      sorted[starts[group - 1]..<starts[group]].sort()
    }
    (self.values, self.starts) = (sorted, starts)
  }

  subscript(group: Int) -> ArraySlice<Int> { values[starts[group]..<starts[group + 1]] }

  func contains(_ value: Int, in group: Int) -> Bool {
    var (low, high) = (starts[group], starts[group + 1])
    while low < high {
      let middle = (low + high) / 2
      if values[middle] == value { return true }
      if values[middle] < value { low = middle + 1 } else { high = middle }
    }
    return false
  }
}
