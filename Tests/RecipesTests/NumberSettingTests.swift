import Files
import Runs
import Settings
import TestSupport
import Testing

@testable import Recipes
@testable import Settings

/// No number in a recipe traps, hangs or takes memory out of proportion: it is refused, or it works.
@Suite struct NumberSettingTests {
  private static let extremes = ["0", "-1", "9223372036854775807", "-9223372036854775808", "1e308", "5e-324"]
  /// The seconds after which a run is asked to stop, and those after which it must have.
  private static let (patience, limit) = (1.0, 30.0)

  @Test func everyProgramHasARecipe() throws {
    let recipes = try WholeRecipes()
    let programs = try WholeRecipes.names.map { name in
      type(of: try recipes.read(name).program.recipe).name
    }
    #expect(Set(programs) == Set(Programs.all.map { $0.name }))
  }

  @Test(arguments: WholeRecipes.names)
  func everyNumberIsRefusedOrWorks(_ name: String) throws {
    let recipes = try WholeRecipes()
    let lines = recipes.text(name).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let numbers = Self.numbers(in: try RecipeTree.parse(Array(recipes.text(name).utf8)))
    #expect(numbers.count >= (name == "scoreRows" || name == "evaluate" ? 0 : 2))
    for number in numbers {
      for extreme in Self.extremes {
        var edited = lines
        let line = Array(edited[number.line - 1].unicodeScalars.map(Character.init))
        let (before, after) = (line.prefix(number.column - 1), line.dropFirst(number.column - 1 + number.text.count))
        edited[number.line - 1] = String(before) + extreme + String(after)
        try expectAnEnd(of: edited.joined(separator: "\n"), in: recipes, "\(edited[number.line - 1])")
      }
    }
  }

  /// Runs a recipe, which ends with a result or with an error for the user, and soon.
  private func expectAnEnd(of text: String, in recipes: WholeRecipes, _ change: String) throws {
    let start = ContinuousClock.now
    defer { try? Files.remove(recipes.folder.file("run")) }
    do {
      let recipe = try RecipeFile("r.yaml", bytes: Array(text.utf8))
      _ = try recipe.run(
        in: RunContext(
          recipe: recipe.resolved, resume: false, report: { _ in },
          isInterrupted: { start.duration(to: .now) > .seconds(Self.patience) }))
    } catch is any UserFacingError {
    } catch is RunInterrupted {
    } catch {
      Issue.record("\(change): \(error)")
    }
    #expect(start.duration(to: .now) < .seconds(Self.limit), "\(change)")
  }

  /// The numbers in a tree, with their places.
  private static func numbers(in node: SettingNode) -> [(text: String, line: Int, column: Int)] {
    switch node.content {
    case .section(let entries): return entries.flatMap { numbers(in: $0.value) }
    case .list(let items): return items.flatMap { numbers(in: $0) }
    case .scalar(let text, let isPlain):
      guard isPlain, Double(text) != nil, case .text(let line, let column) = node.origin else { return [] }
      return [(text, line, column)]
    }
  }
}
