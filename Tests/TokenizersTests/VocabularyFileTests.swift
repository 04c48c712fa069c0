import Files
import JSONText
import Testing
import Tokenizers

/// Tokenizers that come as `vocab.txt`, and the settings beside either form.
@Suite struct VocabularyFileTests {
  private func tokenizer(_ files: [String: String]) throws -> Tokenizer {
    try withFolder(files) { try Tokenizer(folder: $0) }
  }

  @Test("Awkward lines of vocab.txt have the ids of the reference")
  func lines() throws {
    for row in try Golden.rows("vocab_txt.jsonl") {
      // The reference file has none of the tokens that a whole tokenizer needs, so they follow it here.
      let text = try row.string("text")
      let files = ["vocab.txt": (text.hasSuffix("\n") ? text : text + "\n") + "[UNK]\n[CLS]\n[SEP]\n[PAD]\n[MASK]\n"]
      let tokenizer = try tokenizer(files)
      let expected = try #require(row["vocab"]?.objectValue)
      for (token, id) in expected.members where token != "[UNK]" {
        #expect(tokenizer.id(of: token).map(Int.init) == id.integerValue, "\(JSONValue(text).text())")
      }
      let others = expected.members.count { $0.name != "[UNK]" }
      #expect(tokenizer.vocabularySize == others + 5, "\(JSONValue(text).text())")
    }
  }

  @Test("vocab.txt gives the ids of the tokenizer.json with the same tokens", arguments: [true, false])
  func sameIDs(lowercases: Bool) throws {
    let name = lowercases ? "small-uncased" : "small-cased"
    let json = try #require(try JSONReader.parse(Files.read(Golden.path("\(name)/tokenizer.json"))).objectValue)
    let vocabulary = try #require(json["model"]?.objectValue?["vocab"]?.objectValue)
    let lines = vocabulary.members.map { "\($0.name)\n" }.joined()
    let tokenizer = try tokenizer([
      "vocab.txt": lines, "tokenizer_config.json": "{\"do_lower_case\": \(lowercases), \"strip_accents\": null}",
    ])
    for row in try Golden.rows("\(name)/ids.jsonl") {
      let text = try row.string("text")
      #expect(try tokenizer.encode(text).ids == row.integers("ids"), "\(JSONValue(text).text())")
    }
    #expect(try tokenizer.encode("a", "a").typeIDs == [0, 0, 0, 1, 1])
  }

  private static let vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nÀ\nA\nà\n中\n中文\n<s>\n</s>\n"

  /// Settings, and the ids of "À A 中文<s>" under them.
  static let settings: [(configuration: String, map: String?, ids: [Int32])] = [
    ("{}", nil, [2, 5, 5, 9, 1, 1, 1, 1, 3]),
    ("{\"do_lower_case\": false}", nil, [2, 6, 7, 9, 1, 1, 1, 1, 3]),
    ("{\"do_lower_case\": false, \"strip_accents\": true}", nil, [2, 7, 7, 9, 1, 1, 1, 1, 3]),
    ("{\"do_lower_case\": true, \"strip_accents\": false}", nil, [2, 8, 5, 9, 1, 1, 1, 1, 3]),
    ("{\"tokenize_chinese_chars\": false}", nil, [2, 5, 5, 10, 1, 1, 1, 3]),
    ("{\"cls_token\": \"<s>\", \"sep_token\": \"</s>\"}", nil, [11, 5, 5, 9, 1, 11, 12]),
    ("{\"cls_token\": {\"content\": \"<s>\", \"__type\": \"AddedToken\"}}", nil, [11, 5, 5, 9, 1, 11, 3]),
    ("{}", "{\"cls_token\": \"<s>\"}", [11, 5, 5, 9, 1, 11, 3]),
    ("{\"added_tokens_decoder\": {}}", "{\"cls_token\": \"<s>\"}", [2, 5, 5, 9, 1, 1, 1, 1, 3]),
    ("{\"additional_special_tokens\": [\"<s>\"]}", nil, [2, 5, 5, 9, 1, 11, 3]),
    ("{\"added_tokens_decoder\": {\"13\": {\"content\": \"s>\"}}}", nil, [2, 5, 5, 9, 1, 1, 13, 3]),
    ("{\"tokenizer_class\": \"DistilBertTokenizerFast\", \"never_split\": null}", nil, [2, 5, 5, 9, 1, 1, 1, 1, 3]),
  ]

  @Test("Settings of tokenizer_config.json and special_tokens_map.json", arguments: settings)
  func withSettings(configuration: String, map: String?, ids: [Int32]) throws {
    var files = ["vocab.txt": Self.vocabulary, "tokenizer_config.json": configuration]
    if let map { files["special_tokens_map.json"] = map }
    let tokenizer = try tokenizer(files)
    #expect(try tokenizer.encode("À A 中文<s>").ids == ids)
  }

  @Test("vocab.txt alone")
  func alone() throws {
    let tokenizer = try tokenizer(["vocab.txt": Self.vocabulary])
    #expect(try tokenizer.encode("À A 中文<s>").ids == [2, 5, 5, 9, 1, 1, 1, 1, 3])
    #expect(tokenizer.configuredMaximumLength == nil)
    #expect(tokenizer.padID == 0)
    #expect(tokenizer.unknownID == 1)
    #expect(tokenizer.vocabularySize == 13)
  }

  @Test("Tokens of the class that vocab.txt lacks get the next ids; only those of every text must stand in it")
  func withoutMask() throws {
    let tokenizer = try tokenizer(["vocab.txt": "[UNK]\n[CLS]\n[SEP]\na\n"])
    #expect(tokenizer.padID == 4)
    #expect(try tokenizer.encode("a [MASK]").ids == [1, 3, 5, 2])
  }

  @Test(
    "The maximum length of the configuration",
    arguments: [
      ("512", 512), ("128.0", 128), ("1000000000000000019884624838656", nil), ("1e30", nil), ("1000000", nil),
      ("999999", 999_999), ("null", nil),
    ] as [(String, Int?)])
  func maximumLength(number: String, length: Int?) throws {
    let configuration = "{\"model_max_length\": \(number)}"
    let first = try tokenizer(["vocab.txt": Self.vocabulary, "tokenizer_config.json": configuration])
    #expect(first.configuredMaximumLength == length)
    let json = try Files.read(Golden.path("small-uncased/tokenizer.json"))
    let second = try tokenizer([
      "tokenizer.json": String(decoding: json, as: UTF8.self), "tokenizer_config.json": configuration,
    ])
    #expect(second.configuredMaximumLength == length)
  }

  @Test("tokenizer.json comes before vocab.txt")
  func preference() throws {
    let json = try Files.read(Golden.path("small-uncased/tokenizer.json"))
    let tokenizer = try tokenizer([
      "tokenizer.json": String(decoding: json, as: UTF8.self), "vocab.txt": "nothing of use\n",
    ])
    #expect(tokenizer.id(of: "[MASK]") == 4)
  }
}
