import Kernels

/// The split of a batch of sequences into chunks whose activations fit a budget of tokens.
///
/// The engine has no padding, so any sequences may share a chunk at no cost; a plan only decides how much is encoded
/// twice. Sequences are placed longest first, each in the first chunk that has room (first-fit decreasing; Johnson
/// 1973). The chunk that was filled first comes last, where `cachedGradients` keeps it: it is full, so that as little
/// as possible is encoded twice, and the sequences encoded twice are the shortest, whose tokens cost least, since
/// attention grows with the square of the length. Two chunks never fit the budget together.
///
/// A sequence longer than the budget is a chunk of its own. A batch within the budget is one chunk in its own order.
///
/// Memory: at most `budget` tokens (or the one sequence that is longer) keep their activations at once; all embeddings
/// and their gradients, [rows, width] twice, come on top. The budget does not affect the loss: in-batch negatives are
/// always those of the whole batch.
public struct ChunkPlan: Equatable, Sendable {
  /// The rows of each chunk, as indices into the batch, ascending in a chunk.
  public let chunks: [[Int]]
  /// The index of each row of the batch among the rows of all chunks, one after the other: `gatherRows(places)`
  /// restores the batch's order.
  public let places: [Int]

  /// Makes a plan; it depends on its arguments only.
  ///
  /// - Parameters:
  ///   - lengths: the number of tokens of each sequence.
  ///   - budget: the tokens whose activations may be in memory at once, at least 1.
  public init(lengths: [Int], budget: Int) {
    require(budget > 0 && lengths.allSatisfy { $0 >= 0 }, "chunk plan: a budget of \(budget) tokens for \(lengths)")
    chunks = Self.packed(lengths, budget: budget)
    var places = [Int](repeating: 0, count: lengths.count)
    for (place, row) in chunks.joined().enumerated() { places[row] = place }
    self.places = places
  }

  private static func packed(_ lengths: [Int], budget: Int) -> [[Int]] {
    if lengths.reduce(0, +) <= budget { return [Array(lengths.indices)] }
    var chunks: [(rows: [Int], room: Int)] = []
    for row in lengths.indices.sorted(by: { (-lengths[$0], $0) < (-lengths[$1], $1) }) {
      if let chunk = chunks.firstIndex(where: { $0.room >= lengths[row] }) {
        chunks[chunk].rows.append(row)
        chunks[chunk].room -= lengths[row]
      } else {
        chunks.append(([row], budget - lengths[row]))
      }
    }
    return chunks.reversed().map { $0.rows.sorted() }
  }
}
