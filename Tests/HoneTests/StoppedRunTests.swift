import Files
import Foundation
import TestSupport
import Testing

/// Runs that a signal or a failure ends before their time: what was done is kept, and the message says where it is.
@Suite(.serialized) struct StoppedRunTests: HoneSuite {
  let folder: TemporaryFolder

  init() throws {
    folder = TemporaryFolder()
    try SmallCollection.write(to: folder.path)
  }

  /// More steps than are taken before the signal, and no section that asks for checkpoints.
  private static let long =
    "run recipe.yaml --set schedule.epochs=20000 --set evaluate=null --set checkpoint=null --quiet"

  /// Starts a long run by a line of shell, and does something when it has taken some steps.
  private func stop(_ line: String, _ whileRunning: (Int32) -> Void) throws -> HoneProcess.Ended {
    try HoneProcess.shell(line, in: folder.path) { process in
      try waitForSteps(of: process)
      whileRunning(process.processIdentifier)
    }
  }

  /// Waits until the log has that many bytes more than before.
  private func waitForSteps(of process: Process, after before: Int = 0) throws {
    let deadline = Date().addingTimeInterval(60)
    while logSize < before + 1000 && process.isRunning && Date() < deadline { usleep(1000) }
    try #require(process.isRunning)
  }

  private var logSize: Int { (try? Files.size(folder.file("runs/small/log.jsonl"))) ?? 0 }

  private var checkpoints: [String] {
    ((try? Files.list(folder.file("runs/small"))) ?? []).filter { $0.hasPrefix("checkpoint-") }
  }

  // MARK: - Signals

  @Test(arguments: [(SIGHUP, Int32(129)), (SIGINT, Int32(130)), (SIGTERM, Int32(143))])
  func aSignalSavesACheckpointThatNobodyAskedFor(_ signal: Int32, _ status: Int32) throws {
    let ended = try stop("exec $HONE \(Self.long)") { kill($0, signal) }
    #expect(ended.status == status)
    #expect(ended.messages.contains(" of 100000, saved in runs/small; go on with --resume"), "\(ended.messages)")
    #expect(checkpoints.count == 1)
    let size = logSize
    let resumed = try HoneProcess.shell("exec $HONE \(Self.long) --resume", in: folder.path) {
      try waitForSteps(of: $0, after: size)
      kill($0.processIdentifier, signal)
    }
    #expect(resumed.status == status, "\(resumed.messages)")
  }

  /// `timeout` sends a signal to the process and to its group, a closed terminal and its shell one each.
  @Test(arguments: [(SIGHUP, Int32(129)), (SIGINT, Int32(130)), (SIGTERM, Int32(143))])
  func theEchoOfASignalIsNoSecondOne(_ signal: Int32, _ status: Int32) throws {
    let ended = try stop("exec $HONE \(Self.long)") { process in
      for _ in 0..<3 { kill(process, signal) }
    }
    #expect(ended.status == status && checkpoints.count == 1, "\(ended.messages)")
  }

  /// The parent has blocked the signal, and sends it before the process can handle any.
  @Test func aSignalThatWaitsFromTheStartCounts() throws {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGHUP)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    defer { pthread_sigmask(SIG_UNBLOCK, &signals, nil) }
    let line = "kill -HUP $$; exec $HONE \(Self.long) --set schedule.epochs=200"
    let ended = try HoneProcess.shell(line, in: folder.path)
    #expect(ended.status == 129, "\(ended.messages)")
  }

  @Test func underNohupARunOutlivesItsTerminal() throws {
    let ended = try stop("trap '' HUP; exec $HONE \(Self.long)") { process in
      kill(process, SIGHUP)
      usleep(300_000)
      kill(process, SIGTERM)
    }
    #expect(ended.status == 143)
  }

  // MARK: - Failures

  /// Runs the recipe where a file may have so many blocks of 512 bytes, as on a full disk.
  private func limited(_ blocks: Int, _ settings: String) throws -> HoneProcess.Ended {
    try HoneProcess.shell(
      "trap '' XFSZ; ulimit -f \(blocks); exec $HONE run recipe.yaml --quiet --set checkpoint=null \(settings)",
      in: folder.path)
  }

  @Test func anExportThatFailsSavesTheLastStep() throws {
    // The report, which comes after the model, finds a folder in its place.
    try folder.write("runs/small/recipe.yaml", "recipe: trainBiEncoder")
    try Files.makeFolder(folder.file("runs/small/report.html"))
    let ended = try hone("run", "recipe.yaml", "--set", "checkpoint=null")
    #expect(ended.status == 73, "\(ended.messages)")
    #expect(ended.messages.hasSuffix("; step 20 is saved in runs/small: go on with --resume\n"), "\(ended.messages)")
    #expect(checkpoints == ["checkpoint-20"])
    try Files.remove(folder.file("runs/small/report.html"))
    let resumed = try hone("run", "recipe.yaml", "--set", "checkpoint=null", "--resume")
    #expect(resumed.status == 0)
    #expect(resumed.messages.contains("going on after step 20 of 20\n"), "\(resumed.messages)")
    #expect(checkpoints.isEmpty)
  }

  @Test(.enabled(if: !Sanitizer.isOn, "a sanitizer has files of its own, which the limit stops too"))
  func aCheckpointThatDoesNotFitEitherIsSaid() throws {
    let ended = try limited(160, "--set evaluate=null")
    #expect(ended.status == 74)
    #expect(ended.messages.contains("; step 20 could not be saved"), "\(ended.messages)")
    #expect(
      ended.messages.hasSuffix(": there is no checkpoint, and --resume begins at the first step\n"), "\(ended.messages)"
    )
    // Nothing of the attempts is left to fill the disk.
    #expect(try Files.list(folder.file("runs/small")).allSatisfy { !$0.hasPrefix(".") && $0 != "model" })
    let resumed = try hone("run", "recipe.yaml", "--set", "checkpoint=null", "--set", "evaluate=null", "--resume")
    #expect(resumed.status == 0)
    #expect(
      resumed.messages.contains(
        "warning: no checkpoint in runs/small, whose log has 20 steps: beginning at the first step of 20\n"))
  }

  /// The night's work is not begun anew without a word.
  @Test func aRunWhoseCheckpointsAreDamagedIsNotBegunAnew() throws {
    let step = "--set schedule.epochs=20000 --set evaluate=null --set checkpoint={every:\\ 5,keep:\\ 2} --quiet"
    let ended = try HoneProcess.shell("exec $HONE run recipe.yaml \(step)", in: folder.path) { process in
      try waitForSteps(of: process, after: 3000)
      kill(process.processIdentifier, SIGTERM)
    }
    #expect(ended.status == 143 && checkpoints.count == 2, "\(ended.messages)")
    for checkpoint in checkpoints {
      try Files.write("{}", to: folder.file("runs/small/\(checkpoint)/progress.json"))
    }
    let resumed = try HoneProcess.shell("exec $HONE run recipe.yaml \(step) --resume", in: folder.path)
    #expect(resumed.status == 65)
    #expect(resumed.messages.contains("warning: runs/small/checkpoint-"), "\(resumed.messages)")
    #expect(resumed.messages.contains("error: runs/small: no checkpoint can be loaded (runs/small/checkpoint-"))
    #expect(checkpoints.count == 2)
  }

  /// A rate without bounds makes the weights infinite after some steps.
  @Test func aStepThatIsRefusedKeepsTheLastSoundState() throws {
    let ended = try hone(
      "run", "recipe.yaml", "--set", "evaluate=null", "--set", "checkpoint={every: 1, keep: 1}", "--set",
      "optimizer.rate=1e30", "--set", "optimizer.clip=null")
    #expect(ended.status == 70, "\(ended.messages)")
    #expect(ended.messages.hasPrefix("error: step ") || ended.messages.contains("\nerror: step "), "\(ended.messages)")
    #expect(
      ended.messages.hasSuffix(
        " is saved in runs/small: after a change of settings choose a new output folder; --resume takes the same step again\n"
      ), "\(ended.messages)")
    #expect(checkpoints.count == 1)
    let again = try hone(
      "run", "recipe.yaml", "--resume", "--set", "evaluate=null", "--set", "checkpoint={every: 1, keep: 1}", "--set",
      "optimizer.rate=1e30", "--set", "optimizer.clip=null")
    #expect(again.status == 70 && again.messages.contains("going on after step "), "\(again.messages)")
  }

  /// The last step is not looked at by a next one.
  @Test func weightsThatAreNoNumbersAreNotExported() throws {
    let ended = try hone(
      "run", "recipe.yaml", "--set", "evaluate=null", "--set", "checkpoint=null", "--set",
      "schedule={name: constant, warmup: 0, steps: 1}", "--set", "optimizer.rate=1e308", "--set", "optimizer.clip=null")
    #expect(ended.status == 70, "\(ended.messages)")
    #expect(ended.messages.contains("step 1 has left weights that are no numbers; lower 'optimizer.rate'"))
    #expect(!Files.exists(folder.file("runs/small/model")) && checkpoints.isEmpty)
  }
}
