import Files
import Foundation
import TestSupport
import Testing
import Trials

/// The short forms of the loops of `scripts/torture/run`: with other seeds than its own, so that each is worth running.
@Suite(.serialized) struct TortureTests {
  /// Runs a loop, which must end with 0 and say that it found nothing.
  private func torture(_ options: String, until end: String) throws -> String {
    let program = Files.join(Files.parent(of: HoneProcess.executable), "torture")
    try #require(FileManager.default.isExecutableFile(atPath: program), "\(program) is not built")
    let ended = try HoneProcess.shell(
      "'\(program)' \(options) --goldens '\(HoneProcess.repository)/Tests/Goldens'")
    #expect(ended.status == 0, "\(ended.output)\(ended.messages)")
    #expect(ended.output.hasSuffix("\(end), 0 with a fault\n"), "\(ended.output)")
    return ended.output
  }

  /// Where the loops that start `hone` find the disk that they break.
  private static let disk = "--disk '\(HoneProcess.repository)/scripts/torture/Disk'"

  @Test func smallChangesOfInputsAreRefusedOrHarmless() throws {
    let output = try torture("--trials 300 --first 1000000 --processes 1", until: "300 trials")
    // Both ends are reached: some changes are harmless, some are refused.
    #expect(output.contains("ended with 0") && output.contains("ended with 65"))
  }

  @Test(.needsBadDisk) func aRunThatIsKilledEndsLikeOneThatIsNot() throws {
    #expect(try torture("resume --trials 8 --seed 1000 \(Self.disk)", until: "").contains(" kills of "))
  }

  @Test(.needsBadDisk) func aDiskThatFailsLosesNothing() throws {
    let output = try torture("faults --stride 97 \(Self.disk)", until: " failures of the disk")
    #expect(output.contains("ended with 74: "))
  }

  @Test(.needsBadDisk) func aReaderFindsAChampionAtAnyTime() throws {
    let output = try torture(
      "readers --loads 500 --promotions 20 --seed 1000 \(Self.disk)", until: " of them killed")
    #expect(!output.contains(" 0 of them killed"))
  }

  @Test(.needsBadDisk) func ofTwoProgramsInOnePlaceOneWorks() throws {
    _ = try torture("locks --trials 3 --patience 60 \(Self.disk)", until: " s")
  }
}

extension Trait where Self == ConditionTrait {
  /// The library that breaks the disk is loaded by Linux, and compiled when it is used.
  fileprivate static var needsBadDisk: Self {
    #if os(Linux)
      if Sanitizer.isOn { return .disabled("a sanitizer must be loaded first") }
      return .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/cc"), "there is no C compiler")
    #else
      .disabled("the disk is broken on Linux only")
    #endif
  }
}
