import Files
import JSONText
import Retrieval
import Testing

/// BM25 on real collections, where they lie beside the package.
@Suite struct CollectionTests {
  /// nDCG@10 of plain BM25 as the collections' own README files state it; ours must not be worse.
  @Test(arguments: [
    ("debian-programs", "test", 0.7513), ("debian-programs", "tags", 0.3305), ("medline", "test", 0.6779),
    ("scifact", "test", 0.6694),
  ])
  func reachesTheSanityLine(_ name: String, _ split: String, _ line: Double) throws {
    let folder = Files.join(Files.parent(of: packageFolder), "shared", "collections", name)
    guard Files.isFolder(folder) else { return print("skipped BM25 on \(name): there is no folder \(folder)") }
    var ids: [String] = []
    var texts: [String] = []
    try forEachObject(Files.join(folder, "corpus.jsonl")) { object in
      ids.append(object["_id"]?.stringValue ?? "")
      texts.append("\(object["title"]?.stringValue ?? "") \(object["text"]?.stringValue ?? "")")
    }
    var judged: [String: [(document: String, grade: Int)]] = [:]
    let lines = try LineReader(Files.join(folder, "qrels", "\(split).tsv"))
    while let line = try lines.next() {
      let columns = String(decoding: line.bytes, as: UTF8.self).split(separator: "\t").map(String.init)
      if let grade = Int(columns[2]) { judged[columns[0], default: []].append((columns[1], grade)) }
    }
    var queries: [(id: String, text: String)] = []
    try forEachObject(Files.join(folder, "queries.jsonl")) { object in
      let id = object["_id"]?.stringValue ?? ""
      if judged[id] != nil { queries.append((id, object["text"]?.stringValue ?? "")) }
    }
    let run = try BM25(ids: ids, texts: texts).search(queries, top: 100)
    let evaluation = try Evaluation(
      of: run, against: judged.map { JudgedTopic(query: $0.key, grades: $0.value) }, measures: [.nDCG(cut: 10)],
      complete: true)
    #expect(evaluation.topics.count == judged.count && judged.count >= 30)
    #expect(evaluation.means[0] > line)
  }

  private func forEachObject(_ file: String, _ body: (JSONObject) -> Void) throws {
    let lines = try LineReader(file)
    while let line = try lines.next() {
      if let object = try JSONReader.parse(line.bytes).objectValue { body(object) }
    }
  }
}
