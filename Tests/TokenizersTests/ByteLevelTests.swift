import JSONText
import Testing
import Tokenizers

/// Byte-level tokenizers and the models of other BPE files against the reference library.
///
/// The files come from Tests/Goldens/make/make_byte_level_tables_and_goldens.py.
@Suite struct ByteLevelTests {
  @Test("Random strings under every pre-tokenizer that cuts where a pattern matches")
  func words() throws {
    let rows = try Golden.rows("byte-level/words.jsonl")
    let texts = try rows[0].strings("texts")
    #expect(rows.count > 50 && texts.count > 150)
    for row in rows.dropFirst() {
      let name = try row.string("name")
      let tokenizer = try Golden.tokenizer(preTokenizer: row["pre_tokenizer"] ?? nil)
      let expected = try #require(row["words"]?.arrayValue)
      try #require(expected.count == texts.count)
      for (text, words) in zip(texts, expected) {
        let found = tokenizer.words(of: Array(text.utf8)).map { JSONValue(String(decoding: $0, as: UTF8.self)) }
        #expect(.array(found) == words, "\(name): \(JSONValue(text).text())")
      }
    }
  }

  @Test("Every Unicode scalar at every place of a word, under every pattern")
  func scalars() throws {
    let patterns = try Golden.rows("byte-level/words.jsonl").dropFirst().map { row in
      (try row.string("name"), row["pre_tokenizer"] ?? nil)
    }
    let lines = try Golden.text("byte-level/scalars.tsv").split(separator: "\n").map { $0.split(separator: "\t") }
    #expect(lines.count == 4 * 272)
    var known: [Substring: Tokenizer] = [:]
    for fields in lines {
      let name = fields[0]
      let description = try #require(patterns.first { $0.0 == name }).1
      let tokenizer = try known[name] ?? Golden.tokenizer(preTokenizer: description)
      known[name] = tokenizer
      let block = try #require(UInt32(fields[1], radix: 16))
      var hash = Golden.hash([])
      for scalar in (block << 12..<(block + 1) << 12).compactMap(Unicode.Scalar.init) {
        let c = Character(scalar)
        let text = "\(c)a\(c) \(c)\(c)B'\(c)1\(c).\(c)\n"
        let lengths = tokenizer.words(of: Array(text.utf8)).map { word in
          String(String(decoding: word, as: UTF8.self).unicodeScalars.count)
        }
        hash = Golden.hash((lengths.joined(separator: ",") + ";").utf8, from: hash)
      }
      #expect(hash == UInt32(fields[2], radix: 16), "\(name): scalars from U+\(fields[1])000")
    }
  }

  @Test("Random strings with tokenizers like those of well-known models, and with small models of every option")
  func models() throws {
    let rows = try Golden.rows("byte-level/models.jsonl")
    #expect(rows.count > 28)
    for row in rows.dropFirst() {
      let name = try row.string("name")
      let tokenizer = try Golden.tokenizer(try Self.description(row, rows[0]))
      for value in try row.cases() {
        let fields = try #require(value.arrayValue)
        let text = try #require(fields[0].stringValue)
        let expected = try #require(fields[1].arrayValue).compactMap(\.integerValue).map(Int32.init)
        #expect(try tokenizer.encode(text).ids == expected, "\(name): \(JSONValue(text).text())")
        for count in [3, 8] where expected.count > count && tokenizer.encoding(of: "").isEmpty {
          #expect(try tokenizer.encode(text, maximumLength: count).ids == Array(expected.prefix(count)), "\(name)")
        }
      }
      let pair = try #require(row["pair"]?.arrayValue).map { ($0.arrayValue ?? []).compactMap(\.integerValue) }
      let found = try tokenizer.encode("ab cd", "ef 12")
      #expect(found.ids.map(Int.init) == pair[0] && found.typeIDs.map(Int.init) == pair[1], "\(name)")
    }
  }

  /// The `tokenizer.json` of a row, with the vocabulary that most rows share.
  static func description(_ row: JSONObject, _ shared: JSONObject) throws -> JSONValue {
    let whole = try #require(row["tokenizer"]?.objectValue)
    var model = try #require(whole["model"]?.objectValue).members
    for name in ["vocab", "merges"] where !model.contains(where: { $0.name == name }) {
      model.append((name, try #require(shared[name])))
    }
    return .object(JSONObject(whole.members.filter { $0.name != "model" } + [("model", .object(JSONObject(model)))]))
  }

  @Test("A word of a megabyte takes a time that grows little more than its length")
  func longWord() throws {
    let rows = try Golden.rows("byte-level/models.jsonl")
    let row = try #require(rows.first { $0["name"] == "no words" })
    let tokenizer = try Golden.tokenizer(try Self.description(row, rows[0]))
    let unit = "the cat and 12 aaaaaaa "
    let few = try tokenizer.encode(String(repeating: unit, count: 4000)).ids
    let many = try tokenizer.encode(String(repeating: unit, count: 48_000)).ids
    // Merges cross the ends of the parts, and the ends of the whole are others.
    #expect(abs(many.count - few.count * 12) < 100)
  }
}

extension Tokenizer {
  /// The ids of a text; empty where it has none.
  fileprivate func encoding(of text: String) -> [Int32] { (try? encode(text).ids) ?? [] }
}
