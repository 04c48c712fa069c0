import Files
import JSONText
import Testing
import Tokenizers

/// Ids of whole texts, against the reference library.
@Suite struct EncodingTests {
  @Test("Random strings with a small vocabulary", arguments: ["small-uncased", "small-cased"])
  func randomStrings(folder: String) throws {
    let tokenizer = try Golden.tokenizer(in: folder)
    let rows = try Golden.rows("\(folder)/ids.jsonl")
    #expect(rows.count == 1200)
    for row in rows {
      let text = try row.string("text")
      let encoding = try tokenizer.encode(text)
      #expect(encoding.ids == (try row.integers("ids")), "\(JSONValue(text).text())")
      #expect(encoding.typeIDs == encoding.ids.map { _ in 0 })
    }
  }

  @Test("Cutting a text is the same as cutting its ids")
  func truncationOfOne() throws {
    let tokenizer = try Golden.tokenizer(in: "small-uncased")
    for row in try Golden.rows("small-uncased/ids.jsonl").prefix(300) {
      let text = try row.string("text")
      let whole = try row.integers("ids")
      for length in [2, 3, 5, 9, 16, 1000] where length <= whole.count {
        let expected = Array(whole.prefix(length - 1)) + whole.suffix(1)
        #expect(try tokenizer.encode(text, maximumLength: length).ids == expected, "\(JSONValue(text).text())")
      }
    }
  }

  @Test("Prefixes, limits and unknown words of WordPiece")
  func models() throws {
    for row in try Golden.rows("models.jsonl") {
      let tokenizer = try Golden.tokenizer(try #require(row["tokenizer"]))
      for value in try row.cases() {
        let entry = try #require(value.objectValue)
        let text = try entry.string("text")
        #expect(try tokenizer.encode(text).ids == entry.integers("ids"), "\(JSONValue(text).text())")
      }
    }
  }

  @Test("Post-processors with one text and with two, cut to every length")
  func pairs() throws {
    for row in try Golden.rows("pairs.jsonl") {
      let name = try row.string("name")
      let tokenizer = try Golden.tokenizer(try #require(row["tokenizer"]))
      for value in try row.cases() {
        let entry = try #require(value.arrayValue)
        let texts = [("a", entry[0]), ("b", entry[1])].compactMap { letter, count in
          count.integerValue.map { Array(repeating: letter, count: $0).joined(separator: " ") }
        }
        let maximum = entry[2].integerValue
        let encoding =
          try texts.count == 1
          ? tokenizer.encode(texts[0], maximumLength: maximum)
          : tokenizer.encode(texts[0], texts[1], maximumLength: maximum)
        let ids = entry[3].arrayValue?.compactMap(\.integerValue).map(Int32.init)
        let typeIDs = entry[4].arrayValue?.compactMap(\.integerValue).map(Int32.init)
        #expect(encoding.ids == ids, "\(name): \(texts) in \(maximum ?? -1)")
        #expect(encoding.typeIDs == typeIDs, "\(name): \(texts) in \(maximum ?? -1)")
      }
    }
  }

  /// The table of the reference's own test: the lengths of two texts, and what is left of them in a room of seven.
  static let truncations: [(first: Int, second: Int, left: (Int, Int))] = [
    (0, 0, (0, 0)), (0, 2, (0, 2)), (0, 8, (0, 7)), (2, 4, (2, 4)), (2, 8, (2, 5)), (4, 4, (3, 4)), (4, 8, (3, 4)),
    (8, 0, (7, 0)), (8, 2, (5, 2)), (8, 4, (4, 3)), (8, 8, (3, 4)),
  ]

  @Test("The truncation table of the reference", arguments: truncations)
  func truncationTable(first: Int, second: Int, left: (Int, Int)) throws {
    let tokenizer = try Golden.tokenizer([
      "pre_tokenizer": ["type": "WhitespaceSplit"],
      "model": [
        "type": "WordPiece", "unk_token": "?", "continuing_subword_prefix": "##", "max_input_chars_per_word": 9,
        "vocab": ["?": 0, "a": 1, "b": 2],
      ],
    ])
    func text(_ word: String, _ count: Int) -> String { Array(repeating: word, count: count).joined(separator: " ") }
    let ids = try tokenizer.encode(text("a", first), text("b", second), maximumLength: 7).ids
    #expect(ids == Array(repeating: 1, count: left.0) + Array(repeating: 2, count: left.1))
  }

  @Test("Added tokens of every kind")
  func addedTokens() throws {
    let rows = try Golden.rows("added_tokens.jsonl")
    #expect(rows.count == 10)
    for row in rows {
      let name = try row.string("name")
      var tokenizer = try Golden.tokenizer(try #require(row["tokenizer"]))
      #expect(tokenizer.vocabularySize == row["size"]?.integerValue)
      for value in try row.cases() {
        let entry = try #require(value.objectValue)
        let text = try entry.string("text")
        tokenizer.readsSpecialTokensInText = true
        #expect(try tokenizer.encode(text).ids == entry.integers("ids"), "\(name): \(JSONValue(text).text())")
        tokenizer.readsSpecialTokensInText = false
        #expect(try tokenizer.encode(text).ids == entry.integers("asText"), "\(name): \(JSONValue(text).text())")
      }
    }
  }

  @Test("A maximum length without room for the special tokens")
  func tooShort() throws {
    let tokenizer = try Golden.tokenizer(in: "small-uncased")
    #expect(try tokenizer.encode("a", maximumLength: 2).ids == [2, 3])
    #expect(try tokenizer.encode("a", "a", maximumLength: 3).ids == [2, 3, 3])
    let single = try #require(throws: TokenizerError.self) { try tokenizer.encode("a", maximumLength: 1) }
    #expect(
      single.description
        == "a maximum length of 1 tokens is too short: the special tokens alone are 2; expected at least that many")
    #expect(single.kind == .badData)
    let pair = try #require(throws: TokenizerError.self) { try tokenizer.encode("a", "a", maximumLength: -5) }
    #expect(
      pair.description
        == "a maximum length of -5 tokens is too short: the special tokens alone are 3; expected at least that many")
  }

  @Test("A vocabulary without its unknown token fails only where a word needs it, cut or not")
  func missingUnknown() throws {
    let tokenizer = try Golden.tokenizer([
      "pre_tokenizer": ["type": "WhitespaceSplit"],
      "model": [
        "type": "WordPiece", "unk_token": "[?]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 3,
        "vocab": ["a": 0, "##b": 1],
      ],
    ])
    #expect(tokenizer.unknownID == nil)
    #expect(try tokenizer.encode("ab a").ids == [0, 1, 0])
    for (text, length) in [("a x", nil), ("a a a abbbb", 1), ("axa", 0)] as [(String, Int?)] {
      let error = try #require(throws: TokenizerError.self) { try tokenizer.encode(text, maximumLength: length) }
      #expect(
        error.description == "a text has an unknown word, and the vocabulary has no token \"[?]\" for it")
    }
  }

  @Test("Tokens by id and ids by token")
  func tokens() throws {
    let tokenizer = try Tokenizer(folder: Golden.path("small-uncased"))
    #expect(tokenizer.padID == 0)
    #expect(tokenizer.unknownID == 1)
    #expect(tokenizer.largestID == Int32(tokenizer.vocabularySize - 1))
    for id in 0...tokenizer.largestID {
      let token = try #require(tokenizer.token(id))
      #expect(tokenizer.id(of: token) == id)
    }
    #expect(tokenizer.token(-1) == nil)
    #expect(tokenizer.token(tokenizer.largestID + 1) == nil)
    #expect(tokenizer.id(of: "no such token") == nil)
    // Equal strings for Swift, different tokens.
    let composed = try #require(tokenizer.id(of: "\u{E9}"))
    let decomposed = try #require(tokenizer.id(of: "e\u{301}"))
    #expect(composed != decomposed)
  }

  @Test("Ids in any order, with gaps")
  func sparseIDs() throws {
    let tokenizer = try Golden.tokenizer([
      "model": [
        "unk_token": "u", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
        "vocab": ["c": 70_000, "u": 12, "a": 3, "b\u{0}": 2_147_483_647, "é": 5, "e\u{301}": 4],
      ]
    ])
    #expect(tokenizer.vocabularySize == 6)
    #expect(tokenizer.largestID == .max)
    #expect(tokenizer.padID == nil)
    #expect(
      ["c", "u", "a", "b\u{0}", "é", "e\u{301}", "x"].map { (try? tokenizer.encode($0).ids) ?? [] }
        == [[70_000], [12], [3], [2_147_483_647], [5], [4], [12]])
    #expect(tokenizer.token(2_147_483_647) == "b\u{0}")
    #expect([2, 4, 6, 70_001].map { tokenizer.token($0)?.unicodeScalars.count } == [nil, 2, nil, nil])
  }

  @Test("The longest tokens from the left, against a search through all of them", arguments: ["##", "", "\u{0}é"])
  func longestMatch(prefix: String) throws {
    var random = SplitMix(state: 7)
    // Few letters, so that many tokens start alike; lengths around those where a token no longer fits a slot's head.
    let letters = ["a", "b", "\u{0}", "é", "e\u{301}", "𝒳"]
    func word(_ length: Int) -> String {
      (0..<length).map { _ in letters.randomElement(using: &random) ?? "a" }.joined()
    }
    var ids: [[UInt8]: Int32] = [Array("?".utf8): 0]
    for _ in 0..<6000 {
      let token = (Bool.random(using: &random) ? "" : prefix) + word(Int.random(in: 1...12, using: &random))
      if ids[Array(token.utf8)] == nil { ids[Array(token.utf8)] = Int32(ids.count) }
    }
    let vocabulary = ids.sorted { $0.value < $1.value }.map {
      (name: String(decoding: $0.key, as: UTF8.self), value: JSONValue(Int($0.value)))
    }
    let tokenizer = try Golden.tokenizer([
      "model": [
        "unk_token": "?", "continuing_subword_prefix": JSONValue(prefix), "max_input_chars_per_word": 1000,
        "vocab": .object(JSONObject(vocabulary)),
      ]
    ])
    for _ in 0..<2000 {
      let text = word(Int.random(in: 0...40, using: &random))
      var expected: [Int32] = []
      var rest = Array(text.utf8)[...]
      while !rest.isEmpty {
        let start = expected.isEmpty ? [] : Array(prefix.utf8)
        guard let length = (1...rest.count).last(where: { ids[start + rest.prefix($0)] != nil }) else { break }
        expected.append(ids[start + rest.prefix(length)] ?? -1)
        rest = rest.dropFirst(length)
      }
      #expect(try tokenizer.encode(text).ids == (rest.isEmpty ? expected : [0]), "\(JSONValue(text).text())")
    }
  }

  @Test("Encoding one tokenizer from many tasks")
  func concurrency() async throws {
    let tokenizer = try Golden.tokenizer(in: "small-uncased")
    let rows = try Golden.rows("small-uncased/ids.jsonl").map { (try $0.string("text"), try $0.integers("ids")) }
    let wrong = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<4 {
        group.addTask { try rows.count { try tokenizer.encode($0.0).ids != $0.1 } }
      }
      return try await group.reduce(0, +)
    }
    #expect(wrong == 0)
  }
}
