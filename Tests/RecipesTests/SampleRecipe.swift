import Files
import Settings
import Testing

@testable import Recipes

/// A right recipe over the fixtures beside this file, for tests to edit.
enum SampleRecipe {
  /// The folder with a model's configuration and a small collection.
  static let fixtures = Files.join(Files.parent(of: #filePath), "Fixtures")

  /// Paths stand last on their lines, so that columns do not depend on where the repository is.
  static let text = """
    recipe: trainBiEncoder
    seed: 17
    model:
      pooling: mean
      maximumLength: 64
      folder: $F/model
    data:
      split: train
      collection: $F/collection
    batch:     { queries: 8, tokens: 512, uniqueTexts: true }
    loss:      { name: infoNCE, temperature: 0.05, maskKnownPositives: true }
    optimizer: { name: adamW, rate: 2e-5, decay: 0.01, clip: 1.0 }
    schedule:  { name: linear, warmup: 0.1, epochs: 1 }
    evaluate:
      split: dev
      every: 37
      documents: 1500
      measures: [nDCG@10, recall@100]
      collection: $F/collection
    output:    { folder: runs/sample }
    """

  /// Reads the recipe after an edit of its text.
  static func read(replacing old: String = "", with new: String = "", overrides: [String] = []) throws -> RecipeFile {
    try read(text: old.isEmpty ? text : replaced(old, new), overrides: overrides)
  }

  /// Reads a recipe's text.
  static func read(text: String, overrides: [String] = []) throws -> RecipeFile {
    let filled = replace("$F", in: text, by: fixtures)
    return try RecipeFile(
      "r.yaml", bytes: Array(filled.utf8), overrides: overrides.map { replace("$F", in: $0, by: fixtures) })
  }

  /// The lines of the error that reading ends with, the fixtures' folder as `$F`; empty when the recipe is right.
  static func problems(_ body: () throws -> RecipeFile) throws -> [String] {
    do {
      _ = try body()
      return []
    } catch let error as RecipeError {
      let lines = error.description.split(separator: "\n").map { replace(fixtures, in: String($0), by: "$F") }
      let count = lines.count == 2 ? "1 problem" : "\(lines.count - 1) problems"
      #expect(lines.last == "\(count); nothing was run.")
      return lines.dropLast().map { $0.hasPrefix("r.yaml:") ? String($0.dropFirst(7)) : $0 }
    }
  }

  private static func replaced(_ old: String, _ new: String) -> String {
    let parts = split(text, by: old)
    #expect(parts.count == 2, "\(old) stands \(parts.count - 1) times in the sample")
    return parts.joined(separator: new)
  }

  private static func replace(_ old: String, in text: String, by new: String) -> String {
    split(text, by: old).joined(separator: new)
  }

  /// The parts of a text between occurrences of another; Foundation has it, but tests need nothing else from there.
  private static func split(_ text: String, by separator: String) -> [String] {
    let (bytes, mark) = (Array(text.utf8), Array(separator.utf8))
    var parts: [[UInt8]] = [[]]
    var index = 0
    while index < bytes.count {
      if bytes[index...].starts(with: mark) {
        parts.append([])
        index += mark.count
      } else {
        parts[parts.count - 1].append(bytes[index])
        index += 1
      }
    }
    return parts.map { String(decoding: $0, as: UTF8.self) }
  }
}
