import Datasets
import Files
import Retrieval
import TestSupport
import Testing

/// BM25 on real collections, where they lie beside the package.
@Suite struct CollectionTests {
  /// nDCG@10 of plain BM25 as the collections' own README files state it; ours must not be worse.
  @Test(
    .needsCollections,
    arguments: [
      ("debian-programs", "test", 0.7513), ("debian-programs", "tags", 0.3305), ("medline", "test", 0.6779),
      ("scifact", "test", 0.6694),
    ])
  func reachesTheSanityLine(_ name: String, _ split: String, _ line: Double) throws {
    let collection = try Datasets.Collection(folder: Files.join(Locations.collections, name))
    let documents = collection.corpus.documents
    let judgments = try collection.judgments(split: split)
    let queries = judgments.topics.compactMap { collection.queries[$0.query] }
    let index = try BM25(ids: documents.map(\.id), texts: documents.map(\.content))
    let run = try index.search(queries.map { ($0.id, $0.text) }, top: 100)
    let evaluation = try Evaluation(
      of: run, against: judgments.topics.map { JudgedTopic(query: $0.query, grades: $0.grades) },
      measures: [.nDCG(cut: 10)], complete: true)
    #expect(evaluation.topics.count == judgments.topics.count && judgments.topics.count >= 30)
    #expect(evaluation.means[0] > line)
  }
}
