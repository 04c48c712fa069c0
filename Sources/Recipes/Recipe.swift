import Runs
import Settings

/// A program that a recipe file starts: its Codable properties are the settings, `run(in:)` does the work.
protocol Recipe: Codable, Sendable {
  /// The program's name: the value of the key `recipe`.
  static var name: String { get }

  /// The program in one sentence.
  static var summary: String { get }

  /// Notes problems across settings, and between settings and the files they name; nothing is written.
  func validate(_ checks: SettingChecks)

  /// Every input that shapes the result: data, judgments, model folders, rankings.
  var inputs: [RunInput] { get }

  /// The folder of the run.
  var outputFolder: String { get }

  /// Does the work, from reading the inputs to the report.
  func run(in context: RunContext) throws -> Outcome
}

extension Recipe {
  /// The seed of a recipe that names none.
  static var usualSeed: UInt64 { 17 }

  /// The sections and settings that do not shape the result, which are no part of a run's identity: with `--resume` a
  /// run goes on with other ones.
  ///
  /// Vectors from a cache have the bits of those that are encoded anew, as have activations that are computed again;
  /// checkpoints change no step, and a run folder may be moved, copied, or named in another spelling. Everything else
  /// is part of the identity.
  var freeSettings: [String] { ["cache", "checkpoint", "output.folder", "batch.recompute"] }
}
