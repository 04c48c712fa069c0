import Datasets
import Files
import Retrieval
import TestSupport
import Testing

@testable import Projects

/// The split: sizes, and no text on two sides.
@Suite struct QuerySplitTests {
  /// Words of which texts are made that share little.
  private static let words = """
    amber basin cactus dagger ember falcon gravel hollow island jungle kettle lantern meadow needle orchard pebble quarry
    ribbon saddle timber umbrella velvet walnut yonder zephyr anchor bottle candle dragon engine feather garden hammer
    """.split(whereSeparator: \.isWhitespace).map(String.init)

  private func text(_ number: Int, _ length: Int, _ random: StableRandom) -> String {
    (0..<length).map { Self.words[random.index(below: Self.words.count, at: number * 40 + $0)] }.joined(separator: " ")
  }

  /// Pairs of random texts, each with a number in it.
  private func material(_ count: Int, document: (Int) -> Int = { $0 }) -> Material {
    var material = Material()
    let (first, second) = (StableRandom(seed: 1, epoch: 0), StableRandom(seed: 2, epoch: 0))
    for row in 0..<count {
      let query = material.query(text(row, 6, first))
      material.judge(query, material.document(text: text(document(row), 20, second)), grade: 1)
    }
    return material
  }

  /// The pairs of texts on two sides that are equal or near-duplicates.
  private func leaks(_ material: Material, _ split: QuerySplit) -> [String] {
    let sides = SplitSide.allCases.map { side in
      let judgments = split.judgments(of: side)
      return Set(judgments.map { material.queries[$0.query].text })
        .union(judgments.map { material.documents[$0.document].content }).sorted().map { ($0, Shingles($0)) }
    }
    var leaks: [String] = []
    for (first, second) in [(0, 1), (0, 2), (1, 2)] {
      for (left, leftShingles) in sides[first] {
        for (right, rightShingles) in sides[second]
        where leftShingles.resemblance(to: rightShingles, reaches: NearDuplicates.limit) {
          leaks.append("\(left) | \(right)")
        }
      }
    }
    return leaks
  }

  @Test(arguments: [
    (20, 11, 3, 6), (60, 30, 10, 20), (200, 117, 33, 50), (1000, 700, 100, 200), (5000, 3500, 500, 1000),
    (100_000, 98_500, 500, 1000),
  ])
  func sizesAreAsDocumented(queries: Int, train: Int, dev: Int, test: Int) {
    let sizes = SplitSizes(queries: queries)
    #expect((sizes.train, sizes.dev, sizes.test) == (train, dev, test))
  }

  @Test(arguments: [20, 60, 200, 1000]) func unrelatedRowsFillTheSizes(count: Int) throws {
    let material = material(count)
    let split = try QuerySplit(material, seed: 17)
    let sizes = SplitSizes(queries: count)
    #expect(split.count(of: .train) + split.count(of: .dev) + split.count(of: .test) == count)
    #expect(abs(split.count(of: .test) - sizes.test) <= 2)
    #expect(abs(split.count(of: .dev) - sizes.dev) <= 2)
    #expect(split.judgments.count == material.judgments.count)
    #expect(leaks(material, split).isEmpty)
  }

  @Test func theSeedDecides() throws {
    let material = material(100)
    #expect(try QuerySplit(material, seed: 17).sides == QuerySplit(material, seed: 17).sides)
    #expect(try QuerySplit(material, seed: 17).sides != QuerySplit(material, seed: 18).sides)
  }

  @Test func sharedAnswersAndPlantedNearDuplicatesStayOnOneSide() throws {
    // Three questions to each answer, and every fourth question asked again with a change.
    var material = material(300, document: { $0 / 3 })
    for (number, query) in material.queries.enumerated() where number % 4 == 0 {
      var words = query.text.split(separator: " ").map(String.init)
      switch number % 3 {
      case 0: words.swapAt(0, 1)
      case 1: words[words.count - 1] += "s"
      default: words = words.map { $0.uppercased() + "," }
      }
      let copy = material.query(words.joined(separator: " "))
      material.judge(
        copy, material.document(text: "copy \(number) " + text(9000 + number, 20, StableRandom(seed: 3, epoch: 0))),
        grade: 1)
    }
    let split = try QuerySplit(material, seed: 17)
    #expect(split.nearDuplicates > 30)
    #expect(leaks(material, split).isEmpty)
    #expect(split.count(of: .test) >= 30 && split.count(of: .dev) >= 20)
  }

  @Test func fewLargeGroupsAreTakenWhole() throws {
    // A thousand questions with ten canned answers.
    let material = material(500, document: { $0 % 10 })
    let split = try QuerySplit(material, seed: 17)
    #expect(split.largestGroup >= 50)
    #expect(split.count(of: .test) >= 50 && split.count(of: .dev) >= 50 && split.count(of: .train) >= 200)
    #expect(split.cut == 0)
    #expect(leaks(material, split).isEmpty)
  }

  @Test func aGroupOfAllQueriesIsCut() throws {
    // Each query has its own document and the next one's, so that all hang together.
    var material = material(300)
    for row in 0..<299 { material.judge(row, row + 1, grade: 1) }
    let split = try QuerySplit(material, seed: 17)
    #expect(split.largestGroup == 300)
    #expect(split.cut > 0 && split.cut < 20)
    #expect(split.count(of: .test) >= 50 && split.count(of: .dev) >= 20 && split.count(of: .train) >= 150)
    #expect(leaks(material, split).isEmpty)
  }

  @Test func negativesOfAnotherSideAreLeftOut() throws {
    var material = material(60)
    for row in 0..<60 { material.judge(row, (row + 7) % 60, grade: 0) }
    let split = try QuerySplit(material, seed: 17)
    #expect(split.groups == 60)
    #expect(split.cutNegatives > 0)
    #expect(leaks(material, split).isEmpty)
  }

  @Test func aQueryThatIsADocumentElsewhereJoinsBoth() throws {
    var material = material(30)
    let text = material.documents[0].content
    let query = material.query(text.uppercased())
    material.judge(query, material.document(text: "quite another answer to this"), grade: 1)
    let split = try QuerySplit(material, seed: 17)
    #expect(split.sides[query] == split.sides[0])
    #expect(split.groups == 30)
  }

  @Test func oneAnswerForAllCannotBeSplit() throws {
    let error = #expect(throws: ProjectError.self) { try QuerySplit(material(100, document: { _ in 0 }), seed: 17) }
    #expect(error?.kind == .badData)
    #expect(error?.description.contains("100 of 100 queries hang together") == true)
  }

  @Test func fewQueriesAreRefused() throws {
    let error = #expect(throws: ProjectError.self) { try QuerySplit(material(19), seed: 17) }
    #expect(
      error?.description.hasPrefix("expected at least 20 different queries with a document of their own, found 19;")
        == true)
  }
}
