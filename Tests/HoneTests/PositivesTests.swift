import Files
import Foundation
import JSONText
import TestSupport
import Testing

/// A known positive is no negative, and a blank document is nothing to learn from, whatever the data looks like.
@Suite(.serialized) struct PositivesTests: HoneSuite {
  let folder: TemporaryFolder

  private static let documents = [
    ("Chain care", "Drip oil on each link and wipe it off."),
    ("Flat tyre", "Take the tube out, find the hole and patch it."),
    ("Saddle height", "Loosen the clamp, pull the post up, tighten again."),
    ("Wheel truing", "Turn the spokes a quarter at a time."),
  ]
  private static let queries = ["how to oil a chain", "fix a flat tyre", "raise the saddle", "true a wheel"]

  init() throws {
    folder = TemporaryFolder()
    for name in ["c/qrels", "runs"] { try Files.makeFolder(folder.file(name)) }
    var (corpus, queries, judgments) = ("", "", "")
    for (number, (title, text)) in Self.documents.enumerated() {
      corpus += #"{"_id": "p\#(number)", "title": "\#(title)", "text": "\#(text)"}"# + "\n"
      queries += #"{"_id": "q\#(number)", "text": "\#(Self.queries[number])"}"# + "\n"
      judgments += "q\(number)\tp\(number)\t1\n"
    }
    corpus += #"{"_id": "e1", "title": "", "text": ""}"# + "\n" + #"{"_id": "e2", "text": " \u200b"}"# + "\n"
    try Files.write(corpus, to: folder.file("c/corpus.jsonl"))
    try Files.write(queries, to: folder.file("c/queries.jsonl"))
    try Files.write(judgments, to: folder.file("c/qrels/train.tsv"))
    try Files.write(Self.mining, to: folder.file("mine.yaml"))
    try Files.write(Self.training, to: folder.file("train.yaml"))
  }

  private static let mining = """
    recipe: mineNegatives
    seed: 1
    model:   { folder: "\(HoneProcess.model)", pooling: mean, maximumLength: 64 }
    data:    { rows: rows.jsonl }
    corpus:  c/corpus.jsonl
    sources: [ { name: model, candidates: 12, negatives: 12 } ]
    rules:   [ { name: knownPositives } ]
    select:  { name: first }
    output:  { folder: runs/mined, format: texts }

    """

  private static let training = """
    recipe: trainBiEncoder
    seed: 1
    model:     { folder: "\(HoneProcess.model)", pooling: mean, maximumLength: 64 }
    data:      { rows: rows.jsonl }
    batch:     { queries: 4, tokens: 2048, uniqueTexts: true }
    loss:      { name: infoNCE, temperature: 0.05, maskKnownPositives: true }
    optimizer: { name: adamW, rate: 1e-3, decay: 0.01, clip: 1.0 }
    schedule:  { name: linear, warmup: 0, epochs: 1 }
    output:    { folder: runs/trained }

    """

  /// Writes rows, with identifiers where they are given.
  private func write(_ rows: [(query: String, queryID: String?, positive: String, positiveID: String?)]) throws {
    let lines = rows.map { row -> String in
      var object = JSONObject()
      object["query"] = JSONValue(row.query)
      object["positive"] = JSONValue(row.positive)
      if let id = row.queryID { object["query_id"] = JSONValue(id) }
      if let id = row.positiveID { object["positive_id"] = JSONValue(id) }
      return JSONValue.object(object).text() + "\n"
    }
    try Files.write(lines.joined(), to: folder.file("rows.jsonl"))
  }

  /// The identifiers of the negatives of each mined row.
  private func negatives() throws -> [[String]] {
    try objects("runs/mined/rows.jsonl").map { $0["negative_ids"]?.arrayValue?.compactMap(\.stringValue) ?? [] }
  }

  /// Spellings of the positives, and whether the identifier stands beside them.
  private static let spellings: [(name: String, hasID: Bool, text: @Sendable (String, String) -> String)] = [
    ("as they are", true, { "\($0) \($1)" }), ("without titles", true, { $1 }),
    ("of other words", true, { _, _ in "x" }),
    ("as they are, without identifiers", false, { "\($0) \($1)" }),
    ("without titles and identifiers", false, { $1 }),
    ("spelt otherwise", false, { "\($0.uppercased())  \($1.dropLast()) " }),
  ]

  @Test(arguments: spellings.indices, ["[]", "[{name: knownPositives}]", "[{name: ranks, from: 1}]"])
  func aPositiveIsNoNegativeHoweverItIsWritten(_ spelling: Int, _ rules: String) throws {
    let (name, hasID, text) = Self.spellings[spelling]
    try write(
      Self.documents.indices.map {
        (Self.queries[$0], "q\($0)", text(Self.documents[$0].0, Self.documents[$0].1), hasID ? "p\($0)" : nil)
      })
    let ended = try hone("run", "mine.yaml", "--set", "rules=\(rules)")
    #expect(ended.status == 0, "\(ended.messages)")
    let expected = (0..<4).map { row in Set((0..<4).filter { $0 != row }.map { "p\($0)" }) }
    #expect(try negatives().map { Set($0) } == expected, "\(name)")
    #expect(
      ended.lines.contains { $0.split(separator: " ") == ["knownPositives", "16", "4", "12"] }, "\(ended.output)")
    #expect(ended.messages.contains("2 documents of 6 have neither title nor text and are no candidates"))
    #expect(ended.messages.contains("warning: rows.jsonl: 4 texts replaced by the one") == (hasID && spelling > 0))
  }

  @Test func copiesOfAPositiveAndPositivesOfOtherRowsAreNoNegatives() throws {
    let copy = #"{"_id": "copy", "text": "flat tyre: take the tube out, find the hole and patch it"}"#
    let corpus = String(decoding: try Files.read(folder.file("c/corpus.jsonl")), as: UTF8.self)
    try Files.write(corpus + copy + "\n", to: folder.file("c/corpus.jsonl"))
    try write([
      ("fix it", "a", "x", "p1"), ("Fix it!", nil, "y", "p0"), ("other", "b", "Wheel truing", "p3"),
    ])
    #expect(try hone("run", "mine.yaml").status == 0)
    #expect(try negatives().map { Set($0) } == [["p2", "p3"], ["p2", "p3"], ["p0", "p1", "p2", "copy"]])
    // What was mined is mined again, with the same negatives.
    let again = try hone(
      "run", "mine.yaml", "--set", "data.rows=runs/mined/rows.jsonl", "--set", "output.folder=runs/again")
    #expect(again.status == 0, "\(again.messages)")
    #expect(
      try objects("runs/again/rows.jsonl").map { $0["negative_ids"] }
        == objects("runs/mined/rows.jsonl").map { $0["negative_ids"] })
  }

  @Test(arguments: ["mine.yaml", "train.yaml"])
  func anIdentifierOfTwoQueriesIsRefused(_ recipe: String) throws {
    try write([
      ("how to oil a chain", "0", "a", nil), ("fix a flat tyre", "1", "b", nil), ("clean a lamp shade", "0", "c", nil),
    ])
    let ended = try hone("run", recipe)
    #expect(ended.status == 65)
    #expect(
      ended.messages.contains(
        "rows.jsonl:3: query \"0\" is \"clean a lamp shade\" here and \"how to oil a chain\" in line 1; give each query an "
          + "identifier of its own"), "\(ended.messages)")
  }

  @Test(
    arguments: ["texts", "sentenceTransformers", "flagEmbedding", "identifiers"],
    ["rows.jsonl", "rows.csv", "rows.tsv"])
  func blankDocumentsAreNoCandidatesInAnyFormat(_ format: String, _ file: String) throws {
    let mined = try hone(
      "run", "mine.yaml", "--set", "data={collection: c, split: train}", "--set", "corpus=null", "--set",
      "output.format=\(format)", "--set", "output.file=\(file)")
    #expect(mined.status == 0, "\(mined.messages)")
    #expect(
      mined.messages.contains("2 documents of 6 have neither title nor text and are no candidates, for example \"e1\""))
    #expect(mined.output.contains("12 negatives for 4 rows (4 queries) from 4 documents in "))
    let data = "data={rows: runs/mined/\(file)\(format == "identifiers" ? ", collection: c" : "")}"
    let trained = try hone("run", "train.yaml", "--set", data)
    #expect(trained.status == 0, "\(trained.messages)")
    #expect(!trained.messages.contains("left out"), "\(trained.messages)")
  }

  /// Published collections judge queries and documents that they lack, and documents without text.
  @Test(arguments: ["mine.yaml", "train.yaml"])
  func judgmentsOfWhatIsNotThereAreLeftOut(_ recipe: String) throws {
    try Files.write("q0\tp0\t1\nq9\tp1\t1\nq1\tp9\t1\nq1\te1\t1\nq1\tp1\t1\n", to: folder.file("c/qrels/train.tsv"))
    let ended = try hone("run", recipe, "--set", "data={collection: c, split: train}")
    #expect(ended.status == 0, "\(ended.messages)")
    #expect(
      ended.messages.contains(
        "warning: c/qrels/train.tsv: 3 judgments left out: 1 of a query that queries.jsonl lacks (\"q9\" in line 2), 1 of a "
          + "document that corpus.jsonl lacks (\"p9\" in line 3), 1 of a document with neither title nor text (\"e1\" in line "
          + "4)"), "\(ended.messages)")
    #expect(ended.output.contains("2 rows") || ended.messages.contains("2 rows"))
  }

  /// The negatives of a checkpoint are read again, from a corpus with blank documents.
  @Test func aRunThatMinesGoesOnAfterAnInterruption() throws {
    let mining =
      "mining={steps: 500, sources: [{name: model, candidates: 10, negatives: 10}], rules: [], select: {name: first}}"
    let arguments = [
      "run", "train.yaml", "--set", "data={collection: c, split: train}", "--set", mining, "--set",
      "schedule={name: linear, warmup: 0.1, steps: 3000}",
    ]
    let stopped = try HoneProcess.run(arguments, in: folder.path) { process in
      let path = folder.file("runs/trained/log.jsonl")
      let deadline = Date().addingTimeInterval(60)
      while ((try? Files.size(path)) ?? 0) < 1000 && process.isRunning && Date() < deadline { usleep(1000) }
      kill(process.processIdentifier, SIGINT)
    }
    #expect(stopped.status == 130, "\(stopped.messages)")
    let resumed = try HoneProcess.run(arguments + ["--resume"], in: folder.path)
    #expect(resumed.status == 0 && resumed.messages.contains("going on after step "), "\(resumed.messages)")
  }

  @Test func whatTheFileCannotHoldIsFoundBeforeMining() throws {
    try Files.write(
      #"{"_id": "p0", "title": "Chain", "text": "Drip\toil"}"# + "\n" + #"{"_id": "p1", "text": "Patch it."}"# + "\n",
      to: folder.file("c/corpus.jsonl"))
    try write([("how to oil a chain", "q0", "x", nil)])
    // In the format `texts` negatives stand in a JSON list, which holds every text.
    let lists = try hone("run", "mine.yaml", "--set", "output.file=rows.tsv", "--set", "output.folder=runs/lists")
    #expect(lists.status == 0, "\(lists.messages)")
    let columns = try hone(
      "run", "mine.yaml", "--set", "output.file=rows.tsv", "--set", "output.format=sentenceTransformers")
    #expect(columns.status == 65)
    #expect(
      columns.messages.contains(
        "rows.tsv: document \"p0\" has a text with a tab or a line break in it, which a .tsv file cannot hold; write .csv or "
          + ".jsonl"), "\(columns.messages)")
    #expect(!columns.messages.contains("encoding"), "\(columns.messages)")
  }
}
