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
