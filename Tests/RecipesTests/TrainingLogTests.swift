import Files
import Evaluation
import JSONText
import Runs
import TestSupport
import Testing
import Training

@testable import Recipes

@Suite struct TrainingLogTests {
  /// The progress of a run whose last step may still lack its evaluation.
  private func progress(_ step: Int, settled: Int) -> TrainingProgress {
    var progress = TrainingProgress(steps: 10)
    for _ in 0..<step { progress.state.advance(batches: 100) }
    progress.settledStep = settled
    return progress
  }

  /// What a run does again is no longer in its log; what it does not do again stays.
  @Test func theLogEndsWithWhatTheCheckpointHasDone() throws {
    let parent = TemporaryFolder()
    let folder = try RunFolder(parent.file("run"), recipe: "seed: 17\n", inputs: [], resume: false)
    func lines(after progress: TrainingProgress) throws -> [String] {
      let lines = [
        "{\"step\":0,\"dev\":{}}", "{\"step\":0,\"mining\":{}}", "{\"step\":1,\"loss\":1}", "{\"step\":2,\"loss\":1}",
        "{\"step\":2,\"warning\":\"idle\"}", "{\"step\":2,\"dev\":{}}", "{\"step\":2,\"warning\":\"falling\"}",
        "{\"step\":2,\"mining\":{}}", "{\"step\":3,\"loss\":1}",
      ]
      try Files.write(lines.joined(separator: "\n") + "\n", to: folder.file("log.jsonl"))
      _ = try RunLog(in: folder, after: progress)
      let text = String(decoding: try Files.read(folder.file("log.jsonl")), as: UTF8.self)
      return text.split(separator: "\n").map(String.init)
    }
    #expect(try lines(after: progress(0, settled: 0)) == [])
    let all = try lines(after: progress(2, settled: 2))
    #expect(all.count == 7 && all.last == "{\"step\":2,\"warning\":\"falling\"}")
    #expect(try lines(after: progress(2, settled: 1)) == all.dropLast(2))
  }

  @Test func theLogIsCutBackToTheCheckpoint() throws {
    let parent = TemporaryFolder()
    let folder = try RunFolder(parent.file("run"), recipe: "seed: 17\n", inputs: [], resume: false)
    func record(_ step: Int) -> StepRecord {
      StepRecord(
        step: step, epoch: 1, loss: 0.5, rate: 1e-5, norm: 2, rows: 8, tokens: 100, seconds: 0.25, spread: 1)
    }
    let log = try RunLog(in: folder, after: progress(0, settled: 0))
    try log.add(MeasureRecord(step: 0, values: [MeasureRecord.Value(measure: "nDCG@10", value: 0.25)]))
    for step in 1...4 { try log.add(record(step)) }
    let resumed = try RunLog(in: folder, after: progress(2, settled: 2))
    try resumed.add(record(3))
    let text = String(decoding: try Files.read(folder.file("log.jsonl")), as: UTF8.self)
    let numbers =
      "\"epoch\":1,\"loss\":0.5,\"rate\":1e-05,\"norm\":2.0,\"rows\":8,\"tokens\":100,\"seconds\":0.25,\"spread\":1.0}\n"
    #expect(
      text == "{\"step\":0,\"dev\":{\"nDCG@10\":0.25}}\n" + [1, 2, 3].map { "{\"step\":\($0),\(numbers)" }.joined())
  }
}
