import Files
import JSONText
import TestSupport
import Testing

/// Data as the world writes it: tables of spreadsheets, blank texts, scripts without spaces.
@Suite(.serialized) struct DataFileTests: HoneSuite {
  let folder: TemporaryFolder

  init() throws {
    folder = TemporaryFolder()
    try SmallCollection.write(to: folder.path)
  }

  @Test func aTableOfASpreadsheetIsReadWithAWarning() throws {
    let rows = (0..<8).map { "find word \($0);the text, and \($0)\r\n" }.joined()
    let text = "\u{FEFF}Query;positive\r\n" + rows
    let train = ["run", "recipe.yaml", "--set", "data={rows: rows.csv}", "--set", "evaluate=null", "--quiet"]
    for (name, bytes) in [
      ("semicolons", Array(text.utf8)), ("UTF-16", text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }),
    ] {
      try Files.write(bytes, to: folder.file("rows.csv"))
      let ended = try HoneProcess.run(train + ["--set", "output.folder=runs/\(name)"], in: folder.path)
      #expect(ended.status == 0, "\(ended.messages)")
      #expect(
        ended.messages.contains("warning: rows.csv: semicolons separate the columns, not commas; it is read so\n"))
      #expect(ended.messages.contains("warning: rows.csv: the column \"Query\" is read as \"query\"\n"))
      #expect(ended.messages.contains("warning: rows.csv: read as UTF-16 text\n") == (name == "UTF-16"))
    }
    try Files.write([0x1F, 0x8B, 0x08, 0x00], to: folder.file("rows.csv"))
    let refused = try HoneProcess.run(train + ["--set", "output.folder=runs/gzip"], in: folder.path)
    #expect(refused.status == 65)
    #expect(refused.messages == "error: rows.csv: expected text, found a gzip archive; unpack it with gunzip\n")
  }

  @Test func blankTextsStopNoCommand() throws {
    try Files.write(
      "{\"_id\": \"a\", \"text\": \"find a file\"}\n{\"_id\": \"b\", \"text\": \"\"}\n{\"_id\": \"c\", \"text\": \" \"}\n",
      to: folder.file("blank.jsonl"))
    let encoded = try hone("encode", "--model", HoneProcess.model, "--input", "blank.jsonl", "--output", "v.jsonl")
    #expect(encoded.status == 0)
    #expect(encoded.messages == "warning: 2 of 3 texts are blank, the first \"b\"; read as an empty text\n")
    let vectors = try objects("v.jsonl").compactMap { $0["embedding"] }
    #expect(vectors.count == 3 && vectors[1] == vectors[2] && vectors[0] != vectors[1])

    let searched = try hone(
      "search", "--model", HoneProcess.model, "--corpus", "blank.jsonl", "--queries", "blank.jsonl", "--output",
      "first.run")
    #expect(searched.status == 0, "\(searched.messages)")
    #expect(
      searched.messages.contains(
        "warning: 2 documents of 3 have neither title nor text and are no candidates, for example \"b\"\n"))
    #expect(try lines("first.run").map { $0.split(separator: " ")[2] } == ["a", "a", "a"])
    #expect(searched.messages.contains("warning: 2 of 3 queries are blank, the first \"b\"; read as an empty text\n"))
    try Files.write("a Q0 b 1 3 x\na Q0 a 2 2 x\nb Q0 c 1 3 x\n", to: folder.file("first.run"))
    let reranked = try hone(
      "rerank", "--model", HoneProcess.crossEncoder, "--corpus", "blank.jsonl", "--queries", "blank.jsonl", "--run",
      "first.run", "--output", "second.run")
    #expect(reranked.status == 0, "\(reranked.messages)")
    #expect(
      reranked.messages.contains(
        "warning: first.run: 2 documents without title and text left out, since they are no candidates, for example \"b\"\n"
      ))
    #expect(try lines("second.run").map { $0.split(separator: " ")[2] } == ["a"])

    try Files.write("{\"_id\": \"b\", \"text\": \"\"}\n", to: folder.file("none.jsonl"))
    let nothing = try hone(
      "search", "--model", HoneProcess.model, "--corpus", "none.jsonl", "--queries", "blank.jsonl", "--output", "n.run")
    #expect(nothing.status == 65 && !Files.exists(folder.file("n.run")), "\(nothing.messages)")
  }

  @Test func aBlankQueryOfACollectionIsEvaluated() throws {
    let queries = try lines("collection/queries.jsonl").map {
      $0.contains("\"q20\"") ? "{\"_id\": \"q20\", \"text\": \"\"}" : $0
    }
    try Files.write(queries.joined(separator: "\n"), to: folder.file("collection/queries.jsonl"))
    let ended = try hone("run", "recipe.yaml", "--set", "schedule.epochs=1")
    #expect(ended.status == 0, "\(ended.messages)")
    #expect(
      ended.messages.contains(
        "warning: 1 of 5 queries of split 'dev' is blank, the first \"q20\"; read as an empty text\n"))
  }

  @Test func wordsWithoutSpacesAreMined() throws {
    let texts = ["自行车链条需要定期上油", "漏气的轮胎要先找到破洞", "自行车轮胎的气压", "链条上油以后擦干"]
    let queries = ["链条上油", "轮胎破洞"]
    func file(_ name: String, _ texts: [String], _ prefix: String) throws {
      let lines = texts.enumerated().map { "{\"_id\": \"\(prefix)\($0)\", \"text\": \"\($1)\"}\n" }
      try Files.write(lines.joined(), to: folder.file(name))
    }
    try Files.makeFolder(folder.file("c/qrels"))
    try file("c/corpus.jsonl", texts, "d")
    try file("c/queries.jsonl", queries + ["something else"], "q")
    try Files.write("q0\td0\t1\nq1\td1\t1\nq2\td2\t1\n", to: folder.file("c/qrels/train.tsv"))
    try Files.write(
      """
      recipe: mineNegatives
      seed: 1
      model:   { folder: "\(HoneProcess.model)", pooling: mean, maximumLength: 32 }
      data:    { collection: c, split: train }
      sources: [{ name: BM25, candidates: 4, negatives: 2 }]
      rules:   [{ name: knownPositives }]
      select:  { name: first }
      output:  { folder: runs/mined, format: texts }

      """, to: folder.file("mine.yaml"))
    let ended = try hone("run", "mine.yaml")
    #expect(ended.status == 0, "\(ended.messages)")
    let ids = try objects("runs/mined/rows.jsonl").map {
      $0["negative_ids"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }
    #expect(ids == [["d3"], ["d2"], []])
    #expect(
      ended.messages.contains(
        "warning: the source BM25 found no document for 1 of 3 queries, the first \"something else\"\n"))
  }
}
