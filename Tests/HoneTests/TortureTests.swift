import Files
import Foundation
import TestSupport
import Testing
import Trials

@Suite struct TortureTests {
  /// The short form of `scripts/torture/run`: other seeds than its own, so that each is worth running.
  @Test func smallChangesOfInputsAreRefusedOrHarmless() throws {
    let program = Files.join(Files.parent(of: HoneProcess.executable), "torture")
    try #require(FileManager.default.isExecutableFile(atPath: program), "\(program) is not built")
    let ended = try HoneProcess.shell(
      "'\(program)' --trials 300 --first 1000000 --processes 1 --goldens '\(HoneProcess.repository)/Tests/Goldens'")
    #expect(ended.status == 0, "\(ended.output)\(ended.messages)")
    #expect(ended.output.contains("300 trials, 0 with a fault"))
    // Both ends are reached: some changes are harmless, some are refused.
    #expect(ended.output.contains("ended with 0") && ended.output.contains("ended with 65"))
  }
}
