import Files
import JSONText
import Retrieval
import TestSupport
import Testing

@testable import Evaluation
@testable import Recipes

/// The program that compares a lower precision with float32.
@Suite struct ComparePrecisionsTests {
  @Test(arguments: ["comparePrecisions", "comparePrecisions-biEncoder"])
  func aModelIsComparedWithItself(name: String) throws {
    let recipes = try WholeRecipes()
    try recipes.run(name)
    let precision = name == "comparePrecisions" ? "int8" : "bfloat16"
    let result = try #require(try JSONReader.parse(Files.read(recipes.folder.file("run/result.json"))).objectValue)
    #expect(result["precision"]?.stringValue == precision)
    #expect(["safe", "not safe", "undecided"].contains(try #require(result["safety"]?.stringValue)))
    let agreements = try #require(result["agreement"]?.arrayValue)
    #expect(agreements.count == (name == "comparePrecisions" ? 2 : 1))
    for agreement in agreements {
      let agreement = try #require(agreement.objectValue)
      let (tau, least) = (
        try #require(agreement["tau"]?.doubleValue), try #require(agreement["leastTau"]?.doubleValue)
      )
      #expect(tau > 0 && tau <= 1 && least <= tau)
      let difference = try #require(agreement["largestDifference"]?.doubleValue)
      // The scores are others, and near.
      #expect(difference > 0 && difference < 0.3, "\(difference)")
      let split = try #require(agreement["split"]?.stringValue)
      let (exact, near) = (
        try Ranking(file: recipes.folder.file("run/float32.\(split).run")),
        try Ranking(file: recipes.folder.file("run/\(precision).\(split).run"))
      )
      let again = RankAgreement(of: exact, with: near, top: 5)
      #expect(abs(try #require(again.tau) - tau) < 1e-9)
    }
    let page = String(decoding: try Files.read(recipes.folder.file("run/report.html")), as: UTF8.self)
    #expect(page.contains("Kendall"))
  }

  @Test(arguments: ["precision=float32", "top=1", "tolerance=0", "retriever=null"])
  func whatMakesNoSenseIsRefused(change: String) throws {
    let recipes = try WholeRecipes()
    #expect(throws: (any Error).self) { try recipes.run("comparePrecisions", [change]) }
    #expect(!Files.exists(recipes.folder.file("run/result.json")))
  }

  private func comparison(_ split: String, _ changes: [Double]) throws -> Comparison {
    let test = try PairedTest(
      baseline: changes.map { _ in 0.5 }, candidate: changes.map { 0.5 + $0 })
    return Comparison(
      split: split, measure: .nDCG(cut: 10), base: 0.5, tuned: 0.5 + test.meanDifference, test: test)
  }

  @Test func theWorstSplitDecides() throws {
    let (none, little, much) = (
      try comparison("a", Array(repeating: 0, count: 40)),
      try comparison("b", (0..<40).map { $0 % 2 == 0 ? 0.001 : -0.001 }),
      try comparison("c", Array(repeating: -0.02, count: 40))
    )
    let few = try comparison("d", [0.2, -0.2, 0, 0, 0.1, -0.1])
    func safety(_ comparisons: Comparison...) -> PrecisionSafety {
      PrecisionSafety(comparisons, of: "int8", tolerance: 0.005)
    }
    #expect(safety(none).verdict == .safe && safety(none, little).verdict == .safe)
    #expect(safety(none, little).sentence.hasPrefix("safe: in int8 nDCG@10 on b changes by "))
    #expect(safety(none, few).verdict == .undecided)
    let same = safety(none, try comparison("e", Array(repeating: 0, count: 29)))
    #expect(same.verdict == .undecided && same.sentence.contains("fewer than 30 queries"), "\(same.sentence)")
    #expect(safety(none, few, much).verdict == .harmful)
    let sentence = safety(much).sentence
    #expect(sentence.hasPrefix("not safe: in int8 nDCG@10 on c changes by -0.0200"), "\(sentence)")
    // Other measures of a split do not decide.
    var other = much
    (other.split, other.measure) = ("a", .recall(cut: 10))
    #expect(safety(none, other).verdict == .safe)
    #expect(safety().verdict == .undecided)
  }
}
