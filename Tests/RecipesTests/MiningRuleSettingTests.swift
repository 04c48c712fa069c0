import Retrieval
import Testing
import Yams

@testable import Recipes
@testable import Settings

@Suite struct MiningRuleSettingTests {
  private struct Section: Codable, Equatable {
    var rules: [MiningRuleSetting] = []
    var select = NegativeSelection.first
  }

  /// A section whose missing keys have placeholders.
  private func section(_ text: String) throws -> (section: Section, problems: [String]) {
    let record = DecodingRecord()
    let root = try RecipeTree.parse(Array(text.utf8))
    return (try SettingDecoder.decode(Section.self, from: root, record: record), record.problems.map(\.message))
  }

  @Test(arguments: MiningRules.all.map { $0.name })
  func everyRuleIsReadAndWrittenUnderItsName(_ name: String) throws {
    let section = try section("{ rules: [{ name: \(name) }], select: { name: first } }").section
    #expect(section.rules.map(\.name) == [name])
    let text = try YAMLEncoder().encode(section)
    #expect(text.hasPrefix("rules:\n- name: \(name)\n"))
    let (again, problems) = try self.section(text)
    #expect(problems == [] && again == section)
  }

  @Test(arguments: [
    NegativeSelection.first, .uniform, .softmax(temperature: 0.5),
  ])
  func selectionsReadBack(_ selection: NegativeSelection) throws {
    let section = Section(select: selection)
    let written = try YAMLEncoder().encode(section)
    #expect(written.hasPrefix("rules: []\nselect:\n  name: "))
    let (again, problems) = try self.section(written)
    #expect(problems == [] && again == section)
  }

  @Test(arguments: [
    ("name: softmax", "missing key 'select.temperature' (a number)"),
    ("name: first, temperature: 1", "unknown key 'select.temperature'; the keys here are name"),
    ("name: softmax, temperature: hot", "'select.temperature' should be a number, found 'hot'"),
    ("temperature: 1", "unknown key 'select.temperature'; the keys here are name"),
    ("name: firs", "'select.name' should be one of first, uniform, softmax, found 'firs'; did you mean 'first'?"),
  ])
  func wrongSelectionsAreTold(_ text: String, _ problem: String) throws {
    #expect(try section("{ rules: [], select: { \(text) } }").problems == [problem])
  }

  @Test func namesThatNoRuleHasAreTold() throws {
    #expect(
      try section("{ rules: [{ name: skiptop, count: 3 }], select: { name: first } }").problems == [
        "'rules.name' should be one of \(MiningRules.all.map { $0.name }.joined(separator: ", ")), found 'skiptop'; did you "
          + "mean 'skipTop'?"
      ])
  }
}
