package import Datasets
import Words

/// The queries whose identifier a document of the corpus has.
///
/// Where every query is a document too, as in ArguAna and Quora of BEIR, a search finds the query itself first, which is no
/// answer. Identifiers that are whole numbers also agree by accident, where queries and documents are each counted
/// from 1; then only the texts tell: that of a query that is a document stands in it, or the other way round.
package struct SameIDs {
  /// The number of all queries.
  private let count: Int
  /// The queries that are a document.
  private var own: [Query] = []
  /// The queries whose identifier agrees with a document's by accident.
  private var accidental: [Query] = []

  /// Compares queries with the documents of a corpus.
  package init(_ queries: [Query], in corpus: Corpus) {
    count = queries.count
    for query in queries {
      guard let document = corpus[query.id] else { continue }
      if Self.isSame(query, document) { own.append(query) } else { accidental.append(query) }
    }
  }

  private static func isSame(_ query: Query, _ document: Document) -> Bool {
    guard query.id.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return true }
    let texts = [query.text, document.content].map { NormalizedText($0).text }
    guard texts.allSatisfy({ !$0.isEmpty }) else { return false }
    return " \(texts[1]) ".contains(" \(texts[0]) ") || " \(texts[0]) ".contains(" \(texts[1]) ")
  }

  /// A warning where the setting is missing and matters, or takes away documents that are no query; else nil.
  ///
  /// - Parameters:
  ///   - isExcluded: The setting that leaves such documents out; nil where it is missing.
  ///   - setting: The path of the setting: "evaluate.excludeSameID".
  ///   - place: The place of the queries: "of split 'test'".
  package func warning(isExcluded: Bool?, setting: String, place: String) -> String? {
    switch isExcluded {
    case false: return nil
    case nil:
      guard let example = own.first else { return nil }
      return
        "\(NumberText.counted(own.count, of: count, "query", plural: "queries")) \(place) \(own.count == 1 ? "is a document" : "are documents") "
        + "of the corpus too, such as \"\(example.id)\" (\"\(example.text.shortened)\"), and a search finds the query "
        + "itself first; set '\(setting)' to true to leave out documents with their query's identifier, or to false to "
        + "keep them"
    case true:
      guard let example = accidental.first else { return nil }
      let queries = NumberText.counted(accidental.count, of: count, "query", plural: "queries")
      return "'\(setting)' leaves out the documents of \(queries) \(place) that have "
        + "only the identifier in common with the query, such as \"\(example.id)\" (\"\(example.text.shortened)\"); set "
        + "it to false if identifiers agree by accident"
    }
  }
}
