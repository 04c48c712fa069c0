import Words

/// The identifiers of the documents of an index, with their order for ties.
struct DocumentIDs: Sendable {
  /// The identifiers, by position in the index.
  let ids: [String]
  /// For every position, the place of its identifier among all, ordered by UTF-8 bytes.
  let places: [UInt32]
  /// For every place, the position in the index: the inverse of ``places``.
  let positions: [UInt32]

  /// - Throws: `RetrievalError` when an identifier occurs twice or there are more than 2³² − 1.
  init(_ ids: [String]) throws(RetrievalError) {
    guard let count = UInt32(exactly: ids.count) else {
      throw RetrievalError("an index holds at most \(UInt32.max) documents, found \(ids.count); split the corpus")
    }
    let keys = ids.map { ExactText($0) }
    let positions = (0..<count).sorted { keys[Int($0)] < keys[Int($1)] }
    var places = [UInt32](repeating: 0, count: ids.count)
    for (place, position) in positions.enumerated() {
      places[Int(position)] = UInt32(place)
      if place > 0, keys[Int(positions[place - 1])] == keys[Int(position)] {
        throw RetrievalError(
          "document \"\(ids[Int(position)])\" occurs twice in the corpus; give each document an identifier of its own")
      }
    }
    self.ids = ids
    self.places = places
    self.positions = positions
  }
}
