import JSONText

/// The large parts of a model, where they could be read straight from the bytes.
struct ModelScan {
  private(set) var vocabulary: VocabularyScan?
  /// The vocabulary where it is a list of pieces.
  private(set) var pieces: PieceScan?
  private(set) var merges: MergeScan?
  /// The file with these parts empty.
  private(set) var rest: [UInt8] = []

  /// Nothing that was read.
  init() {}

  init(_ bytes: [UInt8]) {
    rest = bytes
    vocabulary = VocabularyScan(rest)
    if let vocabulary { rest = vocabulary.rest } else { pieces = PieceScan(rest) }
    if let pieces { rest = pieces.rest }
    merges = MergeScan(rest)
    if let merges { rest = merges.rest }
  }
}

extension TokenizerFile {
  static func readBytePairs(_ node: JSONNode, _ scan: ModelScan) throws(TokenizerError) -> BytePairs {
    let fields = try node.fields(
      "type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk", "byte_fallback",
      "ignore_merges", "vocab", "merges")
    if let dropout = fields.optional("dropout"), dropout.value.doubleValue != 0 {
      throw dropout.unexpected("0 or null: with dropout a text has other tokens each time")
    }
    let options = BytePairs.Options(
      unknownToken: try fields.optional("unk_token")?.string(),
      fusesUnknown: try fields.optional("fuse_unk")?.boolean() ?? false,
      fallsBackToBytes: try fields.optional("byte_fallback")?.boolean() ?? false,
      ignoresMerges: try fields.optional("ignore_merges")?.boolean() ?? false,
      continuation: Array(try fields.optional("continuing_subword_prefix")?.string().utf8 ?? "".utf8),
      suffix: Array(try fields.optional("end_of_word_suffix")?.string().utf8 ?? "".utf8))
    let vocabulary = try readVocabulary(try fields["vocab"], scan.vocabulary)
    let list = try fields["merges"]
    let merges = if let scan = scan.merges { scan.merges } else { try readMerges(list) }
    return BytePairs(
      vocabulary: vocabulary,
      merges: try mergeTable(merges, of: vocabulary, options) { index in "\(list.file): \(list.path)[\(index)]" },
      options: options)
  }

  /// The merges as an array of `"a b"` or of `["a", "b"]`.
  private static func readMerges(_ node: JSONNode) throws(TokenizerError) -> MergeList {
    var merges = MergeList()
    let elements = try node.elements(atMost: Limits.merges)
    let arePairs = if case .array? = elements.first?.value { true } else { false }
    for element in elements {
      guard arePairs else {
        let line = try element.string()
        guard merges.append(line: line.utf8) else { throw element.unexpected("two tokens with a space between them") }
        continue
      }
      let parts = try element.elements()
      guard parts.count == 2 else { throw element.error("\(element.path) has \(parts.count) tokens; expected 2") }
      for part in parts { merges.appendPart(try part.string().utf8) }
    }
    return merges
  }

  /// The merges by the ids of their tokens.
  ///
  /// - Parameter place: where a merge stands, for complaints.
  static func mergeTable(
    _ merges: MergeList, of vocabulary: Vocabulary, _ options: BytePairs.Options, place: (Int) -> String
  ) throws(TokenizerError) -> MergeTable {
    var table = MergeTable(capacity: merges.count)
    var merged: [UInt8] = []
    for index in 0..<merges.count {
      let (left, right) = merges[index]
      guard right.count >= options.continuation.count else {
        throw TokenizerError(
          "\(place(index)) merges \(quoted(right)), which is shorter than continuing_subword_prefix, "
            + quoted(options.continuation))
      }
      merged.removeAll(keepingCapacity: true)
      merged += left
      merged += right.dropFirst(options.continuation.count)
      func id(_ token: some Collection<UInt8>) throws(TokenizerError) -> Int32 {
        guard let id = vocabulary.id(of: token) else {
          throw TokenizerError("\(place(index)) needs the token \(quoted(token)), which is not in the vocabulary")
        }
        return id
      }
      table.append(try id(left), try id(right), to: try id(merged))
    }
    return table
  }

  private static func quoted(_ token: some Collection<UInt8>) -> String {
    JSONNode.quoted(String(decoding: token, as: UTF8.self))
  }
}
