import Files

/// Reads `vocab.txt`, the older form of the vocabulary of a BERT tokenizer.
///
/// Upstream: `models/wordpiece/mod.rs`, `read_file`.
enum VocabularyFile {
  /// One token a line, its id the number of the line from 0 on; of equal lines the last one counts.
  static func read(_ file: String) throws(TokenizerError) -> Vocabulary {
    let bytes = try JSONNode.bytes(of: file)
    var table = ByteTable(capacity: bytes.count / 8)
    var ids: [Int32] = []
    var start = 0
    var line = 0
    while start < bytes.count {
      line += 1
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      guard UTF8Text.isValid(bytes[start..<end]) else { throw TokenizerError("\(file):\(line): not UTF-8 text") }
      let token = Whitespace.trimmed(start..<end, of: bytes, left: false, right: true)
      guard token.count <= Limits.tokenBytes else {
        throw TokenizerError(
          "\(file):\(line): the token has \(token.count) bytes; at most \(Limits.tokenBytes) are read")
      }
      guard line <= Limits.tokens else {
        throw TokenizerError("\(file): the file has more than \(Limits.tokens) tokens; no more are read")
      }
      let (index, isNew) = table.insert(bytes[token])
      if isNew { ids.append(Int32(line - 1)) } else { ids[index] = Int32(line - 1) }
      start = end + 1
    }
    guard !ids.isEmpty else { throw TokenizerError("\(file): the file is empty; expected one token a line") }
    do throws(Vocabulary.Clash) {
      return try Vocabulary(table: table, ids: ids)
    } catch {
      // Every line has its own number.
      throw TokenizerError("\(file): the id \(error.id) stands for two tokens", kind: .internalError)
    }
  }
}
