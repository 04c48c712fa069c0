import Datasets
import Files
import Retrieval
import TestSupport
import Testing

/// BM25 on real collections, where they lie beside the package.
@Suite struct CollectionTests {
  /// nDCG@10 as a program of its own in Python computes it, with NLTK's stemmer and in double precision.
  ///
  /// For scifact BEIR has 0.679 (title and text as one field).
  @Test(
    .needsCollections,
    arguments: [
      ("debian-programs", "test", 0.7652), ("debian-programs", "tags", 0.3302), ("medline", "test", 0.6698),
      ("scifact", "test", 0.6791),
    ])
  func ranksAsAnIndependentProgram(_ name: String, _ split: String, _ expected: Double) throws {
    let collection = try Datasets.Collection(folder: Files.join(Locations.collections, name))
    let documents = collection.corpus.documents
    let judgments = try collection.judgments(split: split, warn: { _ in })
    let queries = judgments.topics.compactMap { collection.queries[$0.query] }
    let index = try BM25(ids: documents.map(\.id), texts: documents.map(\.content))
    let ranking = try index.search(queries.map { ($0.id, $0.text) }, top: 100)
    let evaluation = try MeasureValues(
      of: ranking, against: judgments.topics.map { JudgedTopic(query: $0.query, grades: $0.grades) },
      measures: [.nDCG(cut: 10)], complete: true)
    #expect(evaluation.topics.count == judgments.topics.count && judgments.topics.count >= 30)
    #expect(abs(evaluation.means[0] - expected) < 1e-4, "\(evaluation.means[0])")
  }
}
