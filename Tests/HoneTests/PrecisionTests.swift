import Files
import JSONText
import TestSupport
import Testing

/// `--precision` as users meet it: what is said at the start, nearly the same results, and a cache of its own.
@Suite(.serialized) struct PrecisionTests: HoneSuite {
  let folder: TemporaryFolder

  init() throws {
    folder = TemporaryFolder()
    try SmallCollection.write(to: folder.path)
  }

  private func numbers(_ file: String) throws -> [Float] {
    let bytes = try Files.read(folder.file(file)).dropFirst(128)
    return bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
  }

  @Test(arguments: ["bfloat16", "int8"]) func vectorsAreNearlyTheSame(precision: String) throws {
    func encode(_ output: String, _ more: String...) throws -> String {
      let ended = try HoneProcess.run(
        ["encode", "--model", HoneProcess.model, "--input", "collection/corpus.jsonl", "--output", output] + more,
        in: folder.path)
      #expect(ended.status == 0, "\(ended.messages)")
      return ended.messages
    }
    #expect(try !encode("exact.npy").contains("layers compute"))
    #expect(try encode("exact.npy", "--precision", "float32", "--cache", "cache").contains("0 of 30 from the cache"))
    let first = try encode("near.npy", "--precision", precision, "--cache", "cache")
    #expect(first.hasPrefix("layers compute in \(precision), "), "\(first)")
    #expect(first.contains("0 of 30 from the cache"))
    #expect(try encode("again.npy", "--precision", precision, "--cache", "cache").contains("30 of 30 from the cache"))
    #expect(try encode("one.npy", "--precision", precision, "--threads", "1", "--cache", "other").contains("0 of 30"))
    let (exact, near) = (try numbers("exact.npy"), try numbers("near.npy"))
    #expect(near != exact)
    #expect(zip(near, exact).allSatisfy { abs($0 - $1) < (precision == "int8" ? 0.08 : 0.01) })
    #expect(try Files.read(folder.file("again.npy")) == Files.read(folder.file("near.npy")))
    #expect(try Files.read(folder.file("one.npy")) == Files.read(folder.file("near.npy")))
  }

  @Test func scoresAreNearlyTheSame() throws {
    func scores(_ more: String...) throws -> [Double] {
      let ended = try HoneProcess.run(
        ["score", "--model", HoneProcess.crossEncoder] + more,
        input: #"{"query": "find a file", "document": "a fast file"}"# + "\n" + #"{"query": "a", "document": "b"}"#,
        in: folder.path)
      #expect(ended.status == 0, "\(ended.messages)")
      return try ended.lines.map { line in
        try #require(JSONReader.parse(Array(line.utf8)).objectValue?["score"]?.doubleValue)
      }
    }
    let exact = try scores()
    for precision in ["bfloat16", "int8"] {
      let near = try scores("--precision", precision)
      #expect(near.count == 2 && near != exact)
      #expect(zip(near, exact).allSatisfy { abs($0 - $1) < (precision == "int8" ? 0.1 : 0.02) }, "\(near) \(exact)")
    }
  }

  @Test func anotherPrecisionIsAMistake() throws {
    for command in ["encode", "search", "rerank", "score"] {
      let ended = try hone(command, "--precision", "float16")
      #expect(ended.status == 64)
      #expect(ended.messages.contains("float32") && ended.messages.contains("int8"), "\(ended.messages)")
    }
  }
}
