import Datasets
import Files
import Retrieval
import Runs
import TestSupport
import Testing

@testable import Evaluation

@Suite struct EvaluationPlanTests {
  private let folder: TemporaryFolder
  private let collection: Collection

  /// Fifty documents; the split dev judges two of them, odd names a query and a document that are not there.
  init() throws {
    folder = TemporaryFolder()
    try Files.makeFolder(folder.file("qrels"))
    let documents = (0..<50).map { "{\"_id\": \"d\($0)\", \"text\": \"text \($0)\"}\n" }
    try Files.write(documents.joined(), to: folder.file("corpus.jsonl"))
    try Files.write(
      "{\"_id\": \"q1\", \"text\": \"one\"}\n{\"_id\": \"q2\", \"text\": \"two\"}\n", to: folder.file("queries.jsonl"))
    try Files.write("q1\td40\t1\nq2\td3\t0\n", to: folder.file("qrels/dev.tsv"))
    try Files.write("q1\td40\t1\nq9\td99\t1\n", to: folder.file("qrels/odd.tsv"))
    collection = try Collection(folder: folder.path)
  }

  private func plan(_ splits: [String], limit: Int?, seed: UInt64 = 1) throws -> (EvaluationPlan, [String]) {
    var warnings: [String] = []
    let plan = try EvaluationPlan(
      collection, splits: splits, measures: [.nDCG(cut: 10)], limit: limit, seed: seed, warn: { warnings.append($0) })
    return (plan, warnings)
  }

  @Test func aSampleHoldsEveryJudgedDocumentAndIsFixed() throws {
    let sample = try plan(["dev"], limit: 10).0.documents.map(\.id)
    #expect(sample.count == 10)
    #expect(sample.contains("d40") && sample.contains("d3"))
    #expect(sample == collection.corpus.documents.map(\.id).filter(sample.contains))
    #expect(try plan(["dev"], limit: 10).0.documents.map(\.id) == sample)
    #expect(try plan(["dev"], limit: 10, seed: 2).0.documents.map(\.id) != sample)
    // A larger sample holds the smaller one.
    #expect(Set(try plan(["dev"], limit: 20).0.documents.map(\.id)).isSuperset(of: sample))
    #expect(try plan(["dev"], limit: 1).0.documents.map(\.id) == ["d3", "d40"])
    #expect(try plan(["dev"], limit: nil).0.documents.count == 50)
    #expect(try plan(["dev"], limit: 1000).0.documents.count == 50)
  }

  @Test func whatTheCollectionLacksIsToldAndCountsAsNotFound() throws {
    let (plan, warnings) = try plan(["odd"], limit: nil)
    #expect(
      warnings == [
        "\(folder.path) lacks 1 query and 1 document that split 'odd' judges; they count as not found"
      ])
    #expect(plan.splits[0].queries.map(\.id) == ["q1"])
    var ranking = Ranking()
    try ranking.append(query: "q1", documents: [ScoredDocument(id: "d40", score: 1)])
    #expect(try plan.evaluations(of: [ranking])[0].means == [0.5])
  }

  /// `trec_eval` gives 0 on every measure for a query whose judgments are all 0, and counts it in the mean.
  @Test func aQueryWithoutARelevantDocumentCountsAsZero() throws {
    let (plan, warnings) = try plan(["dev"], limit: nil)
    #expect(
      warnings == [
        "1 of 2 queries of split 'dev' has no relevant document, such as \"q2\"; it counts as 0 on every measure"
      ])
    var ranking = Ranking()
    for (query, document) in [("q1", "d40"), ("q2", "d3")] {
      try ranking.append(query: query, documents: [ScoredDocument(id: document, score: 1)])
    }
    #expect(try plan.evaluations(of: [ranking])[0].means == [0.5])
  }

  @Test(arguments: [["q1\td40\t0", "q2\td3\t0"], ["q1\td99\t1"], ["q9\td40\t1"]])
  func aSplitThatMeasuresNothingIsRefused(_ lines: [String]) throws {
    try Files.write(lines.map { $0 + "\n" }.joined(), to: folder.file("qrels/empty.tsv"))
    let collection = try Collection(folder: folder.path)
    let error = try #require(throws: RunError.self) {
      try EvaluationPlan(collection, splits: ["empty"], measures: [.nDCG(cut: 10)], warn: { _ in })
    }
    #expect(error.kind == .badData)
    #expect(
      error.description
        == "\(folder.path): no query of split 'empty' has a relevant document in the corpus and one that is less so, so that "
        + "there is nothing to measure; give judgments that name queries and documents of this collection")
  }

  @Test func aCorpusOfRelevantDocumentsIsRefused() throws {
    func folder(_ documents: [String]) throws -> SmallFolder {
      try SmallFolder(
        documents: documents.map { ($0, "text") }, queries: [("q", "query")],
        splits: ["dev": ["q a 1", "q b 1", "q q 1"]])
    }
    func measures(_ documents: [String], excludeSameID: Bool) throws {
      let folder = try folder(documents)
      try withExtendedLifetime(folder) {
        _ = try EvaluationPlan(
          folder.collection, splits: ["dev"], measures: [.nDCG(cut: 10)], excludeSameID: excludeSameID, warn: { _ in })
      }
    }
    #expect(throws: RunError.self) { try measures(["a", "b"], excludeSameID: false) }
    #expect(throws: RunError.self) { try measures(["a", "b", "q"], excludeSameID: true) }
    try measures(["a", "b", "c"], excludeSameID: true)
  }

  @Test func measuresSayHowDeepTheyLook() {
    #expect(Measure.nDCG(cut: 10).depth == 10)
    #expect(Measure.recall(cut: 100).depth == 100)
    #expect(Measure.averagePrecision(cut: nil).depth == 1000)
    #expect(Measure.rPrecision.depth == 1000)
  }

  // MARK: - Blank documents

  @Test func blankDocumentsAreNotSearched() throws {
    let small = try SmallFolder(
      documents: [("d1", "one"), ("d2", ""), ("d3", " \\u200b"), ("d4", "four")],
      queries: [("q1", "one"), ("q2", "two")],
      splits: ["dev": ["q1\td1\t1", "q1\td2\t1", "q2\td3\t1"]])
    var warnings: [String] = []
    let plan = try EvaluationPlan(
      small.collection, splits: ["dev"], measures: [.nDCG(cut: 10)], warn: { warnings.append($0) })
    #expect(plan.documents.map(\.id) == ["d1", "d4"])
    #expect(
      warnings == ["2 documents of 4 have neither title nor text and are no candidates, for example \"d2\""])
    // The relevant one is still missed, and nothing stands in a list of judged candidates either.
    #expect(try plan.judgedCandidates(in: small.collection.corpus).map { $0.lists.map(\.documents.count) } == [[1, 0]])
    var texts = CandidateTexts(small.collection)
    var run = Ranking()
    try run.append(
      query: "q1", documents: ["d2", "d4", "d3"].enumerated().map { ScoredDocument(id: $1, score: Float(-$0)) })
    let (readable, blank) = texts.withoutBlankDocuments(run)
    #expect(readable["q1"]?.map(\.id) == ["d4"] && blank == ["d2", "d3"])
    #expect(try texts.pairs(of: readable, from: "run").count == 1)
  }

  @Test func aCorpusOfBlankDocumentsIsRefused() throws {
    let small = try SmallFolder(
      documents: [("d1", ""), ("d2", " ")], queries: [("q1", "one")], splits: ["dev": ["q1\td1\t1", "q1\td2\t0"]])
    let error = try #require(throws: RunError.self) {
      try EvaluationPlan(small.collection, splits: ["dev"], measures: [.nDCG(cut: 10)], warn: { _ in })
    }
    #expect(error.kind == .badData)
    #expect(error.description == "every document of the corpus has neither title nor text; name another corpus")
  }

  /// Relevant only to a blank document, and with another document to be found before it.
  @Test func aSplitWhoseRelevantDocumentsAreBlankMeasuresNothing() throws {
    let small = try SmallFolder(
      documents: [("d1", "one"), ("d2", "")], queries: [("q1", "one")], splits: ["dev": ["q1\td2\t1"]])
    #expect(throws: RunError.self) {
      try EvaluationPlan(small.collection, splits: ["dev"], measures: [.nDCG(cut: 10)], warn: { _ in })
    }
  }
}
