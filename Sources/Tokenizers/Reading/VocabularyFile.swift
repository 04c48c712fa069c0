import Files

/// Reads `vocab.txt`, the older form of a BERT tokenizer, with the settings of its configuration.
///
/// Upstream: `models/wordpiece/mod.rs`, `read_file`, for the vocabulary; `BertTokenizer` of transformers for the rest.
enum VocabularyFile {
  static func read(_ file: String, _ configuration: Configuration) throws(TokenizerError) -> TokenizerParts {
    let options = try configuration.bertOptions()
    let vocabulary = try readVocabulary(file)
    let unknown = try configuration.specialToken("unk_token", "[UNK]")
    let model = WordPiece(
      vocabulary: vocabulary, unknownToken: unknown.text, continuation: "##", maximumWordLength: 100)
    let classifier = try configuration.specialToken("cls_token", "[CLS]")
    let separator = try configuration.specialToken("sep_token", "[SEP]")
    let padding = try configuration.specialToken("pad_token", "[PAD]")
    let mask = try configuration.specialToken("mask_token", "[MASK]")
    var parts = TokenizerParts(model: model, paddingToken: padding.text)
    parts.addedTokens = try configuration.addedTokens(after: vocabulary)
    var seen = ByteTable(capacity: 8)
    for token in parts.addedTokens { _ = seen.insert(token.content) }
    for special in [padding, unknown, classifier, separator, mask] + (try configuration.additionalSpecialTokens()) {
      guard seen.insert(special.token.content).isNew else { continue }
      guard let id = vocabulary.id(of: special.token.content) else {
        // Nothing needs these two.
        if special.name == padding.name || special.name == mask.name { continue }
        throw TokenizerError(
          "\(file): the token \(JSONNode.quoted(special.text)) is missing; \(special.name) needs it")
      }
      var token = special.token
      token.id = id
      parts.addedTokens.append(token)
    }
    parts.normalizer = .bert(options)
    parts.preTokenizer = .scanner(WordScanner(.bert))
    guard let first = vocabulary.id(of: classifier.token.content),
      let last = vocabulary.id(of: separator.token.content)
    else { throw TokenizerError("\(file): the tokens of cls_token and sep_token must stand in it") }
    let single: [[PostProcessor.Part]] = [
      [.special(id: first, typeID: 0)], [.text(0, typeID: 0)], [.special(id: last, typeID: 0)],
    ]
    parts.postProcessorSteps = [
      .template(single: single, pair: single + [[.text(1, typeID: 1)], [.special(id: last, typeID: 1)]])
    ]
    return parts
  }

  /// One token a line, its id the number of the line from 0 on; of equal lines the last one counts.
  private static func readVocabulary(_ file: String) throws(TokenizerError) -> Vocabulary {
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
