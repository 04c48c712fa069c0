import Files
import Words

/// The check of a recipe's bytes before the YAML parser reads them.
///
/// A recipe is a small, strict subset of YAML, so that a file means what it seems to mean and no file makes the reader
/// slow or recurse deeply: no anchors, aliases, tags, block texts, complex keys or directives; no tabs or control
/// characters; at most ``maximumBytes`` bytes and ``maximumDepth`` levels of brackets.
enum RecipeScan {
  /// The maximum bytes of a recipe.
  static let maximumBytes = 1 << 18
  /// The most brackets open at one time.
  static let maximumDepth = 32
  /// The most problems listed; a file with more is not a recipe.
  static let maximumProblems = 20

  /// The text of a recipe, or the problems of its bytes.
  static func text(of bytes: [UInt8]) -> Result<String, RecipeProblems> {
    if let message = objection(to: bytes) {
      return .failure(RecipeProblems([RecipeProblem(origin: .text(line: 1, column: 1), message: message)]))
    }
    let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    guard content.count <= maximumBytes else {
      let message =
        "a recipe has at most \(NumberText.count(maximumBytes)) bytes, found \(NumberText.count(content.count))"
      return .failure(RecipeProblems([RecipeProblem(origin: .text(line: 1, column: 1), message: message)]))
    }
    guard let text = String(validating: content, as: UTF8.self) else {
      let lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      let line = 1 + (lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0)
      return .failure(
        RecipeProblems([
          RecipeProblem(origin: .text(line: line, column: 1), message: "the line is not UTF-8; save the file as UTF-8")
        ]))
    }
    var scanner = Scanner(text)
    let problems = scanner.run()
    return problems.isEmpty ? .success(text) : .failure(RecipeProblems(problems))
  }

  /// The fault of the file as a whole.
  private static func objection(to bytes: [UInt8]) -> String? {
    if let found = FileSignature.ofBinary(bytes) { return "expected a recipe, found \(found.name); \(found.remedy)" }
    if TextForm.Encoding(of: bytes) != .utf8 { return "the file is UTF-16 text; save it as UTF-8" }
    if !bytes.contains(UInt8(ascii: "\n")), bytes.contains(UInt8(ascii: "\r")) {
      return "the lines end with a carriage return alone; save the file with line feeds"
    }
    return nil
  }
}

extension RecipeScan {
  /// Scans the text once for the starts of tokens; it knows quotes, comments and brackets.
  private struct Scanner {
    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var line = 1
    private var lineStart = 0
    private var depth = 0
    private var problems: [RecipeProblem] = []

    init(_ text: String) {
      scalars = Array(text.unicodeScalars)
    }

    mutating func run() -> [RecipeProblem] {
      while index < scalars.count && problems.count < RecipeScan.maximumProblems {
        skipBlanks()
        guard index < scalars.count else { break }
        scanToken()
      }
      return problems
    }

    private var column: Int { index - lineStart + 1 }

    private func scalar(at position: Int) -> Unicode.Scalar? {
      position < scalars.count ? scalars[position] : nil
    }

    private mutating func report(_ message: String) {
      guard problems.count < RecipeScan.maximumProblems else { return }
      problems.append(RecipeProblem(origin: .text(line: line, column: column), message: message))
    }

    /// Advances by one scalar and tracks line and column.
    private mutating func advance() {
      if scalars[index] == "\n" {
        line += 1
        lineStart = index + 1
      } else if let message = objection(to: scalars[index]) {
        report(message)
      }
      index += 1
    }

    private func objection(to scalar: Unicode.Scalar) -> String? {
      switch scalar {
      case "\t": "a tab; indent and separate with spaces"
      case "\r" where self.scalar(at: index + 1) == "\n": nil
      case "\0"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}", "\u{FEFF}", "\u{FFFE}", "\u{FFFF}":
        "the control character U+\(hexadecimal(scalar)); remove it"
      default: nil
      }
    }

    private func hexadecimal(_ scalar: Unicode.Scalar) -> String {
      let digits = String(scalar.value, radix: 16, uppercase: true)
      return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// Skips spaces, line breaks and comments.
    private mutating func skipBlanks() {
      while let next = scalar(at: index) {
        switch next {
        case " ", "\n", "\r", "\t": advance()
        case "#" where column == 1 || scalars[index - 1] == " " || scalars[index - 1] == "\t":
          while let inComment = scalar(at: index), inComment != "\n" {
            if inComment == "\t" { index += 1 } else { advance() }
          }
        default: return
        }
      }
    }

    /// True if the scalar at the index is the last of its token.
    private var standsAlone: Bool {
      guard let next = scalar(at: index + 1) else { return true }
      return next == " " || next == "\n" || next == "\r" || next == "\t"
    }

    private mutating func scanToken() {
      switch scalars[index] {
      case "\"": skipQuoted("\"")
      case "'": skipQuoted("'")
      case "[", "{":
        depth += 1
        if depth == maximumDepth + 1 { report("more than \(maximumDepth) brackets inside one another") }
        advance()
      case "]", "}":
        depth = max(0, depth - 1)
        advance()
      case "-" where standsAlone, ",": advance()
      case "&": rejectToken("an anchor; write the value out where it is used")
      case "*": rejectToken("an alias; write the value out, or quote a text that starts with *")
      case "!": rejectToken("a tag; values have the type their key asks for, or quote a text that starts with !")
      case "|" where depth == 0, ">" where depth == 0: rejectToken("a block text; write the text in double quotes")
      case "?" where standsAlone: rejectToken("a complex key; keys are plain words")
      case "%" where column == 1: rejectToken("a directive; a recipe has none")
      case ":" where standsAlone: advance()
      default: skipPlain()
      }
    }

    private mutating func rejectToken(_ message: String) {
      report(message)
      skipPlain()
    }

    private mutating func skipQuoted(_ quote: Unicode.Scalar) {
      advance()
      while let next = scalar(at: index) {
        if next == "\\" && quote == "\"" {
          advance()
          if index < scalars.count { advance() }
        } else if next == quote {
          advance()
          // A doubled quote inside '…' stands for one; in "…" the next one would start another token, an error anyway.
          if quote == "'" && scalar(at: index) == "'" { advance() } else { return }
        } else {
          advance()
        }
      }
    }

    /// Skips a plain scalar to its end on this line: ": ", " #", or a bracket or comma where those mean something.
    private mutating func skipPlain() {
      advance()
      while let next = scalar(at: index), next != "\n" {
        if next == ":" && (standsAlone || (depth > 0 && isFlowIndicator(scalar(at: index + 1)))) { return }
        if next == "#" && index > 0 && scalars[index - 1] == " " { return }
        if depth > 0 && isFlowIndicator(next) { return }
        advance()
      }
    }

    private func isFlowIndicator(_ scalar: Unicode.Scalar?) -> Bool {
      switch scalar {
      case ",", "[", "]", "{", "}": true
      default: false
      }
    }
  }
}
