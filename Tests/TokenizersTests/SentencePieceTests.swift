import Files
import JSONText
import Testing

@testable import Tokenizers

/// The models of sentencepiece and the parts around them, against the reference library.
///
/// The files come from Tests/Goldens/make/make_sentencepiece_goldens.py.
@Suite struct SentencePieceTests {
  @Test("Awkward and random strings under every normalizer")
  func normalizers() throws {
    let rows = try Golden.rows("sentencepiece/normalizers.jsonl")
    let texts = try rows[0].strings("texts")
    #expect(rows.count == 16 && texts.count == 199)
    for row in rows.dropFirst() {
      let name = try row.string("name")
      let tokenizer = try Golden.tokenizer(normalizer: row["normalizer"] ?? nil)
      for (text, form) in zip(texts, try row.strings("forms")) {
        let found = tokenizer.normalForm(of: Array(text.utf8))
        #expect(found == Array(form.utf8), "\(name): \(JSONValue(text).text())")
      }
    }
  }

  @Test("Awkward and random strings under Metaspace, alone and with other steps")
  func words() throws {
    let rows = try Golden.rows("sentencepiece/words.jsonl")
    let texts = try rows[0].strings("texts")
    #expect(rows.count == 12 && texts.count == 110)
    for row in rows.dropFirst() {
      let name = try row.string("name")
      let tokenizer = try Golden.tokenizer(preTokenizer: row["pre_tokenizer"] ?? nil)
      for (text, words) in zip(texts, try #require(row["words"]?.arrayValue)) {
        let found = tokenizer.words(of: Array(text.utf8)).map { JSONValue(String(decoding: $0, as: UTF8.self)) }
        #expect(.array(found) == words, "\(name): \(JSONValue(text).text())")
      }
    }
  }

  @Test("Ids of small models of every kind")
  func models() throws {
    let rows = try Golden.rows("sentencepiece/models.jsonl")
    #expect(rows.count == 15)
    for row in rows.dropFirst() {
      let name = try row.string("name")
      let tokenizer = try Golden.tokenizer(try #require(row["tokenizer"]))
      let texts = try (row["texts"] == nil ? rows[0] : row).strings("texts")
      let expected = try #require(row["ids"]?.arrayValue)
      try #require(texts.count == expected.count)
      for (text, ids) in zip(texts, expected) {
        let found = try tokenizer.encode(text).ids.map { JSONValue(Int($0)) }
        #expect(.array(found) == ids, "\(name): \(JSONValue(text).text())")
      }
    }
  }

  @Test("Written and read again, every model gives the same ids and the same file")
  func writing() throws {
    let rows = try Golden.rows("sentencepiece/models.jsonl")
    let texts = try rows[0].strings("texts")
    for row in rows.dropFirst() {
      let name = try row.string("name")
      let tokenizer = try Golden.tokenizer(try #require(row["tokenizer"]))
      let file = TokenizerFile.written(tokenizer, maximumLength: 512, givesTokenTypes: true)
      let again = try Golden.tokenizer(file)
      #expect(again.identity == tokenizer.identity, "\(name)")
      #expect(TokenizerFile.written(again, maximumLength: 512, givesTokenTypes: true) == file)
      for text in texts { #expect(try again.encode(text) == tokenizer.encode(text)) }
    }
  }

  /// The best cut found by trying all of them.
  private func bestScore(_ text: ArraySlice<UInt8>, _ scores: [[UInt8]: Double], _ known: inout [Int: Double]) -> Double
  {
    guard !text.isEmpty else { return 0 }
    if let score = known[text.startIndex] { return score }
    var best = -Double.infinity
    for length in 1...text.count {
      guard let score = scores[Array(text.prefix(length))] else { continue }
      best = max(best, score + bestScore(text.dropFirst(length), scores, &known))
    }
    known[text.startIndex] = best
    return best
  }

  @Test("No way to cut a word has a greater score, for many random vocabularies")
  func bestCuts() throws {
    var random = SplitMix(state: 3)
    for _ in 0..<40 {
      let letters = ["a", "b", "é", "𝒳"]
      var scores: [[UInt8]: Double] = [:]
      for letter in letters { scores[Array(letter.utf8)] = Double(Int.random(in: -900 ... -500, using: &random)) / 64 }
      for _ in 0..<60 {
        let piece = (0..<Int.random(in: 2...5, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a"
        }
        scores[Array(piece.joined().utf8)] = Double(Int.random(in: -1200 ... -300, using: &random)) / 64
      }
      let pieces = scores.sorted { ($0.key.count, "\($0.key)") < ($1.key.count, "\($1.key)") }
      let vocabulary: [JSONValue] = pieces.map {
        [JSONValue(String(decoding: $0.key, as: UTF8.self)), .number("\($0.value)")]
      }
      let tokenizer = try Golden.tokenizer(["model": ["type": "Unigram", "vocab": .array(vocabulary)]])
      for _ in 0..<20 {
        let text = (0..<Int.random(in: 1...30, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a"
        }
        .joined()
        let ids = try tokenizer.encode(text).ids
        #expect(ids.flatMap { pieces[Int($0)].key } == Array(text.utf8))
        var known: [Int: Double] = [:]
        #expect(ids.reduce(0) { $0 + pieces[Int($1)].value } == bestScore(Array(text.utf8)[...], scores, &known))
      }
    }
  }

  @Test("The trie finds every key and nothing else")
  func trie() {
    var random = SplitMix(state: 5)
    for count in [0, 1, 2, 300, 20_000] {
      var table = ByteTable(capacity: count)
      for _ in 0..<count {
        let bytes: ClosedRange<UInt8> = Bool.random(using: &random) ? 0...255 : 97...100
        _ = table.insert((0..<Int.random(in: 1...9, using: &random)).map { _ in .random(in: bytes, using: &random) })
      }
      let trie = PieceTrie(table)
      #expect(
        table.sortedKeys().map { Array(table.key(Int($0))) }
          == (0..<table.count).map { Array(table.key($0)) }.sorted { $0.lexicographicallyPrecedes($1) })
      for index in 0..<table.count {
        let key = Array(table.key(index))
        var cursor = PieceTrieCursor(trie.units.span)
        for (place, byte) in key.enumerated() {
          let found = cursor.next(byte, trie.units.span)
          #expect(found == table.index(of: key[...place]) ?? -1)
        }
      }
      for _ in 0..<2000 {
        let text = (0..<6).map { _ in UInt8.random(in: 95...102, using: &random) }
        var cursor = PieceTrieCursor(trie.units.span)
        for (place, byte) in text.enumerated() {
          let found = cursor.next(byte, trie.units.span)
          let known = table.index(of: text[...place])
          if let known { #expect(found == known) } else { #expect(found == nil || found == -1) }
          if found == nil { break }
        }
      }
    }
  }

  @Test("Decimals as the library rounds them, and as they are")
  func decimals() throws {
    let cases: [(text: String, upstream: Double, nearest: Double)] = [
      ("-2.0154635906219482", -2.015463590621948, -2.0154635906219482),
      ("-9.773894309997559", -9.77389430999756, -9.773894309997559),
      ("0", 0, 0), ("-0.0", -0.0, -0.0), ("12", 12, 12), ("1e2", 100, 100), ("1E+2", 100, 100), ("-25e-1", -2.5, -2.5),
      ("0.1", 0.1, 0.1), ("1e-400", 0, 0), ("5e-324", .leastNonzeroMagnitude, .leastNonzeroMagnitude),
      ("1e400", .infinity, .infinity),
      ("123456789012345678901234567890.5", 0x1.8ee90ff6c373ep96, 0x1.8ee90ff6c373ep96),
    ]
    for (text, upstream, nearest) in cases {
      var position = 0
      let number = try #require(DecimalNumber(Array(text.utf8), &position), "\(text)")
      #expect(position == text.utf8.count)
      #expect(number.asUpstream.bitPattern == upstream.bitPattern, "\(text)")
      #expect(number.nearest.bitPattern == nearest.bitPattern, "\(text)")
    }
    for text in ["", "-", "01", "1.", ".5", "+1", "1e", "1e+", "a", "--1"] {
      var position = 0
      #expect(DecimalNumber(Array(text.utf8), &position).map { _ in position } != text.utf8.count, "\(text)")
    }
  }

  @Test("Base64 there and back, and nothing that is not quite Base64")
  func base64() {
    for count in 0..<20 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 200) }
      #expect(Base64.decoded(Base64.encoded(bytes).utf8) == bytes)
    }
    #expect(Base64.encoded(Array("any carnal pleas".utf8)) == "YW55IGNhcm5hbCBwbGVhcw==")
    for text in ["A", "AA", "AAA", "AAAAA", "AA=A", "A===", "====", "AB==", "AAB=", "AA==AAAA", "AA A", "AA-_"] {
      #expect(Base64.decoded(text.utf8) == nil, "\(text)")
    }
  }
}
