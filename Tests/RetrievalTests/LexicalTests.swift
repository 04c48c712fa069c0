import TestSupport
import Testing

@testable import Retrieval

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

@Suite struct AnalyzerTests {
  private let plain = Analyzer(dropsStopWords: false, cutsEndings: false)

  @Test func splitsAndLowerCases() {
    #expect(
      plain.terms(of: "  C3PO's  e-mail: \u{C4}RZTE, 文書 x² (½)!") == [
        "c3po", "s", "e", "mail", "\u{E4}rzte", "文書", "x²", "½",
      ])
    #expect(plain.terms(of: "") == [])
    #expect(plain.terms(of: "---\u{0}\n") == [])
    #expect(plain.terms(of: "हिन्दी İSTANBUL") == ["हिन्दी", "i\u{307}stanbul"])
  }

  @Test func dropsStopWords() {
    #expect(
      Analyzer(cutsEndings: false).terms(of: "The art of THE possible, and its limits") == [
        "art", "possible", "limits",
      ])
  }

  @Test func cutsEndings() {
    let analyzer = Analyzer(dropsStopWords: false)
    #expect(analyzer.terms(of: "Searching searched SEARCHES") == ["search", "search", "search"])
    // Of a word that is all ending something has to stay.
    #expect(analyzer.terms(of: "C3PO's x86s") == ["c3po", "s", "x86"])
  }

  @Test func leavesOtherScriptsAlone() {
    #expect(Analyzer(dropsStopWords: false).terms(of: "cafés") == ["cafés"])
  }
}

/// Expected terms are those of Lucene's `CJKBigramFilter` behind `CJKWidthFilter` for Han and kana, and the same rule for Thai,
/// Lao, Khmer and Burmese, where a character has its marks with it.
@Suite struct ScriptsWithoutSpacesTests {
  @Test(arguments: [
    ("自行车链条", ["自行", "行车", "车链", "链条"]), ("茶", ["茶"]), ("茶 水。", ["茶", "水"]), ("人々", ["人々"]),
    ("東京タワーへ", ["東京", "京タ", "タワ", "ワー", "ーへ"]),
    ("iPhone手机壳3个", ["iphon", "手机", "机壳", "3", "个"]), ("第3章", ["第", "3", "章"]),
    // Fullwidth and halfwidth forms, and kana in both normal forms.
    ("ＡＢＣ１２！", ["abc12"]), ("ｶﾞｯﾂ", ["ガッ", "ッツ"]), ("か\u{3099}く", ["がく"]), ("ﾊﾟｽ", ["パス"]), ("ｳﾞｨ", ["ヴィ"]),
    // An ideograph with a variation selector is that ideograph.
    ("葛\u{E0100}飾", ["葛飾"]),
    ("ที่นี่", ["ที่นี่"]), ("กินข้าว", ["กิน", "นข้", "ข้า", "าว"]),
    ("ພາສາ", ["ພາ", "າສ", "ສາ"]), ("ភាសា", ["ភាសា"]), ("မြန်မာ", ["မြန်", "န်မာ"]),
    ("ราคา๑๐๐บาท", ["รา", "าค", "คา", "๑๐๐", "บา", "าท"]),
    // Words between spaces stay as they are.
    ("한국어 문서", ["한국어", "문서"]), ("한국의美", ["한국의", "美"]), ("हिन्दी भाषा", ["हिन्दी", "भाषा"]), ("слово", ["слово"]),
    ("မ\u{200B}က", ["မ", "က"]),
  ])
  func aRunIsCutIntoPairs(_ text: String, _ expected: [String]) {
    #expect(Analyzer().terms(of: text).map { Array($0.utf8) } == expected.map { Array($0.utf8) })
  }

  @Test func aQueryFindsItsDocument() throws {
    let texts = ["自行车链条需要定期上油", "漏气的轮胎要先找到破洞", "帐篷收起来之前要完全晾干"]
    let index = try BM25(ids: ["d0", "d1", "d2"], texts: texts)
    #expect(index.search("链条上油", top: 3).map(\.id) == ["d0"])
    #expect(index.search("轮胎破洞", top: 3).map(\.id) == ["d1"])
    #expect(index.search("帐篷晾干", top: 3).map(\.id) == ["d2"])
    #expect(try BM25(ids: ["th"], texts: ["กรุณาล้างจานหลังอาหาร"]).search("ล้างจาน", top: 3).map(\.id) == ["th"])
  }
}

@Suite struct BM25Tests {
  private let texts = [
    "the quick brown fox jumps", "a quick quick dog", "lazy dogs sleep", "",
    "fox fox fox and a brown bear in the woods",
  ]
  private let ids = ["d0", "d1", "d2", "d3", "d4"]

  @Test func scoresByTheFormula() throws {
    let analyzer = Analyzer()
    let index = try BM25(ids: ids, texts: texts, parameters: BM25.Parameters(k1: 1.2, b: 0.75))
    let documents = texts.map(analyzer.terms)
    let average = Double(documents.reduce(0) { $0 + $1.count }) / 5
    var counts: [Int] = []
    for query in ["quick fox", "dog", "brown brown bear", "the of", "unknown", ""] {
      var expected: [(id: String, score: Double)] = []
      for (id, terms) in zip(ids, documents) {
        var score = 0.0
        for word in analyzer.terms(of: query) {
          let containing = Double(documents.count { $0.contains(word) })
          let frequency = Double(terms.count { $0 == word })
          if frequency == 0 { continue }
          score +=
            log(1 + (5 - containing + 0.5) / (containing + 0.5)) * frequency
            / (frequency + 1.2 * (0.25 + 0.75 * Double(terms.count) / average))
        }
        if score > 0 { expected.append((id, score)) }
      }
      expected.sort { ($0.score, $0.id) > ($1.score, $1.id) }
      let found = index.search(query, top: 10)
      #expect(found.map(\.id) == expected.map(\.id), "\(query)")
      for (ours, theirs) in zip(found, expected) { #expect(abs(Double(ours.score) - theirs.score) < 1e-6) }
      counts.append(found.count)
    }
    #expect(counts == [3, 2, 2, 0, 0, 0])
  }

  @Test func tiesAndCuts() throws {
    let index = try BM25(ids: ["a", "c", "b"], texts: ["word", "word", "word"])
    #expect(index.search("word", top: 2).map(\.id) == ["c", "b"])
    #expect(index.search("word", top: 0) == [])
    #expect(index.search("word", top: -3) == [])
  }

  @Test func manyQueriesGiveARun() throws {
    let index = try BM25(ids: ids, texts: texts)
    let ranking = try index.search([("q2", "fox"), ("q1", "sleeping dog"), ("q0", "nothing")], top: 3)
    #expect(ranking.queries == ["q2", "q1", "q0"])
    #expect(ranking["q2"]?.map(\.id) == ["d4", "d0"])
    #expect(ranking["q1"] == index.search("sleeping dog", top: 3))
    #expect(ranking["q0"] == [])
  }

  @Test func anEmptyIndexFindsNothing() throws {
    #expect(try BM25(ids: [], texts: []).search("word", top: 3) == [])
  }

  @Test func refusesBadSettings() {
    #expect(
      message { _ = try BM25(ids: ["a"], texts: ["", ""]) }
        == "BM25 needs one identifier per text, found 1 identifiers and 2 texts")
    #expect(
      message { _ = try BM25(ids: ["a", "b", "a"], texts: ["", "", ""]) }
        == "document \"a\" occurs twice in the corpus; give each document an identifier of its own")
    #expect(
      message { _ = try BM25(ids: [], texts: [], parameters: BM25.Parameters(k1: -1, b: 0.4)) }
        == "BM25 needs k1 of at least 0 and b between 0 and 1, found k1 -1.0 and b 0.4")
    #expect(
      message { _ = try BM25(ids: [], texts: [], parameters: BM25.Parameters(k1: 1, b: .nan)) }
        == "BM25 needs k1 of at least 0 and b between 0 and 1, found k1 1.0 and b nan")
  }
}
