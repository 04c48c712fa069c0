import Words

/// The identifiers of the documents of an index, with their order for ties.
struct DocumentIDs: Sendable {
  /// The identifiers, by position in the index.
  let ids: [String]
  /// For every position, the rank of its identifier among all, ordered by UTF-8 bytes.
  let ranks: [UInt32]
  /// For every rank, the position in the index: the inverse of ``ranks``.
  let positions: [UInt32]

  /// - Throws: `RetrievalError` when an identifier occurs twice or there are more than 2³² − 1.
  init(_ ids: [String]) throws(RetrievalError) {
    guard let count = UInt32(exactly: ids.count) else {
      throw RetrievalError("an index holds at most \(UInt32.max) documents, found \(ids.count); split the corpus")
    }
    let keys = ids.map { ExactText($0) }
    let positions = (0..<count).sorted { keys[Int($0)] < keys[Int($1)] }
    var ranks = [UInt32](repeating: 0, count: ids.count)
    for (rank, position) in positions.enumerated() {
      ranks[Int(position)] = UInt32(rank)
      if rank > 0, keys[Int(positions[rank - 1])] == keys[Int(position)] {
        throw RetrievalError(
          "document \"\(ids[Int(position)])\" occurs twice in the corpus; give each document an identifier of its own")
      }
    }
    self.ids = ids
    self.ranks = ranks
    self.positions = positions
  }
}
