import Files
import Foundation
import TestSupport
import Testing

/// The cache of vectors as users meet it: a section of a recipe, an option of a command, two processes, a kill.
@Suite(.serialized) struct CacheTests: HoneSuite {
  let folder: TemporaryFolder

  init() throws {
    folder = TemporaryFolder()
    try SmallCollection.write(to: folder.path)
    try Files.write(Self.recipe, to: folder.file("mine.yaml"))
  }

  private static let recipe = """
    recipe: mineNegatives
    seed: 17
    model:   { folder: "\(HoneProcess.model)", pooling: mean, maximumLength: 32 }
    data:    { collection: collection, split: train }
    sources:
      - { name: model, candidates: 20, negatives: 3 }
    rules:
      - { name: knownPositives }
    select:  { name: uniform }
    cache:   { folder: cache, megabytes: 50 }
    output:  { folder: runs/first, format: texts }

    """

  private func mine(_ run: String, _ settings: String..., found: [String]) throws -> [UInt8] {
    let ended = try HoneProcess.run(
      ["run", "mine.yaml", "--set", "output.folder=\(run)"] + settings.flatMap { ["--set", $0] }, in: folder.path)
    #expect(ended.status == 0, "\(ended.messages)")
    let notes = ended.messages.split(separator: "\n").filter { $0.hasSuffix(" from the cache") }
    #expect(notes.map(String.init) == found, "\(ended.messages)")
    return try Files.read(folder.file("\(run)/rows.jsonl"))
  }

  @Test func theSecondNightEncodesOnlyWhatChanged() throws {
    let none = ["encoding documents: 0 of 30 from the cache", "encoding queries: 0 of 20 from the cache"]
    let first = try mine("first", found: none)
    let all = ["encoding documents: 30 of 30 from the cache", "encoding queries: 20 of 20 from the cache"]
    #expect(try mine("again", found: all) == first)

    var corpus = String(decoding: try Files.read(folder.file("collection/corpus.jsonl")), as: UTF8.self)
    corpus.replace("the packet of", with: "a packet for")
    try Files.write(corpus, to: folder.file("collection/corpus.jsonl"))
    let warm = try mine("changed", found: ["encoding documents: 28 of 30 from the cache"] + all.dropFirst())
    #expect(warm != first)
    // What was not cached gets the same bits as what was: the same negatives and scores with a cold cache.
    #expect(try mine("cold", "cache.folder=cold", found: none) == warm)
    #expect(try mine("shorter", "model.maximumLength=31", found: none).isEmpty == false)
  }

  @Test func wrongSettingsAreTold() throws {
    try Files.write("", to: folder.file("taken"))
    for (edit, message) in [
      ("cache.megabytes=0", "'cache.megabytes': 0 is too small; at least 1"),
      ("cache.folder=taken", "'cache.folder': taken is a file; name a folder"),
      ("cache.size=1", "unknown key 'cache.size'"),
    ] {
      let ended = try hone("validate", "mine.yaml", "--set", edit)
      #expect(ended.status == 78 && ended.messages.contains(message), "\(ended.messages)")
    }
    #expect(!Files.exists(folder.file("cache")))
  }

  private func encode(_ output: String, cache: String?) -> [String] {
    let words = ["encode", "--model", HoneProcess.model, "--input", "collection/corpus.jsonl", "--output", output]
    return words + (cache.map { ["--cache", $0] } ?? [])
  }

  @Test func encodeAndSearchShareACache() throws {
    let first = try HoneProcess.run(encode("a.npy", cache: "cache"), in: folder.path)
    #expect(first.messages == "encoding: 0 of 30 from the cache\n")
    let again = try HoneProcess.run(encode("b.npy", cache: "cache"), in: folder.path)
    #expect(again.messages == "encoding: 30 of 30 from the cache\n")
    #expect(try Files.read(folder.file("a.npy")) == Files.read(folder.file("b.npy")))
    let search = try hone(
      "search", "--model", HoneProcess.model, "--corpus", "collection/corpus.jsonl", "--query", "chess", "--cache",
      "cache")
    #expect(search.status == 0 && search.messages.contains("encoding documents: 30 of 30 from the cache\n"))
    let plain = try hone(
      "search", "--model", HoneProcess.model, "--corpus", "collection/corpus.jsonl", "--query", "chess")
    #expect(plain.output == search.output && !plain.messages.contains("cache"))
  }

  @Test func twoProcessesAtOnceDoNotDisturbEachOther() throws {
    // Enough texts for several files each, half of them common.
    for (name, range) in [("one", 0..<6000), ("two", 3000..<9000)] {
      let lines = range.map { "{\"_id\": \"\($0)\", \"text\": \"text \($0)\"}\n" }
      try Files.write(lines.joined(), to: folder.file("\(name).jsonl"))
    }
    func arguments(_ name: String, _ output: String, _ cache: String) -> [String] {
      ["encode", "--model", HoneProcess.model, "--input", "\(name).jsonl", "--output", output, "--cache", cache]
    }
    var second: HoneProcess.Ended?
    let first = try HoneProcess.run(arguments("one", "one.npy", "cache"), in: folder.path) { _ in
      second = try HoneProcess.run(arguments("two", "two.npy", "cache"), in: folder.path)
    }
    #expect(first.status == 0 && second?.status == 0)
    #expect(!first.messages.contains("warning") && second?.messages.contains("warning") == false)
    for name in ["one", "two"] {
      let again = try HoneProcess.run(arguments(name, "again.npy", "cache"), in: folder.path)
      #expect(again.messages == "encoding: 6,000 of 6,000 from the cache\n")
      #expect(try Files.read(folder.file("again.npy")) == Files.read(folder.file("\(name).npy")))
      try HoneProcess.run(arguments(name, "cold.npy", "cold-\(name)"), in: folder.path)
      #expect(try Files.read(folder.file("again.npy")) == Files.read(folder.file("cold.npy")))
    }
  }

  @Test func aKilledNightGoesOnWhereItWas() throws {
    let lines = (0..<20_000).map { "{\"_id\": \"\($0)\", \"text\": \"text \($0)\"}\n" }
    try Files.write(lines.joined(), to: folder.file("many.jsonl"))
    let arguments = [
      "encode", "--model", HoneProcess.model, "--input", "many.jsonl", "--output", "many.npy", "--cache", "cache",
    ]
    let killed = try HoneProcess.run(arguments, in: folder.path) { process in
      func saved() -> Int { ((try? Files.list(folder.file("cache"))) ?? []).count { $0.hasSuffix(".vectors") } }
      while process.isRunning && saved() < 2 { usleep(500) }
      kill(process.processIdentifier, SIGKILL)
    }
    try #require(killed.status == -SIGKILL, "it was done before it could be killed")
    let saved = 2048 * (try Files.list(folder.file("cache")).count { $0.hasSuffix(".vectors") })
    let ended = try HoneProcess.run(arguments, in: folder.path)
    let found = ended.messages.split(separator: " ").dropFirst().first?.filter(\.isNumber)
    #expect(ended.status == 0 && found == String(saved), "\(ended.messages)")
    let bytes = try Files.read(folder.file("many.npy"))
    try HoneProcess.run(arguments.dropLast() + ["cold"], in: folder.path)
    #expect(try Files.read(folder.file("many.npy")) == bytes)
  }
}
