public import Files
import Words

/// All problems of a recipe; nothing was run.
public struct RecipeError: UserFacingError {
  /// One line per problem, in the order of the file, as a compiler prints them: `FILE:LINE:COLUMN: error: …`.
  public let problems: [String]

  /// A bad recipe, as an exit code.
  public var kind: FailureKind { .badRecipe }

  /// All problems, a line each, and their count.
  public var description: String {
    (problems + ["\(NumberText.counted(problems.count, "problem")); nothing was run."]).joined(separator: "\n")
  }

  /// Makes the error of a file from its problems, which are sorted by line and column; those of options come last.
  init(_ found: [RecipeProblem], in path: String) {
    let sorted = found.enumerated().sorted { first, second in
      let (a, b) = (Self.rank(first.element.origin), Self.rank(second.element.origin))
      return a == b ? first.offset < second.offset : a < b
    }
    problems = sorted.map { Self.line($0.element, in: path) }
  }

  private static func rank(_ origin: SettingNode.Origin) -> (Int, Int) {
    switch origin {
    case .text(let line, let column): (line, column)
    case .option: (.max, .max)
    }
  }

  private static func line(_ problem: RecipeProblem, in path: String) -> String {
    switch problem.origin {
    case .text(let line, let column): "\(path):\(line):\(column): error: \(problem.message)"
    case .option(let argument): "--set \(argument): error: \(problem.message)"
    }
  }
}
