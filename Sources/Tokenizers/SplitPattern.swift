/// The pattern of a `Split` as files have it.
enum SplitPattern: Sendable, Equatable {
  case string(String)
  case regex(String)

  /// What `Qwen2Tokenizer` cuts words with.
  static let qwen2 = SplitPattern.regex(
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#)

  /// What the pattern matches; nil for a regular expression that is not one of those known here.
  ///
  /// An engine for any expression would run what a hostile file gives it.
  var matches: Splitter.Pattern? {
    switch self {
    case .string(let text): text.isEmpty ? nil : .text(Array(text.utf8))
    case .regex(let text): Self.known(text) ?? Self.literal(text)
    }
  }

  private static func known(_ regex: String) -> Splitter.Pattern? {
    // Only ASCII strings are equal for Swift where their bytes are.
    guard regex.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
    return runs[regex] ?? WordPattern(regex: regex).map { .words(WordMatcher($0)) }
  }

  /// A text without characters that mean something in an expression.
  private static func literal(_ text: String) -> Splitter.Pattern? {
    text.isEmpty || text.utf8.contains(where: #"\^$.|?*+()[]{}"#.utf8.contains) ? nil : .text(Array(text.utf8))
  }

  private static let runs: [String: Splitter.Pattern] = [
    #"\s"#: .run(of: .whitespace, 1...1), #"\s+"#: .run(of: .whitespace, 1...(.max)),
    #"\p{L}+"#: .run(of: .letter, 1...(.max)),
    #"\p{N}"#: .run(of: .number, 1...1), #"\p{N}+"#: .run(of: .number, 1...(.max)),
    #"\p{N}{1,3}"#: .run(of: .number, 1...3),
    #"\d"#: .run(of: .digit, 1...1), #"\d+"#: .run(of: .digit, 1...(.max)), #"\d{1,3}"#: .run(of: .digit, 1...3),
    #"[0-9]"#: .run(of: .asciiDigit, 1...1), #"[0-9]+"#: .run(of: .asciiDigit, 1...(.max)),
    #"[0-9]{1,3}"#: .run(of: .asciiDigit, 1...3), #"[0-9][0-9][0-9]"#: .run(of: .asciiDigit, 3...3),
    #"[\r\n]"#: .run(of: .lineBreak, 1...1), #"[\r\n]+"#: .run(of: .lineBreak, 1...(.max)),
    #"\n"#: .text([UInt8(ascii: "\n")]),
  ]
}

extension WordPattern {
  /// The pattern that a regular expression, in ASCII, is; nil where it is another one.
  init?(regex: String) {
    var rest = Substring(regex)
    let contractions = Self.take(&rest, Self.contractionForms) ?? .none
    guard let letters = Self.take(&rest, Self.letterForms), let numbers = Self.take(&rest, Self.numberForms),
      let symbols = Self.take(&rest, Self.symbolForms)
    else { return nil }
    let breaks = Self.take(&rest, Self.breakForms) ?? .noSpace
    guard rest.isEmpty else { return nil }
    self.init(
      contractions: contractions, letters: letters, numbers: numbers.count, numbersAfterSpace: numbers.afterSpace,
      symbolsAfterSpace: symbols.afterSpace, marksAreLetters: symbols.marks, tail: symbols.tail, breaks: breaks)
  }

  /// Takes one of some alternatives from the front.
  private static func take<Form>(_ rest: inout Substring, _ forms: [(text: String, form: Form)]) -> Form? {
    for (text, form) in forms where rest.utf8.starts(with: text.utf8) {
      let after = rest.dropFirst(text.count)
      guard after.isEmpty || after.first == "|" else { continue }
      rest = after.dropFirst()
      return form
    }
    return nil
  }

  private static let contractionForms: [(text: String, form: Contractions)] = [
    ("'s|'t|'re|'ve|'m|'ll|'d", .lowercase), ("'(?:[sdmt]|ll|ve|re)", .lowercase),
    ("(?i:'s|'t|'re|'ve|'m|'ll|'d)", .anyCase), ("'(?i:[sdmt]|ll|ve|re)", .anyCase),
  ]

  private static let letterForms: [(text: String, form: Letters)] = {
    let before = #"[^\r\n\p{L}\p{N}]?"#
    let capitals = #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#
    let small = #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#
    let ending = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    func cased(_ ending: String) -> String {
      "\(before)\(capitals)*\(small)+\(ending)|\(before)\(capitals)+\(small)*\(ending)"
    }
    return [
      (#"\p{L}+"#, .alone), (#"[\p{L}]+"#, .alone), (#" ?\p{L}+"#, .afterSpace),
      (before + #"\p{L}+"#, .afterAny(marks: false)), (before + #"+\p{L}+"#, .afterAny(marks: false)),
      (before + #"[\p{L}\p{M}]+"#, .afterAny(marks: true)), (cased(ending), .cased(contractions: true)),
      (cased(""), .cased(contractions: false)),
    ]
  }()

  private static let numberForms: [(text: String, form: (count: Int, afterSpace: Bool))] = [
    (#" ?\p{N}+"#, (.max, true)), (#"\p{N}+"#, (.max, false)), (#"\p{N}{1,3}"#, (3, false)), (#"\p{N}"#, (1, false)),
    (#"[\p{N}]"#, (1, false)),
  ]

  private static let symbolForms: [(text: String, form: (afterSpace: Bool, marks: Bool, tail: Tail))] = [
    (#"[^\s\p{L}\p{N}]+"#, (false, false, .none)), (#" ?[^\s\p{L}\p{N}]+"#, (true, false, .none)),
    (#" ?[^\s\p{L}\p{N}]+[\r\n]*"#, (true, false, .lines)), (#" ?[^\s\p{L}\p{N}]++[\r\n]*"#, (true, false, .lines)),
    (#" ?[^\s\p{L}\p{N}]+[\r\n/]*"#, (true, false, .linesAndSlashes)),
    (#" ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*"#, (true, true, .lines)),
  ]

  private static let breakForms: [(text: String, form: Breaks)] = [
    (#"\s+(?!\S)|\s+"#, .none), (#"\s*[\r\n]+|\s+(?!\S)|\s+"#, .lines), (#"\s*[\r\n]|\s+(?!\S)|\s+"#, .lines),
  ]
}
