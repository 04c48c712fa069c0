/// The first steps by themselves, for tests that compare them with the reference one by one.
extension Tokenizer {
  /// The normal form of a text, without regard to added tokens.
  package func normalForm(of text: [UInt8]) -> [UInt8] {
    normalizer?.normalForm(of: text) ?? text
  }

  /// The words that the pre-tokenizer cuts a normal form into.
  package func words(of text: [UInt8]) -> [[UInt8]] {
    var words: [[UInt8]] = []
    WordCutter(preTokenizer).forEachWord(in: text, text.indices) { text, word in
      words.append(Array(text[word]))
      return true
    }
    return words
  }
}
