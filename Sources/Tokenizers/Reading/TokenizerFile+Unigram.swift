import JSONText

/// The scores of the pieces of a Unigram model.
struct PieceScores {
  /// As the library reads them.
  var upstream: [Double] = []
  /// As Python reads them.
  var nearest: [Double] = []

  init(capacity: Int) {
    upstream.reserveCapacity(capacity)
    nearest.reserveCapacity(capacity)
  }

  /// Adds a score.
  ///
  /// - Returns: False where it is no finite number.
  mutating func append(_ number: DecimalNumber) -> Bool {
    let (first, second) = (number.asUpstream, number.nearest)
    upstream.append(first)
    nearest.append(second)
    return first.isFinite && second.isFinite
  }
}

/// The array `model.vocab` of `tokenizer.json`, read by a ``ModelCursor``.
struct PieceScan {
  /// The pieces in the order of the file.
  private(set) var table: ByteTable
  private(set) var scores: PieceScores
  /// The file with an empty array instead of the pieces.
  private(set) var rest: [UInt8] = []

  /// Nil where there is no such array, or it is not in order.
  init?(_ bytes: [UInt8]) {
    guard var cursor = ModelCursor(bytes, member: "vocab", opening: "[") else { return nil }
    table = ByteTable(capacity: cursor.remaining / 32)
    scores = PieceScores(capacity: cursor.remaining / 32)
    repeat {
      guard cursor.take("["), cursor.readString(atMost: Limits.tokenBytes, { table.insert($0).isNew }) == true,
        cursor.take(","), let score = cursor.readNumber(), scores.append(score), table.count <= Limits.tokens,
        cursor.take("]")
      else { return nil }
    } while cursor.take(",")
    guard cursor.take("]") else { return nil }
    rest = cursor.rest
  }
}

extension TokenizerFile {
  /// The model `Unigram`.
  static func readUnigram(_ node: JSONNode, _ scan: ModelScan) throws(TokenizerError) -> Unigram {
    let fields = try node.fields("type", "unk_id", "vocab", "byte_fallback")
    let list = try fields["vocab"]
    let (table, scores) = if let pieces = scan.pieces { (pieces.table, pieces.scores) } else { try readPieces(list) }
    let unknownID = try fields.optional("unk_id")?.integer(0...(table.count - 1))
    return Unigram(
      vocabulary: try vocabulary(list, table, Array(0..<Int32(table.count))), scores: scores.upstream,
      nearestScores: scores.nearest, unknownID: unknownID.map(Int32.init),
      fallsBackToBytes: try node.member("byte_fallback")?.boolean() ?? false)
  }

  /// `[["<unk>", 0.0], ["▁", -2.0], …]`.
  private static func readPieces(_ node: JSONNode) throws(TokenizerError) -> (ByteTable, PieceScores) {
    let elements = try node.elements(atMost: Limits.tokens)
    guard !elements.isEmpty else { throw node.error("\(node.path) is empty; expected at least one piece") }
    var table = ByteTable(capacity: elements.count)
    var scores = PieceScores(capacity: elements.count)
    for element in elements {
      guard case .array(let pair) = element.value, pair.count == 2, case .string(let text) = pair[0] else {
        throw element.unexpected("a piece and its score, such as [\"a\", -2.5]")
      }
      try element.check(text, limit: Limits.tokenBytes)
      let (number, isNew) = table.insert(text.utf8)
      guard isNew else {
        throw element.error(
          "\(element.path) is \(JSONNode.quoted(text)), which is the piece \(number) already; pieces must be unique")
      }
      let score = try element.elements()[1]
      var position = 0
      guard case .number(let digits) = score.value, let number = DecimalNumber(Array(digits.utf8), &position),
        scores.append(number)
      else { throw score.unexpected("a number within the range of a double") }
    }
    return (table, scores)
  }
}
