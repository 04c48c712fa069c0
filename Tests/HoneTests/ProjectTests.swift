import Files
import JSONText
import TestSupport
import Testing

/// From a table to a verdict through the built executable.
@Suite(.serialized) struct ProjectTests: HoneSuite {
  let folder = TemporaryFolder()

  private func table(_ count: Int) -> String {
    let words = ["search", "query", "text", "word", "find", "file", "image", "sound", "game", "play", "chess", "board"]
    return "question;answer\n"
      + (0..<count).map { number in
        let chosen = (0..<6).map { words[(number * (2 * $0 + 5) + $0 * $0 + number / 12) % 12] }
        return "\(chosen[0]) \(chosen[1]) \(number);the \(chosen[2]) of \(chosen[3]) \(chosen[4]) is \(number * 7)\n"
      }.joined()
  }

  @Test func adaptGoesFromATableToAVerdict() throws {
    try folder.write("faq.csv", table(60))
    let ended = try hone("adapt", "faq.csv", "--model", HoneProcess.model, "--threads", "1")
    #expect(ended.status == 0, "\(ended.messages)")
    #expect(ended.lines.contains { $0.hasPrefix("IMPROVED") || $0.hasPrefix("NO DIFFERENCE") || $0.hasPrefix("WORSE") })
    #expect(ended.messages.contains("semicolons between the columns"))
    #expect(Files.exists(folder.file("faq/runs/adapt/model/model.safetensors")))
    #expect(Files.exists(folder.file("faq/runs/adapt/report.html")))
    // The folder is there now, and the message says how to go on.
    let again = try hone("adapt", "faq.csv", "--model", HoneProcess.model)
    #expect(again.status == 73)
    #expect(again.messages.contains("hone run faq/adapt.yaml --resume"))
  }

  @Test func initPrintsTheNextCommandAndJSON() throws {
    try folder.write("faq.csv", table(60))
    let ended = try hone("init", "faq.csv", "--model", HoneProcess.model, "--into", "a b", "--json")
    #expect(ended.status == 0)
    let result = try #require(try JSONReader.parse(Array(ended.output.utf8)).objectValue)
    #expect(result["recipe"] == "a b/adapt.yaml")
    #expect(result["estimatedSeconds"]?.doubleValue ?? 0 > 0)
    #expect(try hone("validate", "a b/adapt.yaml", "--quiet").status == 0)
  }

  @Test func nobodyIsAskedWithoutATerminal() throws {
    try folder.write("faq.csv", "question,answer,context\n" + String(repeating: "a b,c d,e f\n", count: 30))
    let ended = try hone("init", "faq.csv", "--model", HoneProcess.model, input: "1\n")
    #expect(ended.status == 65)
    #expect(ended.messages.contains("name the column with --document-column"))
    #expect(try Files.list(folder.path) == ["faq.csv"])
  }
}
