/// The array `model.merges` of `tokenizer.json`, read by a ``ModelCursor``.
struct MergeScan {
  private(set) var merges = MergeList()
  /// The file with an empty array instead of the merges.
  private(set) var rest: [UInt8] = []

  /// Nil where there is no such array, or it is not in order.
  init?(_ bytes: [UInt8]) {
    guard var cursor = ModelCursor(bytes, member: "merges", opening: "[") else { return nil }
    merges.reserveCapacity(cursor.remaining / 16)
    var arePairs: Bool?
    repeat {
      let isPair = cursor.take("[")
      guard merges.count < Limits.merges, arePairs ?? isPair == isPair else { return nil }
      arePairs = isPair
      if isPair {
        guard cursor.readString(atMost: Limits.tokenBytes, { merges.appendPart($0) }) != nil, cursor.take(","),
          cursor.readString(atMost: Limits.tokenBytes, { merges.appendPart($0) }) != nil, cursor.take("]")
        else { return nil }
      } else {
        guard cursor.readString(atMost: 2 * Limits.tokenBytes, { merges.append(line: $0) }) == true else { return nil }
      }
    } while cursor.take(",")
    guard cursor.take("]") else { return nil }
    rest = cursor.rest
  }
}
