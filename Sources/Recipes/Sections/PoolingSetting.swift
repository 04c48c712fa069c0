import Encoders
import Settings

/// A pooling by its name in a recipe: that of one mode, or of several with "+" between them, as in `cls+mean`.
struct PoolingSetting: WordSetting, Equatable {
  let pooling: Pooling

  init(_ pooling: Pooling) { self.pooling = pooling }

  init?(word: String) {
    guard let pooling = Pooling(name: word) else { return nil }
    self.pooling = pooling
  }

  var word: String { pooling.name }

  static var expectation: String { "one of \(suggestions.joined(separator: ", ")), or several as in cls+mean" }
  static var suggestions: [String] { Pooling.Mode.allCases.map(\.rawValue) }
  static var placeholder: PoolingSetting { PoolingSetting(.mean) }
}
