import Files
import JSONText
import Testing

@testable import Tokenizers

/// Files of Unigram models that cannot be used: one clear error each, and never a trap.
@Suite struct MalformedSentencePieceTests {
  /// A small `tokenizer.json` that is in order.
  static let json = """
    {"added_tokens": [{"id": 0, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false, \
    "normalized": false, "special": true}],
     "normalizer": {"type": "Sequence", "normalizers": [{"type": "Precompiled", "precompiled_charsmap": \(table)}, \
    {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}]},
     "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
     "model": {"type": "Unigram", "unk_id": 3, "vocab": [["<s>", 0.0], ["<pad>", 0.0], ["</s>", 0], ["<unk>", 0.0], \
    ["▁", -1.5], ["a", -2.5]], "byte_fallback": false}}
    """

  /// A trie with the key "A", whose text is "b".
  static let table = text(of: trie() + Array("b\0".utf8))

  /// The size of a trie, and its 256 units: a root, a node for "A" and its value.
  static func trie(size: UInt32 = 1024, root: UInt32 = 1 << 10, node: UInt32 = 0, value: UInt32 = 1 << 31) -> [UInt8] {
    var units = [UInt32](repeating: 0, count: 256)
    units[0] = root
    // The base of the root is 1, so that "A" is at 1 ^ 0x41; the base of its node is 2.
    units[0x40] = node == 0 ? 0x41 | 1 << 8 | (0x40 ^ 2) << 10 : node
    units[2] = value
    return ([size] + units).flatMap { unit in (0..<4).map { UInt8(truncatingIfNeeded: unit >> UInt32(8 * $0)) } }
  }

  static func text(of bytes: [UInt8]) -> String { "\"\(Base64.encoded(bytes))\"" }

  static let expressions = Replacement.Expression.allCases.map { JSONValue($0.rawValue).text() }.joined(separator: ", ")

  /// What is put in the place of a part of that file, and the message after the path of the file.
  static let cases: [(part: String, replacement: String, message: String)] = [
    // The model
    (#""unk_id": 3"#, #""unk_id": 6"#, "model.unk_id is 6; expected a whole number from 0 through 5"),
    (#""unk_id": 3"#, #""unk_id": -1"#, "model.unk_id is -1; expected a whole number from 0 through 5"),
    (#""unk_id": 3"#, #""unk_id": 1.0"#, "model.unk_id is 1.0; expected a whole number from 0 through 5"),
    (
      #""unk_id": 3"#, #""unk_token": "<unk>""#,
      "model.unk_token is not a known field; expected only type, unk_id, vocab, byte_fallback"
    ),
    (#""byte_fallback": false"#, #""byte_fallback": null"#, "model.byte_fallback is null; expected true or false"),
    (#""byte_fallback": false"#, #""byte_fallback": 0"#, "model.byte_fallback is 0; expected true or false"),
    (
      #"["a", -2.5]"#, #"["a"]"#,
      #"model.vocab[5] is an array; expected a piece and its score, such as ["a", -2.5]"#
    ),
    (
      #"["a", -2.5]"#, #"["a", -2.5, 1]"#,
      #"model.vocab[5] is an array; expected a piece and its score, such as ["a", -2.5]"#
    ),
    (#"["a", -2.5]"#, #""a""#, #"model.vocab[5] is "a"; expected a piece and its score, such as ["a", -2.5]"#),
    (
      #"["a", -2.5]"#, #"[-2.5, "a"]"#,
      #"model.vocab[5] is an array; expected a piece and its score, such as ["a", -2.5]"#
    ),
    (
      #"["a", -2.5]"#, #"["a", "-2.5"]"#,
      #"model.vocab[5][1] is "-2.5"; expected a number within the range of a double"#
    ),
    (#"["a", -2.5]"#, #"["a", null]"#, "model.vocab[5][1] is null; expected a number within the range of a double"),
    (#"["a", -2.5]"#, #"["a", -1e999]"#, "model.vocab[5][1] is -1e999; expected a number within the range of a double"),
    (#"["a", -2.5]"#, #"["▁", -2.5]"#, #"model.vocab[5] is "▁", which is the piece 4 already; pieces must be unique"#),
    (
      #""a", -2.5"#, "\"\(String(repeating: "a", count: 65_537))\", 0",
      "model.vocab[5] has a token of 65537 bytes, \"\(String(repeating: "a", count: 57))...\"; at most 65536 are read"
    ),
    (
      #""vocab""#, #""vocabulary""#,
      "model.vocabulary is not a known field; expected only type, unk_id, vocab, byte_fallback"
    ),
    (#""id": 0,"#, #""id": 6,"#, #"added_tokens[0] has the id 6; expected 0, the id of "<s>" in the model"#),
    // The table of characters
    (table, "null", "normalizer.normalizers[0].precompiled_charsmap is null; expected a string"),
    (table, #""A""#, #"normalizer.normalizers[0].precompiled_charsmap is "A"; expected Base64"#),
    (table, #""AB==""#, #"normalizer.normalizers[0].precompiled_charsmap is "AB=="; expected Base64"#),
    (
      table, #""""#,
      "normalizer.normalizers[0].precompiled_charsmap is not a table of sentencepiece: it has 0 bytes; expected the size of a trie"
    ),
    (
      table, text(of: [0, 0, 0, 0, 65, 0]),
      "normalizer.normalizers[0].precompiled_charsmap is not a table of sentencepiece: its trie has 0 bytes; expected a positive multiple of 4, at most the 2 that follow"
    ),
    (
      table, text(of: [6, 0, 0, 0, 1, 1, 1, 1, 1, 1]),
      "normalizer.normalizers[0].precompiled_charsmap is not a table of sentencepiece: its trie has 6 bytes; expected a positive multiple of 4, at most the 6 that follow"
    ),
    (
      table, text(of: [0xFC, 0xFF, 0xFF, 0xFF, 1, 1, 1, 1]),
      "normalizer.normalizers[0].precompiled_charsmap is not a table of sentencepiece: its trie has 4294967292 bytes; expected a positive multiple of 4, at most the 4 that follow"
    ),
    (
      table, text(of: trie() + [0xC3, 0x28, 0]),
      "normalizer.normalizers[0].precompiled_charsmap is not a table of sentencepiece: its texts are not UTF-8"
    ),
    (
      table, text(of: trie(root: 300 << 10) + [98, 0]),
      "normalizer.normalizers[0].precompiled_charsmap is not a table of sentencepiece: its trie leads out of its 256 nodes"
    ),
    (
      table, text(of: trie(node: 0x41 | 1 << 8 | 0x1F_FFFF << 10) + [98, 0]),
      "normalizer.normalizers[0].precompiled_charsmap is not a table of sentencepiece: its trie leads out of its 256 nodes"
    ),
    (
      table, text(of: trie(value: 1 << 31 | 3) + [98, 0]),
      "normalizer.normalizers[0].precompiled_charsmap is not a table of sentencepiece: its trie leads to the text at 3, but the texts have 2 bytes"
    ),
    (
      table, text(of: trie(value: 1 << 31 | 1) + [0xC3, 0xA9, 0]),
      "normalizer.normalizers[0].precompiled_charsmap is not a table of sentencepiece: its trie leads to the text at 1, but the texts have 3 bytes"
    ),
    // Replace
    (
      #"{"Regex": " {2,}"}"#, #"{"Regex": "(a+)+$"}"#,
      #"normalizer.normalizers[1].pattern.Regex is "(a+)+$", a regular expression that is not supported; expected one of \#(expressions)"#
    ),
    (
      #"{"Regex": " {2,}"}"#, #"{"String": ""}"#,
      #"normalizer.normalizers[1].pattern.String is ""; expected one or more characters"#
    ),
    (
      #"{"Regex": " {2,}"}"#, #"{"Text": "a"}"#,
      "normalizer.normalizers[1].pattern.Text is not a known field; expected only String, Regex"
    ),
    (
      #"{"Regex": " {2,}"}"#, #"{"Regex": " +", "String": "a"}"#,
      "normalizer.normalizers[1].pattern has 2 members; expected one, String or Regex"
    ),
    (
      #"{"Regex": " {2,}"}"#, #"" {2,}""#,
      #"normalizer.normalizers[1].pattern is " {2,}"; expected {"String": ...} or {"Regex": ...}"#
    ),
    (#""content": " "}"#, #""content": null}"#, "normalizer.normalizers[1].content is null; expected a string"),
    (#", "content": " "}"#, "}", "normalizer.normalizers[1].content is missing"),
    // Metaspace
    (#""replacement": "▁""#, #""replacement": """#, #"pre_tokenizer.replacement is ""; expected one character"#),
    (
      #""replacement": "▁""#, #""replacement": "e\u0301""#,
      "pre_tokenizer.replacement is \"e\u{301}\"; expected one character"
    ),
    (#""replacement": "▁", "#, "", "pre_tokenizer.replacement is missing"),
    (
      #""always""#, #""sometimes""#,
      #"pre_tokenizer.prepend_scheme is "sometimes"; expected "always", "first" or "never""#
    ),
    (
      #""prepend_scheme": "always""#, #""add_prefix_space": false"#,
      "pre_tokenizer.add_prefix_space is false, but prepend_scheme is always; set prepend_scheme to never"
    ),
    (#""split": true"#, #""split": 1"#, "pre_tokenizer.split is 1; expected true or false"),
    (
      #""split": true"#, #""splits": true"#,
      "pre_tokenizer.splits is not a known field; expected only type, replacement, prepend_scheme, split, add_prefix_space, str_rep"
    ),
  ]

  @Test("Every fault of tokenizer.json")
  func tokenizerJSON() throws {
    #expect(try Golden.tokenizer(try JSONReader.parse(Array(Self.json.utf8))).encode("aA").ids == [4, 5, 3])
    for entry in Self.cases {
      let pieces = Self.json.split(separator: entry.part, omittingEmptySubsequences: false)
      try #require(pieces.count == 2, "\(entry.part)")
      try withFolder(["tokenizer.json": pieces.joined(separator: entry.replacement)]) { folder in
        let file = Files.join(folder, "tokenizer.json")
        let error = try #require(throws: TokenizerError.self, "\(entry.message)") { try Tokenizer(file: file) }
        #expect(error.description == "\(file): \(entry.message)")
        #expect(error.kind == .badData)
      }
    }
  }

  @Test("The scheme first where the start of a text cannot be told")
  func startOfText() throws {
    let first = Self.json.replacing(#""always""#, with: #""first""#)
    _ = try Golden.tokenizer(try JSONReader.parse(Array(first.utf8)))
    let metaspace = #"{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": true}"#
    let cases = [
      (
        metaspace, #"{"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, \#(metaspace)]}"#,
        "after another pre-tokenizer"
      ),
      (
        #""type": "Replace""#, #""type": "Strip", "strip_left": true, "strip_right": false}, {"type": "Replace""#,
        "with a normalizer that may remove the start of a text"
      ),
      (#""normalized": false"#, #""normalized": true"#, "with added tokens that are looked for in the normal form"),
    ]
    for (part, replacement, reason) in cases {
      let json = first.replacing(part, with: replacement)
      try withFolder(["tokenizer.json": json]) { folder in
        let file = Files.join(folder, "tokenizer.json")
        let error = try #require(throws: TokenizerError.self) { try Tokenizer(file: file) }
        #expect(error.description == "\(file): the prepend_scheme \"first\" is not supported \(reason)")
      }
    }
  }

  /// A field with a length: its number and its bytes.
  static func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] { [number << 3 | 2, UInt8(bytes.count)] + bytes }

  static func piece(_ text: String, _ more: [UInt8] = []) -> [UInt8] { field(1, field(1, Array(text.utf8)) + more) }

  static let model = ["<unk>", "<s>", "</s>", "▁", "a"].flatMap { piece($0) }

  /// Files, and the message after their path.
  static let protobufs: [(bytes: [UInt8], message: String)] = [
    ([], "the model has no pieces; expected at least one"),
    ([0x0A], "not a model of sentencepiece: at byte 1, the file ends inside a number"),
    ([0x0A, 5, 1], "not a model of sentencepiece: at byte 0, field 1 has 5 bytes, but only 1 are left"),
    (
      [0x0A] + [UInt8](repeating: 0xFF, count: 9) + [1],
      "not a model of sentencepiece: at byte 0, field 1 has 18446744073709551615 bytes, but only 0 are left"
    ),
    ([UInt8](repeating: 0x80, count: 12), "not a model of sentencepiece: at byte 0, a number has more than 64 bits"),
    ([0x0B], "not a model of sentencepiece: at byte 0, field 1 has the wire type 3"),
    ([0x0E], "not a model of sentencepiece: at byte 0, field 1 has the wire type 6"),
    ([0x02, 0], "not a model of sentencepiece: at byte 0, a field has the number 0"),
    ([0x08, 1], "not a model of sentencepiece: at byte 0, field 1 is no message"),
    ([0x25, 1, 2], "not a model of sentencepiece: at byte 1, the file ends inside a field"),
    ([0x21, 1, 2], "not a model of sentencepiece: at byte 1, the file ends inside a field"),
    (
      field(1, field(1, [0xC3, 0x28])),
      "not a model of sentencepiece: at byte 4, a piece is not UTF-8 text of at most 65536 bytes"
    ),
    (piece("a", [0x15, 0, 0, 0xC0, 0x7F]), "not a model of sentencepiece: at byte 2, a piece has the score nan"),
    (piece("a", [0x15, 0, 0, 0x80, 0xFF]), "not a model of sentencepiece: at byte 2, a piece has the score -inf"),
    (
      model + field(2, [0x18, 2]),
      "the model is of the type BPE; only Unigram is read from such a file, so add a tokenizer.json"
    ),
    (
      model + field(2, [0x18, 9]),
      "the model is of the type number 9; only Unigram is read from such a file, so add a tokenizer.json"
    ),
    (model + piece("a"), #"XLMRobertaTokenizer gives the piece "a" the ids 5 and 6"#),
    (model + piece("<mask>"), #"XLMRobertaTokenizer gives the piece "<mask>" the ids 6 and 7"#),
    (
      model + field(3, field(2, [4, 0, 0, 0])),
      "precompiled_charsmap is no table of characters: its trie has 4 bytes; expected a positive multiple of 4, at most the 0 that follow"
    ),
  ]

  @Test("Every fault of a model of sentencepiece")
  func protobuf() throws {
    let settings = ["tokenizer_config.json": #"{"tokenizer_class": "XLMRobertaTokenizer"}"#]
    func read(_ bytes: [UInt8]) throws -> [Int32] {
      try withFolder(settings) { folder in
        try Files.write(bytes, to: Files.join(folder, "sentencepiece.bpe.model"))
        return try Tokenizer(folder: folder).encode("a x").ids
      }
    }
    #expect(try read(Self.model) == [0, 4, 5, 4, 3, 2])
    for (bytes, message) in Self.protobufs {
      let error = try #require(throws: TokenizerError.self, "\(message)") { try read(bytes) }
      #expect(error.description.hasSuffix("/sentencepiece.bpe.model: \(message)"), "\(error.description)")
      #expect(error.kind == .badData)
    }
    // Random damage: an error or a tokenizer.
    var random = SplitMix(state: 13)
    let whole = Self.model + Self.field(3, Self.field(2, [8, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 65, 0]))
    for _ in 0..<400 {
      var bytes = whole
      for _ in 0...2 { bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0...255, using: &random) }
      _ = try? read(bytes)
    }
  }

  @Test("Classes and models that do not fit")
  func classes() throws {
    let wordPiece = MalformedFileTests.json
    let short = Self.json.replacing(#""unk_id": 3"#, with: #""unk_id": 0"#).replacing(
      #", ["<unk>", 0.0], ["▁", -1.5], ["a", -2.5]]"#, with: "]")
    let cases = [
      (
        wordPiece, "XLMRobertaTokenizer",
        "/tokenizer.json: the model is none of Unigram, which XLMRobertaTokenizer needs"
      ),
      (
        wordPiece, "CamembertTokenizer", "/tokenizer.json: the model is none of Unigram, which CamembertTokenizer needs"
      ),
      (
        Self.json, "MPNetTokenizer",
        "/tokenizer.json: the model is none of WordPiece, which MPNetTokenizer needs"
      ),
      (Self.json, "BertTokenizer", "/tokenizer.json: the model is none of WordPiece, which BertTokenizer needs"),
      (
        short, "XLMRobertaTokenizer",
        "/tokenizer.json: the model has 3 pieces, but XLMRobertaTokenizer takes the piece 3 for unknown text"
      ),
    ]
    for (json, name, message) in cases {
      try withFolder(["tokenizer.json": json, "tokenizer_config.json": #"{"tokenizer_class": "\#(name)"}"#]) { folder in
        let error = try #require(throws: TokenizerError.self, "\(name)") { try Tokenizer(folder: folder) }
        #expect(error.description == folder + message)
      }
    }
  }
}
