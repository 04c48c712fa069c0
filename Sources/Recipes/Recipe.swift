import Runs
import Settings

/// A program that a recipe file starts: its Codable properties are the settings, `run(in:)` is what happens.
protocol Recipe: Codable, Sendable {
  /// The program's name: the value of the key `recipe`.
  static var name: String { get }

  /// Notes what is wrong across settings, or between them and the files they name; nothing is written.
  func validate(_ checks: SettingChecks)

  /// Everything that is read and shapes the result: data, judgments, model folders, ranked lists.
  var inputs: [RunInput] { get }

  /// The folder of the run.
  var outputFolder: String { get }

  /// Does the work, from reading the inputs to the report.
  func run(in context: RunContext) throws -> Outcome
}
