import ArgumentParser
import Recipes
import Runs

/// The option of commands that compute.
struct ThreadOptions: ParsableArguments {
  @Option(name: .long, help: "How many threads compute; all cores without it. Results do not depend on it.")
  var threads: Int?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads \(threads): a number from 1 to 1024 is needed")
    }
  }

  /// Applies the option; call it once, before any computation.
  func apply() throws { try Hone.prepare(threads: threads) }
}
