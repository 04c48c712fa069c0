import Datasets
import Encoders
import Tokenizers

/// The lengths of texts in tokens, in the order of the texts.
struct TextLengths: Sendable {
  let counts: [Int]
  private let ascending: [Int]

  /// Counts the tokens of texts with the tokenizer of a model, its special tokens and prompts included; without a model, by words.
  init(of texts: [String], as role: TextRole, by model: BiEncoder?) throws {
    if var model {
      model.maximumLength = .max
      counts = try texts.map { try model.tokenize([$0], as: role)[0].ids.count }
    } else {
      counts = texts.map(Self.guess)
    }
    ascending = counts.sorted()
  }

  /// The length that a share of the texts does not exceed.
  func quantile(_ share: Double) -> Int {
    if ascending.isEmpty { return 0 }
    return ascending[min(ascending.count - 1, Int((share * Double(ascending.count)).rounded(.up)) - 1)]
  }

  /// The length of the longest text.
  var longest: Int { ascending.last ?? 0 }

  /// The texts that are longer than a limit.
  func cut(at limit: Int) -> Int { counts.count { $0 > limit } }

  /// The lengths that a model reads.
  func read(upTo limit: Int) -> [Int] { counts.map { min($0, limit) } }

  /// A token for every five letters of a word, for each dense character, and two special ones.
  private static func guess(_ text: String) -> Int {
    text.split(whereSeparator: \.isWhitespace).reduce(2) { total, word in
      let dense = word.unicodeScalars.count(where: \.isDense)
      return total + dense + (word.unicodeScalars.count - dense + 4) / 5
    }
  }
}
