import Files
import Evaluation
import JSONText
import Runs
import TestSupport
import Testing

@testable import Recipes

@Suite struct TrainingLogTests {
  @Test func theLogIsCutBackToTheCheckpoint() throws {
    let parent = TemporaryFolder()
    let folder = try RunFolder(parent.file("run"), recipe: "seed: 17\n", inputs: [], resume: false)
    func record(_ step: Int) -> StepRecord {
      StepRecord(
        step: step, epoch: 1, loss: 0.5, rate: 1e-5, norm: 2, rows: 8, tokens: 100, seconds: 0.25, spread: 1)
    }
    let log = try RunLog(in: folder, after: 0)
    try log.add(MeasureRecord(step: 0, values: [MeasureRecord.Value(measure: "nDCG@10", value: 0.25)]))
    for step in 1...4 { try log.add(record(step)) }
    let resumed = try RunLog(in: folder, after: 2)
    try resumed.add(record(3))
    let text = String(decoding: try Files.read(folder.file("log.jsonl")), as: UTF8.self)
    let numbers =
      "\"epoch\":1,\"loss\":0.5,\"rate\":1e-05,\"norm\":2.0,\"rows\":8,\"tokens\":100,\"seconds\":0.25,\"spread\":1.0}\n"
    #expect(
      text == "{\"step\":0,\"dev\":{\"nDCG@10\":0.25}}\n" + [1, 2, 3].map { "{\"step\":\($0),\(numbers)" }.joined())
  }
}
