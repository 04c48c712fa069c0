import Foundation
import Synchronization

/// What all supervisors found.
final class Results: Sendable {
  private let state = Mutex<(faults: Int, codes: [Int: Int])>((0, [:]))

  var all: (faults: Int, codes: [Int: Int]) { state.withLock { $0 } }

  func add(code: Int) { state.withLock { $0.codes[code, default: 0] += 1 } }

  func add(fault: String) {
    state.withLock { $0.faults += 1 }
    let text = "FAULT \(fault.replacingOccurrences(of: "\u{1}", with: "\n"))\n"
    FileHandle.standardOutput.write(Data(text.utf8))
  }
}

/// Keeps one worker running over a range of seeds; starts it anew behind a trial that ended it.
struct Supervisor {
  let results: Results
  let goldens: String
  let seconds: Double

  /// The memory that a trial may ask for, in kilobytes: many times what any of the tasks needs.
  ///
  /// A sanitizer's shadow memory is terabytes of address space, which a limit counts.
  #if SANITIZED
    private static let memory = "unlimited"
  #else
    private static let memory = "3000000"
  #endif

  func run(_ seeds: Range<UInt64>) {
    var next = seeds.lowerBound
    while next < seeds.upperBound { next = runWorker(next..<seeds.upperBound) }
  }

  /// Runs a worker until it ends; the first seed that it has not done.
  private func runWorker(_ seeds: Range<UInt64>) -> UInt64 {
    let process = Process()
    let pipe = Pipe()
    let executable = URL(fileURLWithPath: CommandLine.arguments[0]).path
    let folder = URL(fileURLWithPath: goldens).path
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c", "ulimit -d \(Self.memory); ulimit -c 0; exec \"$0\" \"$@\"", executable, "--child",
      "--first", "\(seeds.lowerBound)", "--trials", "\(seeds.upperBound - seeds.lowerBound)", "--goldens", folder,
    ]
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    do { try process.run() } catch { fatalError("cannot start \(executable): \(error)") }
    let watch = Watch()
    let identifier = process.processIdentifier
    let timer = DispatchSource.makeTimerSource(queue: .global())
    timer.schedule(deadline: .now() + 1, repeating: 1)
    timer.setEventHandler { if watch.isLate(after: seconds) { kill(identifier, SIGKILL) } }
    timer.resume()
    var next = seeds.lowerBound
    var running: (seed: UInt64, text: String)?
    var rest = Data()
    while case let data = pipe.fileHandleForReading.availableData, !data.isEmpty {
      rest.append(data)
      while let end = rest.firstIndex(of: 0x0A) {
        let line = String(decoding: rest[rest.startIndex..<end], as: UTF8.self)
        rest = Data(rest[(end + 1)...])
        let words = line.split(separator: " ", maxSplits: 2).map(String.init)
        switch words.first {
        case "begin":
          watch.begin()
          if words.count == 3, let seed = UInt64(words[1]) { running = (seed, words[2]) }
        case "fault": results.add(fault: String(line.dropFirst(6)))
        case "end":
          watch.end()
          if words.count == 3, let seed = UInt64(words[1]), let code = Int(words[2]) {
            (next, running) = (seed + 1, nil)
            results.add(code: code)
          }
        default: results.add(fault: "prints \(line)")
        }
      }
    }
    process.waitUntilExit()
    timer.cancel()
    if let running {
      let reason = watch.wasLate ? "hangs" : "ends the process with signal or status \(process.terminationStatus)"
      results.add(fault: "\(running.text): \(reason)")
      return running.seed + 1
    }
    if next < seeds.upperBound && process.terminationStatus != 0 {
      results.add(fault: "the worker ends with \(process.terminationStatus) before seed \(next)")
      return seeds.upperBound
    }
    return next
  }
}

/// The time since a trial began.
private final class Watch: Sendable {
  private let state = Mutex<(begin: ContinuousClock.Instant?, wasLate: Bool)>((nil, false))

  var wasLate: Bool { state.withLock { $0.wasLate } }

  func begin() { state.withLock { $0.begin = .now } }

  func end() { state.withLock { $0.begin = nil } }

  func isLate(after seconds: Double) -> Bool {
    state.withLock { state in
      guard let begin = state.begin, begin.duration(to: .now) > .seconds(seconds) else { return false }
      state.wasLate = true
      return true
    }
  }
}
