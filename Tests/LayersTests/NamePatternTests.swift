import Layers
import Testing

@Suite struct NamePatternTests {
  @Test(arguments: [
    ("encoder.layer.1", "encoder.layer.1.output.dense.weight", true),
    ("encoder.layer.1", "encoder.layer.1", true),
    ("encoder.layer.1", "encoder.layer.10.output.dense.weight", false),
    ("encoder.layer.1", "encoder.layer", false),
    ("layer.1", "encoder.layer.1", false),
    ("encoder.layer.*.output", "encoder.layer.3.output.dense.bias", true),
    ("encoder.layer.*.output", "encoder.layer.3.attention.output.dense.bias", false),
    ("encoder.*", "encoder", false),
    ("*", "encoder.layer", true),
    ("**.query", "encoder.layer.0.attention.self.query.weight", true),
    ("**.query", "encoder.layer.0.attention.self.query", true),
    ("**.query", "query.weight", true),
    ("**.query", "encoder.queries.weight", false),
    ("encoder.**.dense", "encoder.layer.0.output.dense.weight", true),
    ("encoder.**.dense", "encoder.dense", true),
    ("encoder.**.dense", "pooler.dense.weight", false),
    ("**.output.*.weight", "encoder.layer.0.attention.output.dense.weight", true),
    ("**.a.**.b", "a.x.a.y.b", true),
    ("**", "anything.at.all", true),
    ("**.*.*", "one", false),
    ("layer*", "layer1", false),
    ("", "encoder", false),
    ("encoder.", "encoder.layer", false),
  ])
  func covers(_ pattern: String, _ name: String, _ expected: Bool) {
    #expect(NamePattern(pattern).covers(name) == expected)
    #expect(NamePattern(pattern).text == pattern && "\(NamePattern(pattern))" == pattern)
  }

  /// Each list from the least to the most specific for its name.
  @Test(arguments: [
    (
      "encoder.layer.1.attention.self.query.weight",
      [
        "**", "*", "encoder", "encoder.layer", "encoder.layer.1", "**.attention", "encoder.**.attention",
        "encoder.*.*.attention", "encoder.layer.*.attention", "encoder.layer.1.attention", "**.query",
        "encoder.layer.1.attention.self.query", "**.query.weight", "encoder.layer.1.attention.self.query.weight",
      ]
    ),
    // Not the longest text, but what needs more of the name.
    ("a.bb.cc", ["*", "a", "*.*", "a.*", "**.cc", "*.*.cc", "a.**.cc", "a.*.cc", "a.bb.cc"]),
  ])
  func moreSpecificPatternsDecide(_ name: String, _ patterns: [String]) throws {
    let ranks = try patterns.map { try #require(NamePattern($0).specificity(for: name), "\($0)") }
    #expect(ranks.count > 5)
    for (index, rank) in ranks.enumerated() {
      for (other, later) in ranks.enumerated() where other > index {
        #expect(rank < later && !(later < rank), "\(patterns[index]) and \(patterns[other])")
      }
    }
  }

  @Test func wildcardsAreTold() {
    #expect(NamePattern("**.query.*").hasWildcards && NamePattern("**.query.*").literals == ["query"])
    #expect(!NamePattern("a.b").hasWildcards && NamePattern("a.b").literals == ["a", "b"])
  }
}
