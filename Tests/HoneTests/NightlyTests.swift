import Files
import JSONText
import TestSupport
import Testing

/// The exit codes and the line of JSON of nights, as a service sees them.
@Suite struct NightlyTests {
  private func recipe(_ folder: TemporaryFolder) throws -> String {
    try folder.write(
      "night.yaml",
      """
      recipe: nightly
      registry: { folder: \(folder.file("models")), name: words }
      base: { folder: \(HoneProcess.model) }
      arrivals: { folder: \(folder.file("arrivals")) }
      stages:
        - { name: adapt, recipe: trainBiEncoder, model: { folder: $start }, data: { rows: $rows }, schedule: { steps: 2 } }
      gate: { model: $adapt, collection: \(folder.file("collection")), minimumQueries: 1 }
      output: { folder: \(folder.file("runs")) }
      """)
  }

  private func night() throws -> TemporaryFolder {
    let folder = TemporaryFolder()
    try folder.write(
      "collection/corpus.jsonl", "{\"_id\": \"a\", \"text\": \"file\"}\n{\"_id\": \"b\", \"text\": \"game\"}\n")
    try folder.write("collection/queries.jsonl", "{\"_id\": \"q\", \"text\": \"search\"}\n")
    try folder.write("collection/qrels/dev.tsv", "query-id\tcorpus-id\tscore\nq\ta\t1\n")
    try Files.makeFolder(folder.file("arrivals"))
    return folder
  }

  private func run(_ folder: TemporaryFolder) throws -> (status: Int32, result: JSONObject, messages: String) {
    let ended = try HoneProcess.run(["run", recipe(folder), "--json", "--quiet"])
    let line = ended.lines.last ?? "{}"
    return (ended.status, try JSONReader.parse(Array(line.utf8)).objectValue ?? [:], ended.messages)
  }

  @Test func aNightEndsWithTheCodeOfItsOutcome() throws {
    let folder = try night()
    var ended = try run(folder)
    #expect(ended.status == 0 && ended.result["status"] == "nothing-new")
    let rows = ["text", "find"].map { "{\"query\": \"\($0)\", \"positive\": \"the \($0)\"}\n" }.joined()
    try folder.write("arrivals/1.jsonl", rows)
    // Two steps over two rows gain nothing that a test of one query could show.
    ended = try run(folder)
    #expect(ended.status == 10 && ended.result["status"] == "refused", "\(ended.messages)")
    try folder.write("arrivals/2.jsonl", "{\"query\": \"text\"}\n")
    ended = try run(folder)
    #expect(ended.status == 65 && ended.result["status"] == "left-out")
    #expect(ended.messages.contains("arrivals/2.jsonl:1: "))
  }

  @Test func aSecondNightEndsAtOnce() throws {
    let folder = try night()
    try Files.makeFolder(folder.file("runs"))
    let lock = try FolderLock(folder.file("runs"), name: "run.lock", advice: "")
    let start = ContinuousClock.now
    let ended = try HoneProcess.run(["run", recipe(folder)])
    #expect(ended.status == 75 && start.duration(to: .now) < .seconds(5))
    #expect(ended.messages.contains("is in use by process"))
    withExtendedLifetime(lock) {}
  }
}
