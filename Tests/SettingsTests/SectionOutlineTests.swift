import SettingKeys
import Testing

@testable import Settings

/// The keys of settings, found by decoding them from nothing.
@Suite struct SectionOutlineTests {
  private enum Shape: String, CaseIterable { case round, square }

  private struct Inner: Codable {
    var shape = ""
    var radius: Double?
    var side: Int?

    private enum CodingKeys: String, CodingKey { case shape, radius, side }

    init(from decoder: any Decoder) throws {
      let keys = try decoder.keys(CodingKeys.self)
      switch try keys.variant(.shape, of: Shape.self, default: .square, "The shape.") {
      case .round: radius = try keys.required(.radius, example: decoder.given(Double.self) ?? 1, "The radius.")
      case .square: side = try keys.value(.side, default: 2, "The side.")
      }
    }
  }

  private struct Sample: Codable {
    var inner: Inner
    var all: [Inner]
    var names: [String: Bool]?
    var plain: Int?

    private enum CodingKeys: String, CodingKey { case inner, all, names, plain }

    init(from decoder: any Decoder) throws {
      let keys = try decoder.keys(CodingKeys.self)
      keys.either(.all, .names)
      inner = try keys.section(.inner, given: [5.0], "One.")
      all = try keys.required(.all, "More.")
      names = try keys.optional(.names, "Names.")
      plain = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(Int.self, forKey: .plain)
    }
  }

  private func inner(radius: String) -> SectionOutline {
    SectionOutline(
      keys: [
        KeyOutline(
          name: "shape", sentence: "The shape.", kind: .choice(["round", "square"]),
          absence: .means(.scalar("square", isText: true)))
      ],
      variants: [
        .init(
          name: "round",
          keys: [
            KeyOutline(
              name: "radius", sentence: "The radius.", kind: .number, absence: .isProblem,
              example: .scalar(radius, isText: false))
          ]),
        .init(
          name: "square",
          keys: [
            KeyOutline(
              name: "side", sentence: "The side.", kind: .wholeNumber, absence: .means(.scalar("2", isText: false)))
          ]),
      ], usual: "square")
  }

  @Test func everyFormOfEverySectionIsDescribed() throws {
    let outline = try SectionOutline(of: Sample.self)
    #expect(
      outline
        == SectionOutline(
          keys: [
            KeyOutline(
              name: "inner", sentence: "One.", kind: .section(inner(radius: "5.0")), absence: .isEmptySection),
            KeyOutline(
              name: "all", sentence: "More.", kind: .list(of: .section(inner(radius: "1.0"))), absence: .isProblem),
            KeyOutline(name: "names", sentence: "Names.", kind: .map(of: .truth), absence: .isNothing),
            // A key that is read without a declaration is there, without a sentence.
            KeyOutline(name: "plain", sentence: "", kind: .text, absence: .isNothing),
          ], alternatives: [["all", "names"]]))
  }

  @Test(arguments: [
    (SettingLiteral.scalar("2e-05", isText: false), "2e-05"), (.scalar("nDCG@10", isText: true), "nDCG@10"),
    (.scalar("query: ", isText: true), "\"query: \""), (.scalar("**.query", isText: true), "\"**.query\""),
    (.scalar("17", isText: true), "\"17\""), (.scalar("", isText: true), "\"\""),
    (.scalar("a \"b\"\n\\", isText: true), "\"a \\\"b\\\"\\n\\\\\""),
    (.list([.scalar("1", isText: false), .scalar("a/b.c", isText: true)]), "[1, a/b.c]"),
    (.section([.init(key: "name", value: .scalar("first", isText: true))]), "{ name: first }"),
  ])
  func aLiteralIsOneLineThatReadsBack(_ literal: SettingLiteral, _ line: String) throws {
    #expect(literal.line == line)
    let tree = try RecipeTree.parse(Array("value: \(line)".utf8))
    #expect(Self.literal(try #require(tree.entry("value")).value) == literal)
  }

  private static func literal(_ node: SettingNode) -> SettingLiteral {
    switch node.content {
    case .scalar(let text, let isPlain): .scalar(text, isText: !isPlain || Double(text) == nil)
    case .list(let items): .list(items.map(literal))
    case .section(let entries): .section(entries.map { .init(key: $0.key, value: literal($0.value)) })
    }
  }
}
