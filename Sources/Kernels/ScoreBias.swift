/// A number added to each attention score, by head and by the position of the key relative to the query.
///
///     s[i, j] += table[row(j − i), head]
package struct ScoreBias: Sendable {
  private let table: FloatBuffer
  private let heads: Int
  /// The row of the table for a key before the query, by distance; the last holds for all distances beyond.
  private let before: [Int32]
  /// The same for a key after the query.
  private let after: [Int32]

  /// Makes the bias.
  ///
  /// - Shape: table `[rows, heads]`
  package init(table: FloatBuffer, heads: Int, before: [Int32], after: [Int32]) {
    let rows = heads > 0 ? table.count / heads : 0
    require(
      !before.isEmpty && !after.isEmpty && rows * heads == table.count
        && (before + after).allSatisfy { $0 >= 0 && $0 < rows },
      "score bias: the table has \(table.count) numbers for \(heads) heads and rows up to \((before + after).max() ?? 0)"
    )
    self.table = table
    self.heads = heads
    self.before = before
    self.after = after
  }

  /// The number of rows of the table.
  var rows: Int { table.count / heads }

  /// The row of the table for a key so many tokens after the query.
  @inline(__always)
  private func row(_ distance: Int) -> Int {
    Int(distance > 0 ? after[min(distance, after.count - 1)] : before[min(-distance, before.count - 1)])
  }

  // MARK: - All scores of a head

  /// The floats of a head's biases, one for each relative position from −(count − 1) to count − 1, and a lane of zeros.
  static func diagonalCount(of count: Int) -> Int { 2 * count + laneCount }

  /// Lays out a head's biases by relative position: those of query i with key 0 on begin at `count − 1 − i`.
  func layDiagonals(of head: Int, count: Int, into target: UnsafeMutablePointer<Float>) {
    for index in 0..<2 * count - 1 { target[index] = table.base[row(index - (count - 1)) * heads + head] }
    for index in 2 * count - 1..<Self.diagonalCount(of: count) { target[index] = 0 }
  }

  /// Adds up the gradients of a head's relative positions into `rows` numbers.
  func sumDiagonals(_ gradients: UnsafePointer<Float>, count: Int, into target: UnsafeMutablePointer<Float>) {
    target.update(repeating: 0, count: rows)
    for index in 0..<2 * count - 1 { target[row(index - (count - 1))] += gradients[index] }
  }

  // MARK: - The scores of one query

  /// Adds the biases of all heads to the scores of one query.
  ///
  /// - Parameter first: the position of the first key relative to the query.
  /// - Shape: scores `[heads, stride]`, of which `count` columns are keys
  func add(to scores: UnsafeMutablePointer<Float>, stride: Int, count: Int, first: Int) {
    for key in 0..<count {
      let biases = table.base + row(first + key) * heads
      for head in 0..<heads { scores[head * stride + key] += biases[head] }
    }
  }

  /// Adds the gradients of one query's scores to `target`.
  ///
  /// - Shape: gradients `[heads, stride]`, target `[rows, heads]`
  func sum(
    _ gradients: UnsafePointer<Float>, stride: Int, count: Int, first: Int, into target: UnsafeMutablePointer<Float>
  ) {
    for key in 0..<count {
      let sums = target + row(first + key) * heads
      for head in 0..<heads { sums[head] += gradients[head * stride + key] }
    }
  }

  // MARK: - The gradient of the table

  /// The gradient of the table from the sums of each sequence: added in their order, so that it does not depend on the
  /// threads.
  ///
  /// - Parameter index: where the sum of (sequence, row, head) is.
  func gradient(
    from sums: FloatBuffer, sequences: Int, at index: (_ sequence: Int, _ row: Int, _ head: Int) -> Int
  ) -> FloatBuffer {
    let result = FloatBuffer(uninitialized: table.count)
    for row in 0..<rows {
      for head in 0..<heads {
        var total = 0.0
        for sequence in 0..<sequences { total += Double(sums.base[index(sequence, row, head)]) }
        result.base[row * heads + head] = Float(total)
      }
    }
    return result
  }
}
