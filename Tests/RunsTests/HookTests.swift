import Files
import Synchronization
import TestSupport
import Testing

@testable import Runs

/// A hook gets its line, and nothing that it does or leaves undone stops the run.
@Suite struct HookTests {
  private let folder = TemporaryFolder()

  /// A hook that runs a line of the shell, with a path in the folder as `$0`.
  private func shell(_ line: String, limit: Duration = .seconds(20)) -> Hook {
    Hook(["sh", "-c", line, folder.file("out")], limit: limit)
  }

  private var output: String {
    get throws { String(decoding: try Files.read(folder.file("out")), as: UTF8.self) }
  }

  private func failure(_ hook: Hook, _ json: String = "{}") -> String {
    do {
      try hook.run(json)
      return "no failure"
    } catch {
      return "\(error)"
    }
  }

  @Test func theLineIsOnStandardInputAndEnds() throws {
    try shell("cat > \"$0\"").run(#"{"status":"promoted"}"#)
    #expect(try output == "{\"status\":\"promoted\"}\n")
  }

  @Test func argumentsAreNoShellWords() throws {
    try Hook(["sh", "-c", "printf %s \"$1\" > \"$0\"", folder.file("out"), "$HOME; `id` *"]).run("{}")
    #expect(try output == "$HOME; `id` *")
  }

  /// More than a pipe holds, read whole, in part or not at all.
  @Test(arguments: ["cat > \"$0\"", "head -c 10 > \"$0\"", "exec 0<&-; sleep 0.2; : > \"$0\"", ": > \"$0\""])
  func aLongLineNeedsNoReader(_ line: String) throws {
    let json = "\"" + String(repeating: "x", count: 1_000_000) + "\""
    try shell(line).run(json)
    #expect(try [0, 10, json.utf8.count + 1].contains(output.utf8.count))
    if line.hasPrefix("cat") { #expect(try output == json + "\n") }
  }

  @Test func aFailureHasItsExitCode() {
    #expect(failure(shell("exit 3")) == "the command \"sh\" of 'notify' ended with exit code 3")
    #expect(failure(shell("kill -9 $$")) == "the command \"sh\" of 'notify' was ended by signal 9")
  }

  @Test(arguments: ["no-such-program", "./no-such-program", "/", ""])
  func aMissingProgramIsOneError(_ program: String) {
    #expect(failure(Hook([program])).contains("'notify'"))
    #expect(failure(Hook([])).contains("names no command"))
  }

  /// It is ended with what it has started, also where it ignores SIGTERM.
  @Test(arguments: ["sleep 30", "trap '' TERM; sleep 30; sleep 30", "sleep 30 & wait"])
  func aHookThatNeverEndsIsEnded(_ line: String) throws {
    let time = ContinuousClock().measure {
      #expect(failure(shell("echo $$ > \"$0\"; " + line, limit: .milliseconds(300))).contains("was ended after 0.30 s"))
    }
    #expect(time < .seconds(10))
    let group = try output.split(separator: "\n")[0]
    // No process is left in its group.
    #expect(failure(Hook(["sh", "-c", "! kill -0 -- -\(group) 2> /dev/null"])) == "no failure")
  }

  @Test func aFailureIsAWarning() {
    let events = Mutex<[RunEvent]>([])
    shell("exit 3").notify("{}") { event in events.withLock { $0.append(event) } }
    #expect(
      events.withLock { $0 } == [
        .warning("the command \"sh\" of 'notify' ended with exit code 3; the result stands")
      ])
    shell("true").notify("{}") { _ in Issue.record("a warning") }
  }
}
