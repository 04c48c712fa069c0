import JSONText
import Testing
import Tokenizers

/// Normalizers and pre-tokenizers by themselves, against the reference library.
@Suite struct NormalizerTests {
  /// The questions of scalars.txt that are about normalizers, with the normalizer of each.
  static let normalizers: [(name: String, normalizer: JSONValue)] =
    ["uncased", "cased", "lower_keep_accents", "no_cjk_no_clean"].map { ($0, Golden.bertNormalizer($0)) }
    + ["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents"].map { ($0, ["type": JSONValue($0)]) }

  @Test("Every scalar under every normalizer", arguments: normalizers)
  func everyScalar(name: String, normalizer: JSONValue) throws {
    let tokenizer = try Golden.tokenizer(normalizer: normalizer)
    let blocks = try ScalarGolden(name)
    let count = try blocks.check(unchanged: { $0 }, answer: { tokenizer.normalForm(of: $0) })
    #expect(count == 1_112_064)
  }

  @Test("Every scalar under every pre-tokenizer", arguments: ["BertPreTokenizer", "Whitespace", "WhitespaceSplit"])
  func everyScalarBetweenLetters(name: String) throws {
    let tokenizer = try Golden.tokenizer(preTokenizer: ["type": JSONValue(name)])
    let blocks = try ScalarGolden(name)
    func word(_ scalar: [UInt8]) -> [UInt8] { [UInt8(ascii: "a")] + scalar + [UInt8(ascii: "b")] }
    let count = try blocks.check(unchanged: word) { scalar in
      Array(tokenizer.words(of: word(scalar)).joined(separator: [UInt8(ascii: "\n")]))
    }
    #expect(count == 1_112_064)
  }

  @Test("The strings of the BERT golden", arguments: ["uncased", "cased", "lower_keep_accents", "no_cjk_no_clean"])
  func bertStrings(setting: String) throws {
    let tokenizer = try Golden.tokenizer(
      normalizer: Golden.bertNormalizer(setting), preTokenizer: ["type": "BertPreTokenizer"])
    let rows = try Golden.rows("bert_pretokenize_golden.jsonl")
    #expect(rows.count == 75)
    for row in rows {
      let text = try row.string("text")
      let expected = try #require(row[setting]?.arrayValue)
      let normalForm = tokenizer.normalForm(of: Array(text.utf8))
      #expect(normalForm == expected[0].stringValue.map { Array($0.utf8) }, "\(JSONValue(text).text())")
      let words = tokenizer.words(of: normalForm)
      #expect(words == expected[1].arrayValue?.map { Array(($0.stringValue ?? "").utf8) }, "\(JSONValue(text).text())")
    }
  }

  static let forms: [(name: String, normalizer: JSONValue)] =
    ["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents"].map { ($0, ["type": JSONValue($0)]) } + [
      ("Strip", ["type": "Strip", "strip_left": true, "strip_right": true]),
      ("StripLeft", ["type": "Strip", "strip_left": true, "strip_right": false]),
      ("StripRight", ["type": "Strip", "strip_left": false, "strip_right": true]),
      (
        "Sequence",
        ["type": "Sequence", "normalizers": [["type": "NFD"], ["type": "Lowercase"], ["type": "StripAccents"]]]
      ),
    ]

  @Test("Random strings in every form", arguments: forms)
  func randomForms(name: String, normalizer: JSONValue) throws {
    let tokenizer = try Golden.tokenizer(normalizer: normalizer)
    let rows = try Golden.rows("forms.jsonl")
    #expect(rows.count > 250)
    for row in rows {
      let text = try row.string("text")
      let expected = Array(try row.string(name).utf8)
      #expect(tokenizer.normalForm(of: Array(text.utf8)) == expected, "\(JSONValue(text).text())")
    }
  }

  static let preTokenizers: [(name: String, preTokenizer: JSONValue)] =
    ["BertPreTokenizer", "Whitespace", "WhitespaceSplit"].map { ($0, ["type": JSONValue($0)]) } + [
      ("Sequence", ["type": "Sequence", "pretokenizers": [["type": "WhitespaceSplit"], ["type": "Whitespace"]]])
    ]

  @Test("Random strings in words", arguments: preTokenizers)
  func randomWords(name: String, preTokenizer: JSONValue) throws {
    let tokenizer = try Golden.tokenizer(preTokenizer: preTokenizer)
    let rows = try Golden.rows("words.jsonl")
    #expect(rows.count > 200)
    for row in rows {
      let text = try row.string("text")
      let expected = try row.strings(name).map { Array($0.utf8) }
      #expect(tokenizer.words(of: Array(text.utf8)) == expected, "\(JSONValue(text).text())")
    }
  }

  @Test("A long run of marks in the wrong order takes no longer than sorting it")
  func manyMarks() throws {
    let tokenizer = try Golden.tokenizer(normalizer: ["type": "NFD"])
    // Classes 240 and 1, U+0345 and U+0334.
    let text = "a" + String(repeating: "\u{345}\u{334}", count: 200_000)
    let expected = "a" + String(repeating: "\u{334}", count: 200_000) + String(repeating: "\u{345}", count: 200_000)
    #expect(tokenizer.normalForm(of: Array(text.utf8)) == Array(expected.utf8))
  }
}

/// One section of scalars.txt: the answers for each block of 256 scalars in which anything happens.
struct ScalarGolden {
  private var blocks: [UInt32: (hash: UInt32, marks: [Substring])] = [:]

  init(_ name: String) throws {
    var isWanted = false
    for line in try Golden.text("scalars.txt").split(separator: "\n") {
      if line.hasPrefix("setting ") {
        isWanted = line.dropFirst("setting ".count) == name
      } else if isWanted {
        let words = line.split(separator: " ")
        let block = try #require(UInt32(words[0], radix: 16))
        var marks: [Substring] = []
        for word in words.dropFirst(2) {
          let run = word.split(separator: "*")
          marks += repeatElement(run[0], count: run.count == 1 ? 1 : try #require(Int(run[1])))
        }
        #expect(marks.count == 256)
        blocks[block] = (try #require(UInt32(words[1], radix: 16)), marks)
      }
    }
    try #require(!blocks.isEmpty, "no section \(name) in scalars.txt")
  }

  /// Compares the answer to every scalar; names the scalar where one differs.
  ///
  /// - Returns: The number of scalars.
  func check(unchanged: ([UInt8]) -> [UInt8], answer: ([UInt8]) -> [UInt8]) throws -> Int {
    var count = 0
    for block in 0..<UInt32(0x1100) where !(0xD8...0xDF).contains(block) {
      let golden = blocks[block]
      var hash = Golden.hash([])
      for low in 0..<UInt32(256) {
        guard let scalar = Unicode.Scalar(block << 8 | low) else { continue }
        let bytes = Array(String(scalar).utf8)
        let result = answer(bytes)
        let same = unchanged(bytes)
        count += 1
        guard let golden else {
          if result != same { Issue.record("\(scalar.name): \(result), expected no change") }
          continue
        }
        hash = Golden.hash(result + [0xFF], from: hash)
        let mark = golden.marks[Int(low)]
        let isRight =
          switch mark {
          case "=": result == same
          case "-": result.isEmpty || result == Array("a\nb".utf8)
          case "+": result == Array(" \(scalar) ".utf8) || result == Array("a\n\(scalar)\nb".utf8)
          default: UInt8(truncatingIfNeeded: Golden.hash(result)) == UInt8(mark, radix: 16)
          }
        if !isRight { Issue.record("\(scalar.name): \(result), expected the mark \(mark)") }
      }
      if let golden, hash != golden.hash {
        Issue.record("block \(String(block, radix: 16)): some answer differs from the reference")
      }
    }
    return count
  }
}

extension Unicode.Scalar {
  fileprivate var name: String { "U+" + String(value, radix: 16, uppercase: true) }
}
