import OrderedCollections
import Words

/// The documents that are known to fit each query, from all rows of the training data.
///
/// In-batch training takes the documents of other rows for negatives. Where the same query is in several rows, or the same
/// document fits several queries, some of them are positives; a loss masks them. Queries are the same when their texts or
/// their identifiers are equal, documents likewise; both relations are followed through (a text with two identifiers joins them).
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
  /// The classes of all positives, those of one query class together and in ascending order.
  private let positives: [Int]
  /// The offsets of the positives of each query class; one more than there are classes.
  private let starts: [Int]

  /// Learns the positives of all rows.
  public init(rows: [TrainingRow]) {
    var queries = EqualityClasses()
    var documents = EqualityClasses()
    let queryEntries = rows.map { queries.insert(text: $0.query, id: $0.queryID) }
    let positiveEntries = rows.map { documents.insert(text: $0.positive, id: $0.positiveID) }
    let negativeEntries = rows.map { row in
      row.negatives.enumerated().map { index, text in
        documents.insert(text: text, id: row.negativeIDs.isEmpty ? nil : row.negativeIDs[index])
      }
    }
    queryClasses = queryEntries.map { queries.root(of: $0) }
    positiveClasses = positiveEntries.map { documents.root(of: $0) }
    negativeClasses = negativeEntries.map { $0.map { documents.root(of: $0) } }
    (positives, starts) = Self.grouped(positiveClasses, by: queryClasses)
  }

  /// True if a document is a positive of a row's query in some row; true also for the row's own positive.
  public func contains(_ candidate: Candidate, forQueryOf row: Int) -> Bool {
    let document =
      switch candidate {
      case .positive(let other): positiveClasses[other]
      case .negative(let index, let other): negativeClasses[other][index]
      }
    return contains(document, forClass: queryClasses[row])
  }

  /// True if a query class has a document class among its positives; most have one or two, a few very many.
  private func contains(_ document: Int, forClass query: Int) -> Bool {
    var low = starts[query]
    var high = starts[query + 1]
    while low < high {
      let middle = (low + high) / 2
      if positives[middle] == document { return true }
      if positives[middle] < document { low = middle + 1 } else { high = middle }
    }
    return false
  }

  /// Values in the order of their groups, ascending in each, and where each group starts (counting sort).
  private static func grouped(_ values: [Int], by groups: [Int]) -> (values: [Int], starts: [Int]) {
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
    return (sorted, starts)
  }
}

/// Sorts things into classes by two keys: things that share a text or an identifier are the same (union and find).
private struct EqualityClasses {
  private var parents: [Int] = []
  private var texts: OrderedSet<ExactText> = []
  private var ids: OrderedSet<ExactText> = []
  /// The entry of every text and of every identifier, by their numbers.
  private var textEntries: [Int] = []
  private var idEntries: [Int] = []

  /// The entry of a thing; entries of one class have one root.
  mutating func insert(text: String, id: String?) -> Int {
    let entry = Self.entry(texts.append(ExactText(text)), &textEntries, &parents)
    if let id { join(entry, Self.entry(ids.append(ExactText(id)), &idEntries, &parents)) }
    return entry
  }

  mutating func root(of entry: Int) -> Int {
    var entry = entry
    while parents[entry] != entry {
      parents[entry] = parents[parents[entry]]
      entry = parents[entry]
    }
    return entry
  }

  private mutating func join(_ first: Int, _ second: Int) {
    let roots = (root(of: first), root(of: second))
    parents[max(roots.0, roots.1)] = min(roots.0, roots.1)
  }

  private static func entry(
    _ found: (inserted: Bool, index: Int), _ entries: inout [Int], _ parents: inout [Int]
  ) -> Int {
    if found.inserted {
      entries.append(parents.count)
      parents.append(parents.count)
    }
    return entries[found.index]
  }
}
