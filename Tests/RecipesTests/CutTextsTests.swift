import Files
import JSONText
import Runs
import Testing
import Tokenizers

@testable import Recipes

/// Texts that a model cuts, counted by hand; a token here is a letter.
@Suite struct CutTextsTests {
  private func side(_ groups: [[String]], limit: Int, name: String = "documents") -> CutTexts.Side {
    let texts = groups.flatMap { $0 }
    var next = 0
    let numbers = groups.map { group in
      next += group.count
      return Array(next - group.count..<next)
    }
    func encoding(_ text: some StringProtocol) -> Encoding {
      let ids = text.utf8.map { Int32($0) }
      return Encoding(ids: ids, typeIDs: ids.map { _ in 0 })
    }
    return CutTexts.Side(
      name, groups: numbers, limit: limit, place: { "row \($0 + 1)" }, whole: { encoding(texts[$0]) },
      cut: { encoding(texts[$0].prefix(limit)) })
  }

  private func said(_ sides: [CutTexts.Side], limit: Int) throws -> [RunEvent] {
    var events: [RunEvent] = []
    try CutTexts(limit: limit, sides: sides).report(source: "rows.jsonl") { events.append($0) }
    return events
  }

  @Test func textsWithinTheLimitAreNotMentioned() throws {
    let side = side([["abc", "d"]], limit: 3)
    #expect(side.lengths == [] && side.looked == 2)
    #expect(try said([side], limit: 3) == [])
    #expect(CutTexts(limit: 3, sides: [side]).fact == "none")
  }

  @Test func oneTextThatIsAnotherAfterCuttingIsOne() throws {
    let texts = side([["abcd", "abce", "xyz", "uvw"]], limit: 3, name: "queries")
    #expect(
      try said([texts], limit: 3).last
        == .warning(
          "1 of 4 queries is the same as another after cutting, such as row 2 as row 1; raise 'model.maximumLength'"))
  }

  @Test func aFewLongTextsAreANoteAndManyAWarning() throws {
    let texts = (10..<29).map { "\($0)" } + ["abcdefg"]
    let few = side([texts], limit: 3)
    let sentence =
      "1 of 20 documents (median 7, longest 7, row 20) longer than 'model.maximumLength' of 3 tokens, and cut"
    #expect(try said([few], limit: 3) == [.note(sentence)])
    let queries = side([["abcd", "bcdefg", "cdefgh", "d"]], limit: 3, name: "queries")
    #expect(
      try said([queries, few], limit: 3) == [
        .warning(
          "3 of 4 queries (median 6, longest 6, row 2), 1 of 20 documents (median 7, longest 7, row 20) longer than "
            + "'model.maximumLength' of 3 tokens, and cut; raise it where the model allows, or shorten the texts")
      ])
    let cut = CutTexts(limit: 3, sides: [queries, few])
    #expect(cut.fact == "3 of 4 queries, 1 of 20 documents to 3 tokens")
    #expect(
      cut.json == [
        "limit": 3, "queries": ["looked": 4, "cut": 3, "median": 6, "longest": 6, "merged": 0],
        "documents": ["looked": 20, "cut": 1, "median": 7, "longest": 7, "merged": 0],
      ])
  }

  @Test func textsThatCuttingMakesTheSameAreCounted() throws {
    let side = side([["abcx", "abcy", "abc", "d"]], limit: 3)
    #expect(side.merged == 2 && !side.isUniform)
    #expect(
      try said([side], limit: 3).last
        == .warning(
          "2 of 4 documents are the same as another after cutting, such as row 2 as row 1; raise 'model.maximumLength'")
    )
  }

  private func refusal(_ side: CutTexts.Side, limit: Int) -> RunError? {
    do {
      _ = try said([side], limit: limit)
      return nil
    } catch {
      return error as? RunError
    }
  }

  @Test func textsThatCuttingMakesTheSameAreRefusedWhereNoneDiffer() throws {
    let (queries, documents) = (
      side([["abcx", "abcy"]], limit: 3, name: "queries"), side([["abcz", "abcw"]], limit: 3)
    )
    #expect(
      throws: RunError(
        .badRecipe,
        "'model.maximumLength': cut to 3 tokens, all 2 queries and all 2 documents are the same for the model; raise it"
      )
    ) { try said([queries, documents], limit: 3) }
    // One side alone is a warning, since the other still differs.
    #expect(
      try said([queries, side([["abc", "def"]], limit: 3)], limit: 3).contains(
        .warning(
          "'model.maximumLength': cut to 3 tokens, all 2 queries are the same for the model, which can learn nothing from "
            + "them; raise it")))
    // One text is no comparison.
    #expect(!side([["abcx"]], limit: 3).isUniform)
    #expect(!side([["abcx", "abcy"], ["defx", "degy"]], limit: 3, name: "pairs").isUniform)
  }

  @Test func aVocabularyWithoutTheWordsIsRefusedToo() {
    let unknown = Encoding(ids: [1, 2], typeIDs: [0, 0])
    let side = CutTexts.Side(
      "queries", groups: [[0, 1, 2]], limit: 8, place: { "row \($0)" }, whole: { _ in unknown }, cut: { _ in unknown })
    #expect(
      refusal(side, limit: 8)
        == RunError(
          .badData,
          "rows.jsonl: all 3 queries are the same tokens for the model, whose vocabulary lacks their words; use a model of "
            + "this language"))
  }

  @Test func ofManyTextsTenThousandAreLookedAt() {
    var seen: [Int] = []
    let side = CutTexts.Side(
      "documents", groups: [Array(0..<25_000)], limit: 3, place: { "row \($0)" },
      whole: {
        seen.append($0)
        return Encoding(ids: [Int32($0)], typeIDs: [0])
      }, cut: { Encoding(ids: [Int32($0)], typeIDs: [0]) })
    #expect(side.looked == 10_000 && !side.isWhole)
    #expect(seen.prefix(4) == [0, 2, 5, 7] && seen.last == 24_997)
  }
}
