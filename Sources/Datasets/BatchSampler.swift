import DequeModule
import Files
import OrderedCollections

/// Cuts training rows into batches, in an order that depends on the seed and the epoch only, or in their own.
///
/// Every row is in exactly one batch of an epoch. With unique texts no query and no positive is in two rows of a batch, since
/// what fits one query would else count as a negative of another: a row that would repeat a text waits for a later batch.
/// Texts are the same as ``KnownPositives`` has it, without case, white space, punctuation and normal form. All batches but the last then have the wanted size as long as enough
/// different texts are left; where few are, as with one text in all rows, batches are small, but none is empty.
///
/// Negatives have no say: ``RowBatch`` makes equal documents one column, and the number of batches must not change when negatives
/// are mined anew in the course of a training run.
public struct BatchSampler: Sendable {
  /// The wanted number of rows of a batch.
  public let batchSize: Int
  /// The seed of the order, together with the epoch.
  public let seed: UInt64
  private let rowCount: Int
  /// The rows that a batch can have at most.
  private let largestBatch: Int
  private let isShuffled: Bool
  /// The distinct texts of every row as numbers, or nil when texts may repeat.
  private let texts: [[Int]]?

  /// Prepares batches of rows.
  ///
  /// - Parameters:
  ///   - rows: The training data.
  ///   - batchSize: The rows of a full batch, at least 1.
  ///   - seed: The seed of the order, together with the epoch.
  ///   - uniqueTexts: True if no query and no positive may be in two rows of a batch.
  /// - Throws: `DatasetError` when `batchSize` is below 1.
  public init(rows: [TrainingRow], batchSize: Int, seed: UInt64, uniqueTexts: Bool) throws(DatasetError) {
    try self.init(
      count: rows.count, batchSize: batchSize, seed: seed, isShuffled: true,
      texts: uniqueTexts ? Self.numberedTexts(of: rows) : nil)
  }

  private init(count: Int, batchSize: Int, seed: UInt64, isShuffled: Bool, texts: [[Int]]?) throws(DatasetError) {
    guard batchSize >= 1 else {
      throw DatasetError("expected a batch size of at least 1, found \(batchSize); give a larger one", kind: .badRecipe)
    }
    // A batch of more rows than there are is one of all of them.
    self.batchSize = batchSize
    self.seed = seed
    rowCount = count
    largestBatch = min(batchSize, max(1, count))
    self.isShuffled = isShuffled
    self.texts = texts
  }

  /// Prepares batches of what may stand in any batch, such as groups of documents.
  ///
  /// - Parameter isShuffled: True if every epoch has an order of its own; else all have that of the data.
  /// - Throws: `DatasetError` when `batchSize` is below 1.
  public init(count: Int, batchSize: Int, seed: UInt64, isShuffled: Bool = true) throws(DatasetError) {
    try self.init(count: count, batchSize: batchSize, seed: seed, isShuffled: isShuffled, texts: nil)
  }

  /// The batches of an epoch: the indices of their rows in the training data.
  ///
  /// - Parameter epoch: The pass over the data, from 0 on.
  public func batches(epoch: Int) -> [[Int]] {
    let order = isShuffled ? StableRandom(seed: seed, epoch: epoch).shuffled(rowCount) : Array(0..<rowCount)
    if let texts {
      var packing = UniquePacking(order: order, texts: texts, batchSize: largestBatch)
      return packing.batches()
    }
    return stride(from: 0, to: rowCount, by: largestBatch).map { start in
      Array(order[start..<min(rowCount, start + largestBatch)])
    }
  }

  private static func numberedTexts(of rows: [TrainingRow]) -> [[Int]] {
    var distinct: OrderedSet<TextKey> = []
    return rows.map { row in
      let query = distinct.append(TextKey(row.query)).index
      let positive = distinct.append(TextKey(row.positive)).index
      return query == positive ? [query] : [query, positive]
    }
  }
}

/// Packs rows into batches without repeated texts.
///
/// A row that cannot go into the batch waits in the queue of the text that is in its way. Of each queue only the
/// first row is tried for a batch: the others want the same text. So a row is tried a few times, not once per batch,
/// and the work stays in proportion to the rows even when all are alike.
private struct UniquePacking {
  private let order: [Int]
  private let texts: [[Int]]
  private let batchSize: Int
  /// The index in `order` of the next row that was never tried.
  private var next = 0
  /// The batch in which each text was used last.
  private var lastUse: [Int]
  /// The waiting rows by the text they wait for.
  private var queues: [Int: Deque<Int>] = [:]
  /// The texts with a queue, in the order in which they are served.
  private var turns: Deque<Int> = []

  init(order: [Int], texts: [[Int]], batchSize: Int) {
    self.order = order
    self.texts = texts
    self.batchSize = batchSize
    lastUse = [Int](repeating: -1, count: (texts.lazy.compactMap { $0.max() }.max() ?? -1) + 1)
  }

  mutating func batches() -> [[Int]] {
    var batches: [[Int]] = []
    while next < order.count || !turns.isEmpty { batches.append(batch(batches.count)) }
    return batches
  }

  /// The next batch: rows that wait come first, then new ones.
  private mutating func batch(_ number: Int) -> [Int] {
    var rows: [Int] = []
    // Bounds the rows moved from queue to queue in one batch; only contrived data comes near it.
    var movesLeft = 8 * batchSize + 1000
    var served: [Int] = []
    while rows.count < batchSize, movesLeft > 0, let text = turns.popFirst() {
      served.append(text)
      while lastUse[text] != number, movesLeft > 0, let row = queues[text]?.popFirst() {
        if let obstacle = obstacle(row, number) {
          wait(row, obstacle)
          movesLeft -= 1
        } else {
          use(row, number, &rows)
        }
      }
    }
    for text in served {
      if queues[text]?.isEmpty == false { turns.append(text) } else { queues[text] = nil }
    }
    while rows.count < batchSize, next < order.count {
      let row = order[next]
      next += 1
      if let obstacle = obstacle(row, number) { wait(row, obstacle) } else { use(row, number, &rows) }
    }
    return rows
  }

  private func obstacle(_ row: Int, _ number: Int) -> Int? {
    texts[row].first { lastUse[$0] == number }
  }

  private mutating func use(_ row: Int, _ number: Int, _ rows: inout [Int]) {
    for text in texts[row] { lastUse[text] = number }
    rows.append(row)
  }

  private mutating func wait(_ row: Int, _ text: Int) {
    if queues[text] == nil {
      queues[text] = []
      turns.append(text)
    }
    queues[text]?.append(row)
  }
}
