import Testing

@testable import Settings

/// Bytes that are no recipe: each gets one clear line, whatever the YAML parser would do with them.
@Suite struct HostileTextTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var text: [UInt8]
    var problem: String

    init(_ text: String, _ problem: String) { (self.text, self.problem) = (Array(text.utf8), problem) }
    init(bytes: [UInt8], _ problem: String) { (text, self.problem) = (bytes, problem) }

    var testDescription: String { problem }
  }

  @Test(arguments: cases)
  func isRefusedWithOneLine(_ bad: Case) throws {
    let problems = try SampleSettings.problems(bad.text)
    #expect(problems == [bad.problem])
  }

  @Test func aListOfProblemsIsBounded() throws {
    let text = String(repeating: "a: !x\n", count: 1000)
    #expect(try SampleSettings.problems(Array(text.utf8)).count == RecipeScan.maximumProblems)
  }

  /// Billions of items once the aliases are followed, as values and as a key.
  @Test(.timeLimit(.minutes(1))) func aliasesAreNeverFollowed() throws {
    let letters = Array("abcdefghijklmnopqrstuvwxyz")
    var text = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    for (last, letter) in zip(letters, letters.dropFirst()) {
      text += "\(letter): &\(letter) [\(Array(repeating: "*\(last)", count: 9).joined(separator: ", "))]\n"
    }
    let problems = try SampleSettings.problems(Array((text + "{*z : 1}\n").utf8))
    #expect(problems.first == "1:4: error: an anchor; write the value out where it is used")
    #expect(problems.count == RecipeScan.maximumProblems)
  }

  @Test func marksInsideQuotesAndCommentsAreText() throws {
    let edited = """
      seed: 17 # no &anchor, *alias or !tag\t{[
      # - !x *y &z | > ? %
      output: { folder: runs/sample }
      """
    #expect(try SampleSettings.problems(Array(edited.utf8)) == [])
    for folder in ["'&a *b !c {[ # it''s | >'", "\"&a *b !c \\\" {[ # | >\"", "a&b*c!d|e>f", "no", "2e-5", "~", "null"]
    {
      let settings = try SampleSettings.read(Array("seed: 17\noutput: { folder: \(folder) }".utf8))
      let plain =
        folder.hasPrefix("'") ? "&a *b !c {[ # it's | >" : folder.hasPrefix("\"") ? "&a *b !c \" {[ # | >" : folder
      #expect(settings.output.folder == plain)
    }
  }

  @Test func byteOrderMarkAndWindowsLineBreaksAreFine() throws {
    let windows = "\u{FEFF}" + SampleSettings.text.split(separator: "\n").joined(separator: "\r\n")
    #expect(try SampleSettings.problems(Array(windows.utf8)) == [])
  }

  static let cases: [Case] = [
    Case("", "1:1: error: the recipe is empty; its first key is 'recipe'"),
    Case("# nothing\n", "1:1: error: the recipe is empty; its first key is 'recipe'"),
    Case("recipe", "1:1: error: a recipe is a section of keys, found 'recipe'"),
    Case("[a]", "1:1: error: a recipe is a section of keys, found a list"),
    Case("a: 1\nb: 2\na: 3", "1:1: error: the key 'a' is given twice in one section; keep one"),
    Case("a: &x 1", "1:4: error: an anchor; write the value out where it is used"),
    Case("a: *x", "1:4: error: an alias; write the value out, or quote a text that starts with *"),
    Case("{*a : 1}", "1:2: error: an alias; write the value out, or quote a text that starts with *"),
    Case(
      "a: !!python/object:os.system x",
      "1:4: error: a tag; values have the type their key asks for, or quote a text that starts with !"),
    Case("<<: {a: 1}", "1:1: error: a merge key; write the keys out"),
    Case("a:\n\tb: 3", "2:1: error: a tab; indent and separate with spaces"),
    Case("a:\tb", "1:3: error: a tab; indent and separate with spaces"),
    Case("a: \u{0}", "1:4: error: the control character U+0000; remove it"),
    Case("a: \u{2028}", "1:4: error: the control character U+2028; remove it"),
    Case("a: b\rc: d\n", "1:5: error: the control character U+000D; remove it"),
    Case("a: |\n  x", "1:4: error: a block text; write the text in double quotes"),
    Case("a: >-\n  x", "1:4: error: a block text; write the text in double quotes"),
    Case("? a\n: b", "1:1: error: a complex key; keys are plain words"),
    Case("{[a]: 3}", "1:2: error: a list or section as a key; keys are plain words"),
    Case("%YAML 1.1\n---\na: 1", "1:1: error: a directive; a recipe has none"),
    Case("a: 1\n---\nb: 2", "2:1: error: a second document; a recipe is one"),
    Case("a: b: c", "1:5: error: not readable as YAML: mapping values are not allowed in this context"),
    Case(
      "a: \"b",
      "1:6: error: not readable as YAML: while scanning a quoted scalar that starts at 1:4, found unexpected end of stream"
    ),
    Case(
      "a: [1, 2",
      "2:1: error: not readable as YAML: while parsing a flow sequence that starts at 1:4, did not find expected ',' or ']'"
    ),
    Case(
      "a: @b",
      "1:4: error: not readable as YAML: while scanning for the next token that starts at 1:4, found character that cannot "
        + "start any token"),
    Case(bytes: Array("a: 1\nb: ".utf8) + [0xFF, 0x0A], "2:1: error: the line is not UTF-8; save the file as UTF-8"),
    Case(
      bytes: Array("a: 1\nb: ".utf8) + [0xED, 0xA0, 0x80], "2:1: error: the line is not UTF-8; save the file as UTF-8"),
    Case(bytes: [0xFF, 0xFE, 0x61, 0x00], "1:1: error: the file is UTF-16 text; save it as UTF-8"),
    Case(
      bytes: Array("a: 1\rb: 2\r".utf8),
      "1:1: error: the lines end with a carriage return alone; save the file with line feeds"),
    Case(
      bytes: [0x1F, 0x8B, 0x08, 0x00], "1:1: error: expected a recipe, found a gzip archive; unpack it with gunzip"),
    Case(String(repeating: "[", count: 100_000), "1:33: error: more than 32 brackets inside one another"),
    Case(String(repeating: "{a: ", count: 50_000), "1:129: error: more than 32 brackets inside one another"),
    Case(String(repeating: "- ", count: 100_000), "1:1999: error: too many levels of indentation"),
    Case(
      "a: " + String(repeating: "x", count: 10_000_000),
      "1:1: error: a recipe has at most 262,144 bytes, found 10,000,003"),
  ]
}
