import Files

/// `merges.txt`, the older form of the merges of a byte-level tokenizer: two tokens a line.
///
/// Upstream: `models/bpe/model.rs`, `read_file`.
enum MergesFile {
  static func read(_ file: String) throws(TokenizerError) -> MergeList {
    let bytes = try JSONNode.bytes(of: file)
    var merges = MergeList()
    merges.reserveCapacity(bytes.count / 8)
    var start = 0
    var line = 0
    while start < bytes.count {
      line += 1
      var end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      let next = end + 1
      guard UTF8Text.isValid(bytes[start..<end]) else { throw TokenizerError("\(file):\(line): not UTF-8 text") }
      if end < bytes.count, end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
      guard merges.append(line: bytes[start..<end]) else {
        let found = JSONNode.quoted(String(decoding: bytes[start..<end], as: UTF8.self))
        throw TokenizerError("\(file):\(line): the line is \(found); expected two tokens with a space between them")
      }
      guard merges.count <= Limits.merges else {
        throw TokenizerError("\(file): the file has more than \(Limits.merges) merges; no more are read")
      }
      start = next
    }
    return merges
  }

  /// The tokens of the merges of a model.
  static func tokens(of model: BytePairs) -> [(left: String, right: String)] {
    func token(_ id: Int32) -> String { model.vocabulary.token(id) ?? "" }
    return (0..<model.merges.count).map { (token(model.merges[$0].left), token(model.merges[$0].right)) }
  }

  /// The merges of a model as lines; nil where a token could not be told from what surrounds it.
  static func lines(of model: BytePairs) -> [String]? {
    var lines: [String] = []
    for (left, right) in tokens(of: model) {
      guard !left.hasPrefix("#version"),
        !(left + right).utf8.contains(where: { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D })
      else { return nil }
      lines.append(left + " " + right)
    }
    return lines
  }
}
