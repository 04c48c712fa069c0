/// The object `model.vocab` of `tokenizer.json`, read by a ``ModelCursor``.
struct VocabularyScan {
  /// The tokens in the order of the file.
  private(set) var table: ByteTable
  /// Their ids.
  private(set) var ids: [Int32] = []
  /// The file with an empty object instead of the vocabulary.
  private(set) var rest: [UInt8] = []

  /// Nil where there is no such object, or it is not in order.
  init?(_ bytes: [UInt8]) {
    guard var cursor = ModelCursor(bytes, member: "vocab", opening: "{") else { return nil }
    table = ByteTable(capacity: cursor.remaining / 16)
    repeat {
      guard cursor.readString(atMost: Limits.tokenBytes, { table.insert($0).isNew }) == true, cursor.take(":"),
        let id = cursor.readID(), ids.count < Limits.tokens
      else { return nil }
      ids.append(id)
    } while cursor.take(",")
    guard cursor.take("}") else { return nil }
    rest = cursor.rest
  }
}
