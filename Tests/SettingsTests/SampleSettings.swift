import Testing

@testable import Settings

/// Settings of a few kinds, for tests to read.
struct SampleSettings: Codable, Equatable {
  struct Output: Codable, Equatable {
    var folder: String
  }

  var seed: UInt64
  var rate: Double?
  var sizes: [Int]?
  var output: Output

  static let text = """
    # A comment.
    seed: 17
    output: { folder: runs/sample }
    """

  static func read(_ bytes: [UInt8], overrides: [String] = []) throws(RecipeError) -> SampleSettings {
    try SettingsFile.read(SampleSettings.self, from: bytes, of: "r.yaml", overrides: overrides) { settings, checks in
      if let rate = settings.rate { checks.positive("rate", rate) }
    }.settings
  }

  /// The lines of the error that reading ends with, without the name of the file; empty when all is right.
  static func problems(_ bytes: [UInt8], overrides: [String] = []) throws -> [String] {
    do throws(RecipeError) {
      _ = try read(bytes, overrides: overrides)
      return []
    } catch {
      let count = error.problems.count == 1 ? "1 problem" : "\(error.problems.count) problems"
      #expect(error.description == (error.problems + ["\(count); nothing was run."]).joined(separator: "\n"))
      return error.problems.map { $0.hasPrefix("r.yaml:") ? String($0.dropFirst(7)) : $0 }
    }
  }
}
