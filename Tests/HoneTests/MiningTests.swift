import Files
import JSONText
import TestSupport
import Testing

/// Mining as users start it: a recipe in, training rows and a report out, and a training run on them.
@Suite(.serialized) struct MiningTests: HoneSuite {
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
      - { name: BM25, candidates: 10, negatives: 1 }
    rules:
      - { name: knownPositives }
      - { name: relativeMargin, margin: 0.0001, anchor: highest }
    select:  { name: uniform }
    output:  { folder: runs/mined, format: texts }

    """

  private func rows(_ run: String) throws -> [JSONObject] { try objects("\(run)/rows.jsonl") }

  @Test func rowsGetNegativesThatTrainingReads() throws {
    let ended = try hone("run", "mine.yaml")
    #expect(ended.status == 0, "\(ended.messages)")
    #expect(ended.lines.first?.hasPrefix("rule            candidates  dropped  kept") == true, "\(ended.output)")
    #expect(ended.output.contains("for 20 rows (20 queries) from 30 documents in "))
    #expect(ended.lines.last == "rows    runs/mined/rows.jsonl")

    let rows = try rows("runs/mined")
    #expect(rows.compactMap { $0["query_id"]?.stringValue } == (0..<20).map { "q\($0)" })
    for row in rows {
      let ids = row["negative_ids"]?.arrayValue?.compactMap(\.stringValue) ?? []
      let scores = row["scores"]?.arrayValue?.compactMap(\.doubleValue) ?? []
      #expect(ids.count <= 4 && Set(ids).count == ids.count && scores.count == ids.count + 1)
      #expect(!ids.contains(row["positive_id"]?.stringValue ?? ""))
      for score in scores.dropFirst() { #expect(score < scores[0]) }
    }
    let result = try result("runs/mined")
    let counts = try #require(result["counts"]?.objectValue)
    let negatives = rows.reduce(0) { $0 + ($1["negative_ids"]?.arrayValue?.count ?? 0) }
    #expect(counts["negatives"]?.integerValue == negatives && negatives > 20)
    #expect(result["rules"]?.arrayValue?.count == 2)

    let trained = try hone(
      "run", "recipe.yaml", "--set", "data.rows=runs/mined/rows.jsonl", "--set", "data.split=null", "--set",
      "batch.tokens=200", "--quiet")
    #expect(trained.status == 0, "\(trained.messages)")
  }

  @Test func theSameSeedGivesTheSameRowsAtAnyThreadCount() throws {
    for (run, seed, threads) in [("a", "17", "1"), ("b", "17", "2"), ("c", "18", "2")] {
      let ended = try hone(
        "run", "mine.yaml", "--set", "seed=\(seed)", "--set", "output.folder=\(run)", "--threads", threads)
      #expect(ended.status == 0, "\(ended.messages)")
    }
    let bytes = try ["a", "b", "c"].map { try Files.read(folder.file("\($0)/rows.jsonl")) }
    #expect(bytes[0] == bytes[1])
    #expect(bytes[0] != bytes[2])
  }

  @Test(arguments: ["rows.tsv", "rows.csv"])
  func tablesAreTrainingDataToo(_ name: String) throws {
    let mined = try hone(
      "run", "mine.yaml", "--set", "output.file=\(name)", "--set", "output.format=sentenceTransformers")
    #expect(mined.status == 0, "\(mined.messages)")
    #expect(mined.lines.last == "rows    runs/mined/\(name)")
    let trained = try hone(
      "run", "recipe.yaml", "--set", "data={rows: runs/mined/\(name), negatives: 1}", "--quiet")
    #expect(trained.status == 0, "\(trained.messages)")
  }

  /// Everything that has to do with negatives: mined every epoch, drawn from a pool, weighted by hardness, masked by a guide.
  private static let training = [
    "--set", "data.negatives=2", "--set", "loss.hardness={strength: 5, negatives: own}", "--set",
    "mining={epochs: 2, sources: [{name: model, candidates: 20, negatives: 4}], rules: [{name: knownPositives}], "
      + "select: {name: softmax, temperature: 0.1}}",
    "--set", "guide={folder: \"\(HoneProcess.model)\", relativeMargin: 0.01}",
  ]

  private func weights(_ run: String) throws -> JSONValue { try #require(try result(run)["weightsSHA256"]) }

  @Test func trainingMinesAnewAndSaysSo() throws {
    let arguments = ["run", "recipe.yaml"] + Self.training
    let ended = try HoneProcess.run(arguments, in: folder.path)
    #expect(ended.status == 0, "\(ended.messages)")
    let log = try log()
    let mined = log.filter { $0["mining"] != nil }
    // Four epochs of five steps, mined before the first and the third.
    #expect(mined.map { $0["step"]?.integerValue } == [0, 10])
    let counts = mined.map { $0["mining"]?.objectValue?["negatives"]?.integerValue }
    #expect(counts == [80, 80])
    #expect(ended.messages.contains("mined after step 10: 80 negatives for 20 rows in "))
    let result = try result()
    #expect(result["mining"]?.objectValue?["count"]?.integerValue == 2)
    // The schedule is that of a run without mining.
    let plain = try HoneProcess.run(
      ["run", "recipe.yaml", "--set", "output.folder=runs/plain"], in: folder.path)
    #expect(plain.status == 0)
    let rates = try (log, self.log("runs/plain"))
    let found = rates.0.compactMap { $0["rate"]?.doubleValue }
    #expect(found.count == 20 && found == rates.1.compactMap { $0["rate"]?.doubleValue })
    #expect(try weights("runs/small") != weights("runs/plain"))
    // The same again on one thread, and other negatives by another seed.
    for (run, options) in [
      ("again", ["--threads", "1"]), ("steps", ["--set", "mining.epochs=null", "--set", "mining.steps=10"]),
    ] {
      let ended = try HoneProcess.run(arguments + ["--set", "output.folder=runs/\(run)"] + options, in: folder.path)
      #expect(ended.status == 0, "\(ended.messages)")
      #expect(try weights("runs/\(run)") == weights("runs/small"))
    }
  }

  /// A positive that is no document of the corpus, and a corpus of one document.
  @Test func textsOutsideTheCorpusAndTooFewCandidatesAreFine() throws {
    try Files.write(#"{"query": "chess game", "positive": "the board of chess"}"# + "\n", to: folder.file("rows.jsonl"))
    try Files.write(#"{"_id": "only", "text": "packet network"}"# + "\n", to: folder.file("one.jsonl"))
    let ended = try hone(
      "run", "mine.yaml", "--set", "data.rows=rows.jsonl", "--set", "data.split=null", "--set", "data.collection=null",
      "--set", "corpus=one.jsonl", "--set", "rules=[]")
    #expect(ended.status == 0, "\(ended.messages)")
    #expect(ended.output.contains("1 negative for 1 row (1 query) from 1 document in "))
    #expect(ended.output.contains("1 row has fewer than the 4 asked for, 0 of them none"))
    #expect(ended.lines.contains("BM25 found no document for 1 query of 1"), "\(ended.output)")
    #expect(try rows("runs/mined").first?["negative_ids"] == ["only"])
  }

  @Test(arguments: [
    ("sources=[]", "'sources': the list is empty; name at least one source, such as model"),
    ("data.shuffle=true", "unknown key 'data.shuffle'; the keys here are collection, rows, split"),
    ("select.temperature=1", "unknown key 'select.temperature'; the keys here are name"),
    ("corpus=none.jsonl", "'corpus': there is no file none.jsonl"),
    ("data.negatives=2", "unknown key 'data.negatives'; the keys here are collection, rows, split"),
    (
      "output.file=rows.txt",
      "'output.file': 'rows.txt' is no name of a file in the run's folder that ends in .jsonl, .tsv or .csv"
    ),
  ])
  func wrongSettingsAreTold(_ edit: String, _ message: String) throws {
    let ended = try hone("validate", "mine.yaml", "--set", edit)
    #expect(ended.status == 78)
    #expect(ended.messages.contains(message), "\(ended.messages)")
    #expect(!Files.exists(folder.file("runs")))
  }

  @Test(arguments: [
    ("mining.steps=3", "'mining': give either 'epochs' or 'steps': how often negatives are mined"),
    ("mining.epochs=0", "'mining.epochs': 0 is too small; at least 1"),
    ("mining.sources=[]", "'mining.sources': the list is empty; name at least one source, such as model"),
    ("mining.corpus=none.jsonl", "'mining.corpus': there is no file none.jsonl"),
    ("guide.absoluteMargin=0", "'guide': give either 'absoluteMargin' or 'relativeMargin'"),
    ("guide.folder=none", "'guide.folder': there is no folder none"),
    (
      "loss.maskKnownPositives=false",
      "'guide': only the loss infoNCE with 'maskKnownPositives: true' leaves out what a guide points out"
    ),
    ("loss.hardness.strength=-1", "'loss.hardness.strength': -1.0 is less than 0"),
    ("data.negatives=-1", "'data.negatives': -1 is too small; at least 0"),
  ])
  func wrongSettingsOfTrainingAreTold(_ edit: String, _ message: String) throws {
    let ended = try HoneProcess.run(["validate", "recipe.yaml"] + Self.training + ["--set", edit], in: folder.path)
    #expect(ended.status == 78)
    #expect(ended.messages.contains(message), "\(ended.messages)")
  }

  /// A cross-encoder decides what stays a negative, and what becomes a positive of its own.
  @Test func aCrossEncoderJudges() throws {
    let judge = HoneProcess.model.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/cross-encoder-tiny"
    let rules = "rules=[{name: knownPositives}, {name: judge, model: \"\(judge)\", below: 0.5, above: 0.5}]"
    let ended = try hone("run", "mine.yaml", "--set", rules)
    #expect(ended.status == 0, "\(ended.messages)")
    let result = try result("runs/mined")
    let promoted = result["counts"]?.objectValue?["promoted"]?.integerValue ?? 0
    let rows = try rows("runs/mined")
    #expect(promoted > 0 && rows.count == 20 + promoted, "\(ended.output)")
    for row in rows.dropFirst(20) {
      let query = row["query_id"]?.stringValue ?? ""
      // A promoted document is none of the query's negatives, nor its known positive.
      #expect(row["positive_id"]?.stringValue != "d" + query.dropFirst())
      #expect(row["negative_ids"]?.arrayValue?.contains(row["positive_id"] ?? .null) == false)
    }
    let wrong = try hone("validate", "mine.yaml", "--set", "rules=[{name: judge, model: none, below: 0.5}]")
    #expect(wrong.status == 78 && wrong.messages.contains("rule judge: there is no folder none"), "\(wrong.messages)")
  }

  /// A model with damaged weights would give vectors that cannot be ranked; it is not even loaded.
  @Test func aModelThatIsNotFiniteIsRefused() throws {
    let model = folder.file("damaged")
    try Files.makeFolder(Files.join(model, "1_Pooling"))
    for name in try Files.list(HoneProcess.model) + ["1_Pooling/config.json"] where !name.hasSuffix("1_Pooling") {
      try Files.copy(Files.join(HoneProcess.model, name), to: Files.join(model, name))
    }
    var bytes = try Files.read(Files.join(model, "model.safetensors"))
    let header = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
    for place in stride(from: 8 + header, to: bytes.count, by: 4) {
      bytes.replaceSubrange(place..<place + 4, with: [0, 0, 0xC0, 0x7F])
    }
    try Files.write(bytes, to: Files.join(model, "model.safetensors"))
    let ended = try hone("run", "mine.yaml", "--set", "model.folder=damaged")
    #expect(ended.status == 65, "\(ended.messages)")
    #expect(ended.messages.contains("holds numbers that are not finite; fetch the model again"), "\(ended.messages)")
    #expect(!Files.exists(folder.file("runs/mined/rows.jsonl")))
  }

  @Test func anEmptyCorpusAndRepeatedIdentifiersAreRefused() throws {
    for (text, message) in [
      ("", "found nothing"), (#"{"_id": "a", "text": "x"}"# + "\n" + #"{"_id": "a", "text": "y"}"#, "occurs twice"),
    ] {
      try Files.write(text, to: folder.file("bad.jsonl"))
      let ended = try hone("run", "mine.yaml", "--set", "corpus=bad.jsonl")
      #expect(ended.status == 65 && ended.messages.contains(message), "\(ended.messages)")
      #expect(!Files.exists(folder.file("runs/mined/rows.jsonl")))
    }
  }
}
