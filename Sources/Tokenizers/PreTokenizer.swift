/// Cuts a normal form into words.
///
/// Upstream: `pre_tokenizers/`; each case is one class there.
indirect enum PreTokenizer: Sendable {
  case scanner(WordScanner)
  case metaspace(Metaspace)
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
    /// Marks spaces; after white space was cut away, of which each word is a piece, where that is true.
    case mark(Metaspace, afterWhitespace: Bool)
    case split(Splitter)
    /// Adds a space before a piece that does not begin with one.
    case prefixSpace
    /// Writes bytes in the alphabet of byte-level models.
    case alphabet
  }

  private(set) var steps: [Step]

  init(_ preTokenizer: PreTokenizer?) {
    steps = []
    for step in preTokenizer.map(Self.steps) ?? [] {
      // The two steps of XLM-R are done as one.
      if case .mark(let metaspace, false) = step, case .scan(let scanner)? = steps.last,
        scanner.rule == .whitespaceSplit
      {
        steps[steps.count - 1] = .mark(metaspace, afterWhitespace: true)
      } else {
        steps.append(step)
      }
    }
  }

  private static func steps(of preTokenizer: PreTokenizer) -> [Step] {
    switch preTokenizer {
    case .scanner(let scanner): [.scan(scanner)]
    case .metaspace(let metaspace): [.mark(metaspace, afterWhitespace: false)]
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

  /// True if some step adds a space, or its mark, before a piece.
  var addsPrefixSpace: Bool {
    steps.contains { step in
      switch step {
      case .prefixSpace: true
      case .mark(let metaspace, _): metaspace.prefix == .always
      default: false
      }
    }
  }

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
    // Those that nearly every model has are inlined.
    if steps.count == 1 {
      switch steps[0] {
      case .scan(let scanner): return scanner.forEachWord(in: text, range) { body(text, $0) }
      case .mark(let metaspace, let afterWhitespace):
        return metaspace.forEachWord(in: text, range, afterWhitespace: afterWhitespace, body)
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
    case .mark(let metaspace, let afterWhitespace):
      return metaspace.forEachWord(in: text, range, afterWhitespace: afterWhitespace) {
        forEachWord(from: index + 1, in: $0, $1, body)
      }
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

extension WordCutter {
  /// The cutter for the piece at the start of a text, where it is another one: `Metaspace` may put a mark there and
  /// nowhere else.
  ///
  /// Upstream asks whether the first character of a piece was the first of the text before normalizers and steps changed
  /// it. What could make that another question than whether the piece is the first is refused.
  ///
  /// - Parameter file: where the parts are from, for the message.
  func atStart(_ parts: TokenizerParts, _ file: String) throws(TokenizerError) -> WordCutter? {
    let marksStart = steps.map { if case .mark(let step, _) = $0 { step.prefix == .first } else { false } }
    guard let place = marksStart.lastIndex(of: true) else { return nil }
    func refused(_ reason: String) -> TokenizerError {
      TokenizerError("\(file): the prepend_scheme \"first\" is not supported \(reason)")
    }
    guard place == 0, case .mark(var metaspace, false) = steps[0] else { throw refused("after another pre-tokenizer") }
    guard parts.normalizer?.keepsStart(metaspace.mark) ?? true else {
      throw refused("with a normalizer that may remove the start of a text")
    }
    guard !parts.addedTokens.contains(where: \.isNormalized) else {
      throw refused("with added tokens that are looked for in the normal form")
    }
    metaspace.prefix = .always
    var other = self
    other.steps[0] = .mark(metaspace, afterWhitespace: false)
    return other
  }
}

extension Normalizer {
  /// True if the first character of a normal form stands for the first of the text, unless it is a space or the mark.
  fileprivate func keepsStart(_ mark: [UInt8]) -> Bool {
    switch self {
    case .lowercase, .decomposition, .composition, .precompiled, .prefix, .alphabet: true
    case .bert, .stripAccents, .machineTranslation: false
    case .strip(let left, _): !left
    case .replacement(let replacement):
      switch replacement.pattern {
      case _ where replacement.content.isEmpty: false
      case .text(let text): UTF8Text.count(of: text.indices, in: text) == 1
      case .expression(.breaks), .expression(.lineFeed), .expression(.firstMark): true
      case .expression: replacement.content[0] == UInt8(ascii: " ") || replacement.content.starts(with: mark)
      }
    case .sequence(let steps): steps.allSatisfy { $0.keepsStart(mark) }
    }
  }
}
