import Foundation
import TestSupport
import Testing

@testable import Retrieval

/// Every rule of the table has what a rule needs: a name of its own, settings that read back, and an example of what it drops.
@Suite struct MiningRuleTableTests {
  /// A rule, and the documents that it leaves of the candidates 0 to 4, whose scores are 0.9, 0.7, 0.5, 0.3 and 0.1.
  private static let examples: [(rule: any NamedMiningRule, left: [Int])] = [
    (KnownPositivesRule(), [1, 2, 3, 4]), (NearDuplicatesRule(similarity: 0.9), [2, 3, 4]),
    (QueryTextRule(), [0, 1, 3, 4]), (RepeatedTextsRule(), [0, 1, 2, 3]), (RankWindowRule(from: 2, to: 3), [1, 2]),
    (SkipTopRule(count: 2), [2, 3, 4]), (ScoreRangeRule(floor: 0.2, ceiling: 0.8), [1, 2, 3]),
    (AbsoluteMarginRule(margin: 0.05), [1, 2, 3, 4]), (RelativeMarginRule(margin: 0.5), [3, 4]),
    (JudgeSettings(model: "judge", below: 0.5), [0, 1, 2]),
  ]
  private static let names = MiningRules.all.map { $0.name }

  @Test func namesAreDifferent() {
    #expect(!Self.names.isEmpty && Set(Self.names).count == Self.names.count)
  }

  @Test(arguments: names)
  func dropsSomeAndKeepsOthers(_ name: String) throws {
    let example = try #require(Self.examples.first { type(of: $0.rule).name == name }, "no example of \(name)")
    let texts = ["plays chess against you", "Plays chess, against you!", "play chess", "lost files", "lost files"]
    let query = MiningQuery(text: "play chess", positives: [.init(text: texts[0], score: 0.8)], knownDocuments: [0])
    let candidates = texts.indices.map { MiningCandidate(document: $0, score: [0.9, 0.7, 0.5, 0.3, 0.1][$0]) }
    let rule = try example.rule.rule { folder in
      #expect(folder == "judge")
      return { _, documents in documents.map { $0.hasPrefix("lost") ? 1 : 0 } }
    }
    var corpus = MiningCorpus(texts: texts)
    let left = try rule.survivors(of: candidates, for: query, in: &corpus).map(\.document)
    #expect(left == example.left && !left.isEmpty && left.count < texts.count)
  }

  @Test(arguments: names)
  func settingsReadBack(_ name: String) throws {
    func readsBack<Rule: NamedMiningRule>(_ rule: Rule) throws -> Bool {
      try JSONDecoder().decode(Rule.self, from: JSONEncoder().encode(rule)) == rule
    }
    let example = try #require(Self.examples.first { type(of: $0.rule).name == name }, "no example of \(name)")
    #expect(try readsBack(example.rule))
  }

  @Test func settingsThatCannotBeAreNamed() {
    let wrong: [any NamedMiningRule] = [
      NearDuplicatesRule(similarity: 0), RankWindowRule(from: 3, to: 2), SkipTopRule(count: -1), ScoreRangeRule(),
      ScoreRangeRule(floor: 1, ceiling: 0), AbsoluteMarginRule(margin: -1), RelativeMarginRule(margin: -1),
      JudgeSettings(model: "judge", below: 2),
    ]
    #expect(
      wrong.map { $0.problem() } == [
        "similarity 0.0 is not in (0, 1]", "ranks count from 1, and 'to' is not before 'from'",
        "count -1 is less than 0", "give 'floor', 'ceiling' or both",
        "the floor is above the ceiling, so nothing would be left", "margin -1.0 is less than 0",
        "margin -1.0 is less than 0",
        "'below' and 'above' are probabilities, and 'above' is not less than 'below'",
      ])
  }

  @Test func settingsOfTheExamplesHaveNoProblem() {
    #expect(!Self.examples.isEmpty && Self.examples.allSatisfy { $0.rule.problem() == nil })
  }

  @Test func onlyKnownPositivesAreImpliedAndOnlyAJudgePromotes() {
    let implied = Self.examples.filter { type(of: $0.rule).isImplied }
    #expect(implied.map { type(of: $0.rule).name } == ["knownPositives"])
    #expect(Self.examples.filter { $0.rule.promotes }.isEmpty)
    #expect(JudgeSettings(model: "judge", below: 0.5, above: 0.9).promotes)
  }

  @Test func onlyAJudgeReadsAModel() {
    let reading = Self.examples.filter { !$0.rule.models.isEmpty }
    #expect(reading.map { type(of: $0.rule).name } == ["judge"])
    #expect(reading.map(\.rule.models) == [["judge"]])
  }

  @Test(
    arguments: [
      (0.1, nil, true), (1, nil, true), (0.1, 0.9, true), (0.5, 0.5, true), (1, 1, true), (0, nil, false),
      (1.5, nil, false), (.nan, nil, false), (0.5, 0.4, false), (0.5, 1.1, false), (0.5, .nan, false),
    ] as [(Double, Double?, Bool)])
  func aJudgeComparesProbabilities(_ below: Double, _ above: Double?, _ isRight: Bool) throws {
    let folder = TemporaryFolder()
    try folder.write("config.json", "{}")
    let problem = JudgeSettings(model: folder.path, below: below, above: above).problem()
    let expected = "'below' and 'above' are probabilities, and 'above' is not less than 'below'"
    #expect(problem == (isRight ? nil : expected))
  }
}
