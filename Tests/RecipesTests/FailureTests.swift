import Files
import Runs
import Testing

@testable import Recipes

@Suite struct FailureTests {
  @Test func aLineIsCutWhereItCannotBeRead() throws {
    let value = String(repeating: "x", count: 70_000)
    let failure = try #require(Failure(RunError(.badData, "a.json: found \(value); correct it\nand one more")))
    let lines = failure.message.split(separator: "\n")
    #expect(lines.count == 2 && lines[1] == "and one more")
    #expect(lines[0].hasPrefix("error: a.json: found xxx") && lines[0].hasSuffix("xxx; correct it"))
    #expect(lines[0].count == 2003)
  }
}
