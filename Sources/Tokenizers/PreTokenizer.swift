/// Cuts a normal form into words.
///
/// Upstream: `pre_tokenizers/`; each case is one class there.
indirect enum PreTokenizer: Sendable {
  case scanner(WordScanner)
  case byteLevel(ByteLevel)
  case split(SplitPattern, Splitter)
  case digits(individual: Bool)
  case punctuation(Splitter.Behavior)
  case sequence([PreTokenizer])
}

/// The pre-tokenizer `ByteLevel`.
///
/// Upstream: `pre_tokenizers/byte_level.rs`.
struct ByteLevel: Sendable, Equatable {
  /// A piece gets a space before it, unless it begins with one.
  var addsPrefixSpace = false
  /// Text is cut with the pattern of GPT-2.
  var cutsWords = true
  /// Changes offsets only.
  var trimsOffsets = true
}

/// What a pre-tokenizer does, step by step.
struct WordCutter: Sendable {
  /// One step.
  enum Step: Sendable {
    case scan(WordScanner)
    case split(Splitter)
    /// Adds a space before a piece that does not begin with one.
    case prefixSpace
    /// Writes bytes in the alphabet of byte-level models.
    case alphabet
  }

  private(set) var steps: [Step]

  init(_ preTokenizer: PreTokenizer?) { steps = preTokenizer.map(Self.steps) ?? [] }

  private static func steps(of preTokenizer: PreTokenizer) -> [Step] {
    switch preTokenizer {
    case .scanner(let scanner): [.scan(scanner)]
    case .byteLevel(let level):
      (level.addsPrefixSpace ? [.prefixSpace] : [])
        + (level.cutsWords ? [.split(Splitter(.words(WordMatcher(.gpt2)), .isolated))] : []) + [.alphabet]
    case .split(_, let splitter): [.split(splitter)]
    case .digits(let individual):
      [.split(Splitter(.run(of: .numeric, 1...1), individual ? .isolated : .contiguous))]
    case .punctuation(let behavior): [.split(Splitter(.run(of: .punctuation, 1...1), behavior))]
    case .sequence(let parts): parts.flatMap(steps)
    }
  }

  /// True if some step adds a space before a piece.
  var addsPrefixSpace: Bool { steps.contains { if case .prefixSpace = $0 { true } else { false } } }

  /// Leaves out a last step that writes bytes in the alphabet, for a model that reads the bytes themselves.
  ///
  /// - Returns: False where there is no such step.
  mutating func dropAlphabet() -> Bool {
    guard case .alphabet? = steps.last else { return false }
    steps.removeLast()
    return true
  }

  /// Calls `body` with each word of `range` of `text` until it returns false.
  ///
  /// - Parameter body: gets the text that the word is part of, which is another one where a step changes it.
  /// - Returns: False where `body` did.
  @inline(__always)
  @discardableResult
  func forEachWord(in text: [UInt8], _ range: Range<Int>, _ body: ([UInt8], Range<Int>) -> Bool) -> Bool {
    // The two that nearly every model has are inlined.
    if steps.count == 1 {
      switch steps[0] {
      case .scan(let scanner): return scanner.forEachWord(in: text, range) { body(text, $0) }
      case .split(let splitter): return splitter.forEachPiece(in: text, range) { body(text, $0) }
      default: break
      }
    }
    return forEachWord(from: 0, in: text, range, body)
  }

  /// Runs the steps from `index` on.
  private func forEachWord(
    from index: Int, in text: [UInt8], _ range: Range<Int>, _ body: ([UInt8], Range<Int>) -> Bool
  ) -> Bool {
    guard !range.isEmpty else { return true }
    guard index < steps.count else { return body(text, range) }
    switch steps[index] {
    case .scan(let scanner):
      return scanner.forEachWord(in: text, range) { forEachWord(from: index + 1, in: text, $0, body) }
    case .split(let splitter):
      return splitter.forEachPiece(in: text, range) { forEachWord(from: index + 1, in: text, $0, body) }
    case .prefixSpace:
      if text[range.lowerBound] == UInt8(ascii: " ") { return forEachWord(from: index + 1, in: text, range, body) }
      let longer = [UInt8(ascii: " ")] + text[range]
      return forEachWord(from: index + 1, in: longer, longer.indices, body)
    case .alphabet:
      var written: [UInt8] = []
      ByteAlphabet.append(text, range, to: &written)
      return forEachWord(from: index + 1, in: written, written.indices, body)
    }
  }
}
