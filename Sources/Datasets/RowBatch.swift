import OrderedCollections
import Words

/// The texts of one training step, every document once, and which of them answer which query.
///
/// A document that several rows name is one column: it is encoded once, counts once against every query, and is never a
/// negative of a query that it answers. Documents are the same when their UTF-8 bytes are.
public struct RowBatch: Sendable, Equatable {
  /// The queries, one per row.
  public let queries: [String]
  /// The different documents: the positives in the order of the rows, then what the negatives add, row by row.
  public let documents: [String]
  /// The column of each row's positive.
  public let positives: [Int]
  /// The columns of each row's own negatives.
  public let negatives: [[Int]]
  /// The columns that answer each query according to any row of the training data, its positive among them.
  public let knownPositives: [[Int]]

  /// Lays out some rows.
  ///
  /// - Parameters:
  ///   - indices: The rows of the batch.
  ///   - rows: The training data.
  ///   - known: The positives that all rows name.
  public init(_ indices: [Int], of rows: [TrainingRow], known: KnownPositives) {
    var distinct: OrderedSet<ExactText> = []
    /// The first row that names each column, and as what.
    var columns: [KnownPositives.Candidate] = []
    func column(_ text: String, _ candidate: KnownPositives.Candidate) -> Int {
      let (isNew, number) = distinct.append(ExactText(text))
      if isNew { columns.append(candidate) }
      return number
    }
    positives = indices.map { column(rows[$0].positive, .positive(ofRow: $0)) }
    negatives = indices.map { row in
      rows[row].negatives.enumerated().map { column($0.element, .negative($0.offset, ofRow: row)) }
    }
    queries = indices.map { rows[$0].query }
    documents = distinct.map(\.text)
    knownPositives = indices.map { row in columns.indices.filter { known.contains(columns[$0], forQueryOf: row) } }
  }
}

extension [TrainingRow] {
  /// The rows with at most so many negatives each, drawn anew in every epoch, all equally likely.
  ///
  /// A drawn negative keeps its identifier and its teacher's score. The draw depends on the seed, the epoch and the row's index only.
  public func drawingNegatives(_ count: Int, epoch: Int, seed: UInt64) -> [TrainingRow] {
    // Another stream than the one that orders the rows.
    let random = StableRandom(seed: seed ^ 0x6472_6177_6e65_6761, epoch: epoch)
    return enumerated().map { number, row in
      let pool = row.negatives.count
      if pool <= count { return row }
      var order = Array<Int>(0..<pool)
      for index in 0..<count {
        order.swapAt(index, index + random.index(below: pool - index, at: number << 20 | index))
      }
      return row.keepingNegatives(order.prefix(count).sorted())
    }
  }
}
