import Files
import Testing
import Tokenizers

/// Byte-level files that cannot be used: one clear error each, and never a trap.
@Suite struct MalformedBytePairTests {
  static let level = #"{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}"#

  static let split = #"{"type": "Split", "pattern": {"Regex": "\\s+"}, "behavior": "Isolated", "invert": false}"#

  /// A small `tokenizer.json` that is in order and has every field of the model.
  static let json = """
    {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": {"type": "ByteLevel"},
    "pre_tokenizer": {"type": "Sequence", "pretokenizers": [\(split), {"type": "Digits", "individual_digits": true}, \
    {"type": "Punctuation", "behavior": "Contiguous"}]}, "post_processor": \(level), "decoder": \(level),
    "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": "", \
    "end_of_word_suffix": "", "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
    "vocab": {"a": 0, "b": 1, "c": 2, "ab": 3, "abc": 4}, "merges": ["a b", "ab c"]}}
    """

  /// What is put in the place of a part of that file, and the message after the path of the folder.
  static let cases: [(part: String, replacement: String, message: String)] = [
    // The model
    (#""BPE""#, #""WordLevel""#, "model.type WordLevel is not supported; expected BPE, Unigram or WordPiece"),
    (
      #""dropout": null"#, #""dropout": 0.1"#,
      "model.dropout is 0.1; expected 0 or null: with dropout a text has other tokens each time"
    ),
    (
      #""dropout": null"#, #""dropout": "0""#,
      #"model.dropout is "0"; expected 0 or null: with dropout a text has other tokens each time"#
    ),
    (#""unk_token": null"#, #""unk_token": 0"#, "model.unk_token is 0; expected a string"),
    (
      #""continuing_subword_prefix": """#, #""continuing_subword_prefix": false"#,
      "model.continuing_subword_prefix is false; expected a string"
    ),
    (
      #""continuing_subword_prefix": """#, ###""continuing_subword_prefix": "##""###,
      ###"model.merges[0] merges "b", which is shorter than continuing_subword_prefix, "##""###
    ),
    (
      #""end_of_word_suffix": """#, #""end_of_word_suffix": []"#,
      "model.end_of_word_suffix is an array; expected a string"
    ),
    (#""fuse_unk": false"#, #""fuse_unk": 0"#, "model.fuse_unk is 0; expected true or false"),
    (#""byte_fallback": false"#, #""byte_fallback": "no""#, #"model.byte_fallback is "no"; expected true or false"#),
    (#""ignore_merges": false"#, #""ignore_merges": {}"#, "model.ignore_merges is an object; expected true or false"),
    (
      #""ignore_merges": false"#, #""cache_capacity": 3"#,
      "model.cache_capacity is not a known field; expected only type, dropout, unk_token, continuing_subword_prefix, end_of_word_suffix, fuse_unk, byte_fallback, ignore_merges, vocab, merges"
    ),
    (#""vocab": {"a": 0, "b": 1, "c": 2, "ab": 3, "abc": 4}, "#, "", "model.vocab is missing"),
    (#"{"a": 0, "b": 1, "c": 2, "ab": 3, "abc": 4}"#, "[]", "model.vocab is an array; expected an object"),
    (#"{"a": 0, "b": 1, "c": 2, "ab": 3, "abc": 4}"#, "{}", "model.vocab is empty; expected at least one token"),
    (#""c": 2"#, #""c": 1"#, #"model.vocab gives the id 1 to "b" and to "c"; ids must be unique"#),
    (#""c": 2"#, #""c": -1"#, "model.vocab.c is -1; expected a whole number from 0 through 2147483647"),
    (#""c": 2"#, #""c": 2147483648"#, "model.vocab.c is 2147483648; expected a whole number from 0 through 2147483647"),
    // Merges
    (#", "merges": ["a b", "ab c"]"#, "", "model.merges is missing"),
    (#"["a b", "ab c"]"#, "null", "model.merges is null; expected an array"),
    (#"["a b", "ab c"]"#, #"{"a": "b"}"#, "model.merges is an object; expected an array"),
    (#""ab c""#, #""abc""#, #"model.merges[1] is "abc"; expected two tokens with a space between them"#),
    (#""ab c""#, #""a b c""#, #"model.merges[1] is "a b c"; expected two tokens with a space between them"#),
    (#""ab c""#, #""""#, #"model.merges[1] is ""; expected two tokens with a space between them"#),
    (#""ab c""#, "7", "model.merges[1] is 7; expected a string"),
    (#""ab c""#, #"["ab", "c"]"#, "model.merges[1] is an array; expected a string"),
    (#"["a b", "ab c"]"#, #"[["a", "b"], "ab c"]"#, #"model.merges[1] is "ab c"; expected an array"#),
    (#"["a b", "ab c"]"#, #"[["a"]]"#, "model.merges[0] has 1 tokens; expected 2"),
    (#"["a b", "ab c"]"#, #"[["a", "b", "c"]]"#, "model.merges[0] has 3 tokens; expected 2"),
    (#"["a b", "ab c"]"#, #"[["a", 1]]"#, "model.merges[0][1] is 1; expected a string"),
    (#""ab c""#, #""ab d""#, #"model.merges[1] needs the token "d", which is not in the vocabulary"#),
    (#""ab c""#, #""é c""#, #"model.merges[1] needs the token "é", which is not in the vocabulary"#),
    (#""ab c""#, #""b c""#, #"model.merges[1] needs the token "bc", which is not in the vocabulary"#),
    (#""ab c""#, #"" c""#, #"model.merges[1] needs the token "", which is not in the vocabulary"#),
    // Pre-tokenizers
    (
      #""Regex": "\\s+""#, #""Regex": "(a+)+$""#,
      #"pre_tokenizer.pretokenizers[0].pattern.Regex is "(a+)+$", which is none of the patterns that hone cuts words with: those of GPT-2, GPT-4, GPT-4o, Llama 3, Qwen 2, Qwen 3.5 and Mistral, and runs of one kind of character"#
    ),
    (
      #""Regex": "\\s+""#, #""Regex": """#,
      #"pre_tokenizer.pretokenizers[0].pattern.Regex is "", which is none of the patterns that hone cuts words with: those of GPT-2, GPT-4, GPT-4o, Llama 3, Qwen 2, Qwen 3.5 and Mistral, and runs of one kind of character"#
    ),
    (
      #""Regex": "\\s+""#, #""String": """#,
      #"pre_tokenizer.pretokenizers[0].pattern.String is ""; expected a text of one or more characters"#
    ),
    (#""Regex": "\\s+""#, #""String": 1"#, "pre_tokenizer.pretokenizers[0].pattern.String is 1; expected a string"),
    (
      #""Regex": "\\s+""#, #""Regex": "a", "String": "a""#,
      #"pre_tokenizer.pretokenizers[0].pattern is an object; expected one pattern, as {"String": ...} or {"Regex": ...}"#
    ),
    (
      #""Regex": "\\s+""#, "",
      #"pre_tokenizer.pretokenizers[0].pattern is an object; expected one pattern, as {"String": ...} or {"Regex": ...}"#
    ),
    (
      #""Regex": "\\s+""#, #""Glob": "*""#,
      "pre_tokenizer.pretokenizers[0].pattern.Glob is not a known field; expected only String, Regex"
    ),
    (#"{"Regex": "\\s+"}"#, #"" ""#, #"pre_tokenizer.pretokenizers[0].pattern is " "; expected an object"#),
    (
      #""Isolated""#, #""isolated""#,
      #"pre_tokenizer.pretokenizers[0].behavior is "isolated"; expected one of Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous"#
    ),
    (#""behavior": "Isolated", "#, "", "pre_tokenizer.pretokenizers[0].behavior is missing"),
    (#""invert": false"#, #""invert": null"#, "pre_tokenizer.pretokenizers[0].invert is null; expected true or false"),
    (#", "invert": false"#, "", "pre_tokenizer.pretokenizers[0].invert is missing"),
    (
      #""individual_digits": true"#, #""individual_digits": 1"#,
      "pre_tokenizer.pretokenizers[1].individual_digits is 1; expected true or false"
    ),
    (#", "individual_digits": true"#, "", "pre_tokenizer.pretokenizers[1].individual_digits is missing"),
    (
      #""Contiguous""#, #""Never""#,
      #"pre_tokenizer.pretokenizers[2].behavior is "Never"; expected one of Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous"#
    ),
    (
      #"{"type": "Digits", "individual_digits": true}"#, #"{"type": "ByteLevel", "add_prefix_space": true}"#,
      "pre_tokenizer.pretokenizers[1].trim_offsets is missing"
    ),
    (
      #"{"type": "Digits", "individual_digits": true}"#, #"{"type": "ByteLevel", "trim_offsets": true}"#,
      "pre_tokenizer.pretokenizers[1].add_prefix_space is missing"
    ),
    (
      #"{"type": "Digits", "individual_digits": true}"#,
      #"{"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": null}"#,
      "pre_tokenizer.pretokenizers[1].use_regex is null; expected true or false"
    ),
    // The other components
    (
      #""normalizer": {"type": "ByteLevel"}"#, #""normalizer": {"type": "ByteLevel", "add_prefix_space": true}"#,
      "normalizer.add_prefix_space is not a known field; expected only type"
    ),
    (
      #""post_processor": {"type": "ByteLevel", "add_prefix_space": false"#,
      #""post_processor": {"type": "ByteLevel", "add_prefix_space": "no""#,
      #"post_processor.add_prefix_space is "no"; expected true or false"#
    ),
  ]

  @Test("The file that the others are made from is in order")
  func base() throws {
    let tokenizer = try Self.read(Self.json)
    #expect(try tokenizer.encode("abc abx1ab").ids == [4, 3, 3])
  }

  @Test("Every fault of a byte-level tokenizer.json")
  func tokenizerJSON() throws {
    #expect(Self.cases.count > 50)
    for (number, entry) in Self.cases.enumerated() {
      let pieces = Self.json.split(separator: entry.part, omittingEmptySubsequences: false)
      try #require(pieces.count == 2, "case \(number): \(entry.part) occurs \(pieces.count - 1) times")
      let text = pieces.joined(separator: entry.replacement)
      try withFolder(["tokenizer.json": text]) { folder in
        let error = #expect(throws: TokenizerError.self, "case \(number)") {
          _ = try Tokenizer(file: Files.join(folder, "tokenizer.json"))
        }
        #expect(error?.description == "\(folder)/tokenizer.json: \(entry.message)", "case \(number)")
        #expect(error?.kind == .badData, "case \(number)")
      }
    }
  }

  static let words = #"{"a": 0, "b": 1, "ab": 2, "<s>": 3, "</s>": 4}"#

  /// Folders, and the message after the path of the folder.
  static let folders: [(files: [String: String], message: String)] = [
    (["vocab.json": words], "/merges.txt: the file is missing; RobertaTokenizer needs it beside vocab.json"),
    (["merges.txt": "a b\n"], ": no tokenizer here; expected the file tokenizer.json or vocab.json"),
    (
      ["vocab.json": words, "merges.txt": "#version: 0.2\na b\n\n"],
      #"/merges.txt:3: the line is ""; expected two tokens with a space between them"#
    ),
    (
      ["vocab.json": words, "merges.txt": "a  b\n"],
      #"/merges.txt:1: the line is "a  b"; expected two tokens with a space between them"#
    ),
    (
      ["vocab.json": words, "merges.txt": "a b\r\na\tb"],
      #"/merges.txt:2: the line is "a\tb"; expected two tokens with a space between them"#
    ),
    (
      ["vocab.json": words, "merges.txt": "b a\n"],
      #"/merges.txt: merge 1 needs the token "ba", which is not in the vocabulary"#
    ),
    (["vocab.json": "[]", "merges.txt": "a b\n"], "/vocab.json: the file holds an array; expected an object"),
    (["vocab.json": "{}", "merges.txt": "a b\n"], "/vocab.json: the vocabulary is empty; expected at least one token"),
    (
      ["vocab.json": #"{"a": "0"}"#, "merges.txt": ""],
      #"/vocab.json: the vocabulary.a is "0"; expected a whole number from 0 through 2147483647"#
    ),
    (
      ["vocab.json": #"{"a": 0, "b": 1, "ab": 2, "<s>": 3}"#, "merges.txt": ""],
      #"/vocab.json: the token "</s>" is missing; sep_token needs it"#
    ),
    (
      ["vocab.json": words, "merges.txt": "", "tokenizer_config.json": #"{"add_prefix_space": 1}"#],
      "/tokenizer_config.json: add_prefix_space is 1; expected true or false"
    ),
    (
      ["vocab.json": words, "merges.txt": "", "tokenizer_config.json": #"{"sep_token": null}"#],
      "/tokenizer_config.json: sep_token is null; expected a token"
    ),
    (
      ["tokenizer.json": MalformedFileTests.json],
      "/tokenizer.json: the model is none of BPE, which RobertaTokenizer needs"
    ),
    (
      [
        "tokenizer.json": json.replacing(
          #""continuing_subword_prefix": """#, with: #""continuing_subword_prefix": "b""#
        ).replacing(#""ab c""#, with: #""a ab""#).replacing(#""a b", "#, with: "").replacing(
          #""abc": 4"#, with: #""aab": 4, "<s>": 5, "</s>": 6"#
        ).replacing(#"["a ab"]"#, with: "[]")
      ],
      "/tokenizer.json: model.continuing_subword_prefix is there, but RobertaTokenizer does without it; use the class PreTrainedTokenizerFast"
    ),
    (
      ["vocab.json": words, "merges.txt": "", "tokenizer.model": ""],
      "/tokenizer.model: a vocabulary of this form is not supported; remove it, or add a tokenizer.json"
    ),
  ]

  @Test("Every fault of vocab.json, merges.txt and the files beside them")
  func olderFiles() throws {
    for (number, entry) in Self.folders.enumerated() {
      let files = entry.files.merging(["config.json": #"{"model_type": "roberta"}"#]) { $1 }
      try withFolder(files) { folder in
        let error = #expect(throws: TokenizerError.self, "folder \(number)") { _ = try Tokenizer(folder: folder) }
        #expect(error?.description == folder + entry.message, "folder \(number)")
      }
    }
  }

  @Test("Bytes that are not UTF-8 in merges.txt, and an unknown token that only some texts need")
  func others() throws {
    try withFolder(["vocab.json": Self.words, "config.json": #"{"model_type": "roberta"}"#]) { folder in
      try Files.write(Array("a b\n".utf8) + [0xC3, 0x28, 0x0A], to: Files.join(folder, "merges.txt"))
      let error = #expect(throws: TokenizerError.self) { _ = try Tokenizer(folder: folder) }
      #expect(error?.description == "\(folder)/merges.txt:2: not UTF-8 text")
    }
    let tokenizer = try Self.read(Self.json.replacing(#""unk_token": null"#, with: #""unk_token": "?""#))
    #expect(try tokenizer.encode("ab").ids == [3])
    let error = #expect(throws: TokenizerError.self) { _ = try tokenizer.encode("abd", maximumLength: 1) }
    #expect(error?.description == #"a text has an unknown word, and the vocabulary has no token "?" for it"#)
  }

  @Test("Random damage reads the same with and without the fast reading of vocabulary and merges", arguments: 0..<3)
  func randomDamage(seed: UInt64) throws {
    var random = SplitMix(state: seed)
    let whole = Array(Self.json.utf8)
    let (start, end) = (whole.count - 110, whole.count)
    var refused = 0
    for _ in 0..<250 {
      var damaged = whole
      let place = Int.random(in: start..<end, using: &random)
      switch Int.random(in: 0..<3, using: &random) {
      case 0: damaged[place] = Array("0123456789\"{}[]:,\\ abc".utf8).randomElement(using: &random) ?? 0
      case 1: damaged.remove(at: place)
      default: damaged.insert(damaged[place], at: place)
      }
      let text = String(decoding: damaged, as: UTF8.self)
      let slow = text.replacing("\"vocab\"", with: "\"voc\\u0061b\"").replacing("\"merges\"", with: "\"m\\u0065rges\"")
      let found = (try? Self.read(text)).map { tokenizer in ["abc", "ab cb a", "bca"].map { try? tokenizer.encode($0) }
      }
      let expected = (try? Self.read(slow)).map { tokenizer in
        ["abc", "ab cb a", "bca"].map { try? tokenizer.encode($0) }
      }
      #expect(found == expected, "\(text.suffix(120))")
      if found == nil { refused += 1 }
    }
    #expect(refused > 80 && refused < 250)
  }

  private static func read(_ json: String) throws -> Tokenizer {
    try withFolder(["tokenizer.json": json]) { try Tokenizer(file: Files.join($0, "tokenizer.json")) }
  }
}
