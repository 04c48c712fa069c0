import Datasets
import TestSupport
import Testing

@testable import Retrieval

/// Lightly edited copies of real documents are taken for copies, and other documents are not.
@Suite struct PlantedCopiesTests {
  /// What editors do to a text that they take over.
  enum Edit: CaseIterable {
    case capitalsWithoutPunctuation
    case aWordLess
    case anotherWord
    case wordsSwapped
    case aSentenceMore
    case aWordLessAndAnotherWord
  }

  /// The similarity of the shipped recipes.
  private static let similarity = 0.6

  private static func edited(_ text: String, _ edit: Edit, _ random: inout SeededGenerator) -> String {
    var words = text.split(separator: " ").map(String.init)
    let place = Int.random(in: 0..<words.count, using: &random)
    switch edit {
    case .capitalsWithoutPunctuation: return text.uppercased().filter { !",.;:()-".contains($0) }
    case .aWordLess: words.remove(at: place)
    case .anotherWord: words[place] = "different"
    case .wordsSwapped: words.swapAt(place, max(0, place - 1))
    case .aSentenceMore: words += ["It", "is", "free", "software."]
    case .aWordLessAndAnotherWord:
      words[place] = "different"
      words.remove(at: Int.random(in: 0..<words.count, using: &random))
    }
    return words.joined(separator: " ")
  }

  private static func documents() throws -> [String] {
    let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
    return try Corpus(file: root + "/recipes/data/debian-programs/corpus.jsonl").documents.map(\.content)
  }

  @Test(arguments: Edit.allCases)
  func copiesAreDropped(_ edit: Edit) throws {
    var random = SeededGenerator(seed: 7)
    let originals = try Self.documents().enumerated().filter { $0.offset.isMultiple(of: 7) }.map(\.element)
    var corpus = MiningCorpus(texts: originals.map { Self.edited($0, edit, &random) })
    let rule = NearDuplicatesRule(similarity: Self.similarity)
    let missed = originals.indices.count { place in
      let positive = MiningQuery.Positive(text: originals[place], score: 1)
      return !rule.survivors(
        of: [MiningCandidate(document: place, score: 1)],
        for: MiningQuery(text: "", positives: [positive], knownDocuments: []), in: &corpus
      ).isEmpty
    }
    #expect(Double(missed) <= 0.01 * Double(originals.count), "\(missed) of \(originals.count)")
  }

  /// Two documents that stand side by side in the corpus are seldom alike.
  @Test func othersStay() throws {
    let texts = try Self.documents()
    var corpus = MiningCorpus(texts: texts)
    let rule = NearDuplicatesRule(similarity: Self.similarity)
    let dropped = (1..<texts.count).count { place in
      let positive = MiningQuery.Positive(text: texts[place - 1], score: 1)
      return rule.survivors(
        of: [MiningCandidate(document: place, score: 1)],
        for: MiningQuery(text: "", positives: [positive], knownDocuments: []), in: &corpus
      ).isEmpty
    }
    #expect(Double(dropped) <= 0.02 * Double(texts.count), "\(dropped) of \(texts.count)")
  }
}
