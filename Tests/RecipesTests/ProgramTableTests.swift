import Testing
import Yams

@testable import Recipes
@testable import Settings

/// Every program of the table is read and written under its name.
@Suite struct ProgramTableTests {
  private static let names = Programs.all.map { $0.name }

  /// A program whose missing settings have placeholders.
  private func program(_ text: String) throws -> (program: RecipeProgram, problems: [String]) {
    let record = DecodingRecord()
    let root = try RecipeTree.parse(Array(text.utf8))
    return (try SettingDecoder.decode(RecipeProgram.self, from: root, record: record), record.problems.map(\.message))
  }

  @Test func namesAreDifferent() {
    #expect(!Self.names.isEmpty && Set(Self.names).count == Self.names.count)
  }

  @Test(arguments: names)
  func isReadAndWrittenUnderItsName(_ name: String) throws {
    let (first, missing) = try program("recipe: \(name)")
    #expect(type(of: first.recipe).name == name && !missing.isEmpty)
    let text = try YAMLEncoder().encode(first)
    #expect(text.hasPrefix("recipe: \(name)\n"))
    let (again, problems) = try program(text)
    #expect(problems == [])
    #expect(try YAMLEncoder().encode(again) == text)
  }
}
