import Files
import TestSupport
import Testing

@testable import Recipes

/// The report that every program leaves in its folder.
@Suite struct ProgramReportTests {
  private static let sections: [String: [String]] = [
    "trainBiEncoder": [
      "Verdict", "What mining dropped", "Training", "Lengths and scores", "Run", "Settings",
    ],
    "trainBiEncoder-lora": ["Training", "Run", "Settings"],
    "trainCrossEncoder": ["Verdict", "Training", "Lengths and scores", "Run", "Settings"],
    "evaluate": ["Verdict", "Lengths and scores", "Run", "Settings"],
    "mineNegatives": ["What mining dropped", "Pairs to look at", "Lengths and scores", "Run", "Settings"],
    "reduceVectors": ["Sizes", "Full against reduced", "Run", "Settings"],
    "scoreRows": ["Pairs to look at", "Lengths and scores", "Run", "Settings"],
    "evaluateReranking": ["Verdict", "Ceiling", "Latency of one query", "Run", "Settings"],
    "comparePrecisions": ["Verdict", "Agreement", "Lengths and scores", "Run", "Settings"],
    "calibrate": ["Calibration", "Reliability", "Lengths and scores", "Run", "Settings"],
  ]

  @Test(arguments: sections.keys.sorted())
  func everyProgramLeavesAReport(_ name: String) throws {
    let recipes = try WholeRecipes()
    try recipes.run(name)
    let page = String(decoding: try Files.read(recipes.folder.file("run/report.html")), as: UTF8.self)
    let headings = page.matches(of: #/<h2>(.*)</h2>/#).map { String($0.1) }
    #expect(Set(Self.sections[name, default: []]).isSubset(of: headings), "\(headings)")
    #expect(page.contains("<p class=\"verdict"))
    #expect(page.contains("<dt>memory at most</dt>"))
    #expect(!page.contains("{{") && !page.contains("Optional("))
  }
}
