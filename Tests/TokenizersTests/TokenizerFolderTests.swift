import Files
import JSONText
import Testing
import Tokenizers

/// Folders against sentence-transformers: what decides the ids stands in many files, and in none.
///
/// The rows come from Tests/Goldens/make/make_tokenizer_folders.py and make_byte_level_folders.py.
@Suite struct TokenizerFolderTests {
  /// The ids and types of every text and pair.
  private struct Expected: Equatable {
    var single: [Encoding] = []
    var pair: [Encoding] = []
  }

  private struct Row {
    let name: String
    let files: [String: String]
    let hasModules: Bool
    let expected: Expected
  }

  /// The folders of one file, and what each makes of the same texts.
  private struct Table {
    let texts: [String]
    let pairs: [(String, String)]
    let positions: Int
    let rows: [Row]

    init(_ file: String) throws {
      let lines = try Golden.rows(file)
      texts = try lines[0].strings("texts")
      pairs = try #require(lines[0]["pairs"]?.arrayValue).map { pair in
        let both = try #require(pair.arrayValue).compactMap(\.stringValue)
        return (both[0], both[1])
      }
      positions = try #require(lines[0]["positions"]?.integerValue)
      rows = try lines.dropFirst().map { line in
        let files = try #require(line["files"]?.objectValue).members.map { ($0.name, $0.value.stringValue ?? "") }
        return Row(
          name: try line.string("name"), files: Dictionary(uniqueKeysWithValues: files),
          hasModules: line["hasModules"] == true,
          expected: Expected(single: try encodings(line["single"]), pair: try encodings(line["pair"])))
      }
      try #require(rows.count > 40)
    }

    /// What a tokenizer makes of the texts, cut as a model with these positions cuts them.
    func found(_ tokenizer: Tokenizer, cut: Bool = true) throws -> Expected {
      let length = cut ? min(tokenizer.configuredMaximumLength ?? positions, positions) : nil
      return Expected(
        single: try texts.map { try tokenizer.encode($0, maximumLength: length) },
        pair: try pairs.map { try tokenizer.encode($0.0, $0.1, maximumLength: length) })
    }
  }

  static let tables = ["folders.jsonl", "byte-level/folders.jsonl", "sentencepiece/folders.jsonl"]

  private static func encodings(_ value: JSONValue?) throws -> [Encoding] {
    try #require(value?.arrayValue).map { both in
      let numbers = try #require(both.arrayValue).map {
        ($0.arrayValue ?? []).compactMap(\.integerValue).map(Int32.init)
      }
      return Encoding(ids: numbers[0], typeIDs: numbers[1])
    }
  }

  @Test("The ids and types of every folder are those of sentence-transformers", arguments: tables)
  func reading(file: String) throws {
    let table = try Table(file)
    for row in table.rows {
      try withFolder(row.files) { folder in
        let tokenizer = try TokenizerFolder(folder, hasModules: row.hasModules).tokenizer
        #expect(try table.found(tokenizer) == row.expected, "\(row.name)")
      }
    }
  }

  @Test("What is written gives the same ids by itself, with its settings, and in its older form", arguments: tables)
  func writing(file: String) throws {
    let table = try Table(file)
    for row in table.rows {
      try withFolder(row.files) { folder in
        let source = try TokenizerFolder(folder, hasModules: row.hasModules)
        let length = min(source.tokenizer.configuredMaximumLength ?? table.positions, table.positions)
        let files = source.written(maximumLength: length, hasTokenTypes: true)
        try withFolder(Dictionary(uniqueKeysWithValues: files)) { target in
          let written = try TokenizerFolder(target, hasModules: false)
          #expect(written.tokenizer.configuredMaximumLength == length, "\(row.name)")
          #expect(try table.found(written.tokenizer) == row.expected, "\(row.name)")
          let again = written.written(maximumLength: length, hasTokenTypes: true)
          #expect(again.map(\.text) == files.map(\.text), "\(row.name)")
          // The library that reads tokenizer.json alone knows no setting that makes special tokens text.
          if source.tokenizer.readsSpecialTokensInText {
            let alone = try Tokenizer(file: Files.join(target, "tokenizer.json"))
            let expected = try table.found(source.tokenizer, cut: false)
            #expect(try table.found(alone, cut: false) == expected, "\(row.name)")
          }
          guard files.contains(where: { $0.name == "vocab.txt" || $0.name == "merges.txt" }) else { return }
          try Files.remove(Files.join(target, "tokenizer.json"))
          #expect(try table.found(TokenizerFolder(target).tokenizer) == row.expected, "\(row.name)")
        }
      }
    }
  }

  @Test("A model without token types is given none, and null keeps a class from adding its own token")
  func settings() throws {
    let files = ["vocab.txt": MalformedFileTests.words, "tokenizer_config.json": #"{"mask_token": null, "note": [1]}"#]
    try withFolder(files) { folder in
      let written = try TokenizerFolder(folder).written(maximumLength: 9, hasTokenTypes: false)
      let text = try #require(written.first { $0.name == "tokenizer_config.json" }?.text)
      let settings = try #require(try JSONReader.parse(Array(text.utf8)).objectValue)
      #expect(settings["model_input_names"] == ["input_ids", "attention_mask"])
      #expect(settings["mask_token"] == .null && settings["note"] == [1] && settings["model_max_length"] == 9)
    }
  }

  @Test("The files that a tokenizer was made from are those that count")
  func files() throws {
    let words = ["vocab.txt": MalformedFileTests.words]
    let beside = [
      "added_tokens.json": "{}", "special_tokens_map.json": "{}",
      "sentence_roberta_config.json": #"{"max_seq_length": 8}"#,
    ]
    func names(_ more: [String: String]) throws -> Set<String> {
      try withFolder(words.merging(beside) { $1 }.merging(more) { $1 }) { folder in
        Set(try TokenizerFolder(folder).files.map(Files.name))
      }
    }
    #expect(try names([:]) == Set(words.keys).union(beside.keys))
    #expect(
      try names([
        "tokenizer_config.json": #"{"added_tokens_decoder": {}, "tokenizer_class": "TokenizersBackend"}"#,
        "tokenizer.json": MalformedFileTests.json,
      ])
        == [
          "tokenizer.json", "tokenizer_config.json", "sentence_roberta_config.json",
        ])
  }
}
