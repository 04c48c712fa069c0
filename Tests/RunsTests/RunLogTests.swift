import Files
import JSONText
import TestSupport
import Testing

@testable import Runs

@Suite struct RunLogTests {
  @Test func aLogKeepsTheLinesThatAreWantedAndGrows() throws {
    let parent = TemporaryFolder()
    let folder = try RunFolder(parent.file("run"), recipe: "seed: 17\n", inputs: [], resume: false)
    let log = try RunLog(in: folder) { _ in false }
    for step in 1...3 { try log.add(["step": JSONValue(step)], scalars: [("loss", .nan), ("rate", 0.5)], step: step) }
    // A crash cut the last line short.
    let path = folder.file(RunLog.name)
    try Files.write(Array(Files.read(path).dropLast(3)), to: path)
    let resumed = try RunLog(in: folder) { $0["step"]?.integerValue != 1 }
    try resumed.add(["step": 4, "loss": 0.25], step: 4)
    try resumed.synchronize()
    #expect(String(decoding: try Files.read(path), as: UTF8.self) == "{\"step\":2}\n{\"step\":4,\"loss\":0.25}\n")
    #expect(try RunLog.records(of: path).map { $0["step"]?.integerValue } == [2, 4])
  }
}
