import Files
import TestSupport
import Testing

/// Every command that a page shows is one that `hone` reads.
@Suite struct PageCommandTests {
  /// A line of a page that calls `hone` or a script.
  struct Shown: Sendable, CustomTestStringConvertible {
    var page: String
    var words: [String]

    var testDescription: String { "\(page): \(words.joined(separator: " "))" }
  }

  /// The lines of all shell blocks, those that end in a backslash joined with the next, and the README's table of commands.
  static let shown = Page.all.flatMap { page in
    let lines = page.blocks("sh").flatMap { $0.replacing("\\\n", with: " ").split(separator: "\n").map(String.init) }
    let table = page.file == "README.md" ? page.spans.filter { $0.hasPrefix("hone ") } : []
    return (lines + table).flatMap { commands(of: $0) }.map { Shown(page: page.file, words: $0) }
  }

  /// The words of the commands of a line, comments and redirections left out.
  static func commands(of line: String) -> [[String]] {
    var (commands, words, word): ([[String]], [String], String?) = ([], [], nil)
    var quote: Character?
    var isRedirected = false
    func close() {
      if let done = word, !isRedirected { words.append(done) }
      if word != nil { isRedirected = false }
      word = nil
    }
    for character in line {
      if let open = quote {
        if character == open { quote = nil } else { word = (word ?? "") + String(character) }
        continue
      }
      switch character {
      case "'", "\"": (quote, word) = (character, word ?? "")
      case " ": close()
      case "<", ">":
        close()
        isRedirected = true
      case "|", ";", "&":
        close()
        commands.append(words)
        words = []
      case "#" where word == nil:
        return (commands + [words]).filter { !$0.isEmpty }
      default: word = (word ?? "") + String(character)
      }
    }
    close()
    return (commands + [words]).filter { !$0.isEmpty }
  }

  @Test func linesAreReadAsAShellReadsThem() {
    #expect(
      Self.commands(of: "hone a --set 'x y=\"1\"' < in > out | hone b # c | d") == [
        ["hone", "a", "--set", "x y=\"1\""], ["hone", "b"],
      ])
    #expect(Self.commands(of: "cd x && hone a#b; # c") == [["cd", "x"], ["hone", "a#b"]])
    #expect(Self.shown.count { $0.words[0] == "hone" } > 15)
  }

  /// In an empty folder a command that is read ends for want of its files, and one that is not with 64.
  @Test(arguments: shown.filter { $0.words[0] == "hone" })
  func commandIsRead(_ shown: Shown) throws {
    let folder = TemporaryFolder()
    let words = shown.words.dropFirst().map { "'" + $0.replacing("'", with: "'\\''") + "'" }
    let ended = try HoneProcess.shell(
      "HF_HUB_OFFLINE=1 \"$HONE\" \(words.joined(separator: " ")) < /dev/null", in: folder.path)
    #expect(ended.status != 64 && ended.status < 126, "\(ended.messages)")
    #expect(!ended.messages.contains("Usage:"))
  }

  @Test(arguments: shown.filter { $0.words[0].hasPrefix("scripts/") })
  func scriptIsThere(_ shown: Shown) {
    #expect(Files.exists(Files.join(Locations.repositoryRoot, shown.words[0])))
  }

  /// A recipe that is named is there, or is the reader's own in the working directory.
  @Test(arguments: shown.flatMap(\.words).filter { $0.hasPrefix("recipes/") })
  func recipeIsThere(_ path: String) {
    #expect(Files.exists(Files.join(Locations.repositoryRoot, path)))
  }
}
