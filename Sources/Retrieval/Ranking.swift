import Files
import Words

/// A document as a search returned it.
public struct ScoredDocument: Sendable, Equatable {
  /// The document's identifier.
  public var id: String
  /// The relevance to the query; larger is better.
  public var score: Float

  /// Pairs a document with its score.
  public init(id: String, score: Float) {
    self.id = id
    self.score = score
  }

  /// True if this document ranks above another: score descending, equal scores by identifier, the larger first.
  ///
  /// Identifiers compare by their UTF-8 bytes. This is `trec_eval`'s rule (`form_res_rels.c`), so that a list has one order
  /// here and there. Every ranking of this module follows it.
  func ranksAbove(_ other: ScoredDocument) -> Bool {
    score != other.score ? score > other.score : ExactText(other.id) < ExactText(id)
  }

  /// True if both have the same score and the same bytes as identifier.
  public static func == (left: ScoredDocument, right: ScoredDocument) -> Bool {
    left.score == right.score && ExactText(left.id) == ExactText(right.id)
  }
}

/// The documents that a search returned for one query, best first.
public struct RankedList: Sendable, Equatable {
  /// The query's identifier.
  public let query: String
  /// The documents: score descending, equal scores by identifier (UTF-8 bytes), the larger first.
  public let documents: [ScoredDocument]

  /// True if both have the same documents for the same query, with identifiers compared by their bytes.
  public static func == (left: RankedList, right: RankedList) -> Bool {
    ExactText(left.query) == ExactText(right.query) && left.documents == right.documents
  }
}

/// The documents that a search returned for many queries: one ranked list each.
///
/// The order of the lists is the order in which they were added. Identifiers are equal only when their UTF-8 bytes are.
public struct Ranking: Sendable {
  /// The ranked lists, in the order in which they were added.
  public private(set) var lists: [RankedList] = []
  private var positions: [ExactText: Int] = [:]

  /// Makes a run without queries.
  public init() {}

  /// The identifiers of the queries, in the order in which they were added.
  public var queries: [String] { lists.map(\.query) }

  /// The documents of a query, best first, or nil when the run does not have the query.
  public subscript(query: String) -> [ScoredDocument]? {
    positions[ExactText(query)].map { lists[$0].documents }
  }

  /// Ranks the documents of a query and adds them.
  ///
  /// - Throws: `RetrievalError` when the run has the query already, when a document occurs twice, or when a score is not a
  ///   finite number: no order could be given to it.
  public mutating func append(query: String, documents: [ScoredDocument]) throws(RetrievalError) {
    var seen: Set<ExactText> = []
    seen.reserveCapacity(documents.count)
    for document in documents {
      guard document.score.isFinite else {
        throw RetrievalError(
          .internalError,
          "query \"\(query)\": the score of document \"\(document.id)\" is \(document.score); only finite scores can be ranked"
        )
      }
      guard seen.insert(ExactText(document.id)).inserted else {
        throw RetrievalError(
          "query \"\(query)\": document \"\(document.id)\" occurs twice; a run ranks each document once per query")
      }
    }
    try append(RankedList(query: query, documents: documents.sorted { $0.ranksAbove($1) }))
  }

  /// Adds a list whose order and documents are known to be right.
  mutating func append(_ list: RankedList) throws(RetrievalError) {
    guard positions.updateValue(lists.count, forKey: ExactText(list.query)) == nil else {
      throw RetrievalError("query \"\(list.query)\" occurs twice; a run has one list per query")
    }
    lists.append(list)
  }

  /// The same run with at most the `depth` best documents of every query.
  public func top(_ depth: Int) -> Ranking {
    var result = self
    result.lists = lists.map { RankedList(query: $0.query, documents: Array($0.documents.prefix(max(0, depth)))) }
    return result
  }

  /// The same run without some documents.
  public func leavingOut(_ isLeftOut: (_ id: String) -> Bool) -> Ranking {
    var result = self
    result.lists = lists.map { list in
      RankedList(query: list.query, documents: list.documents.filter { !isLeftOut($0.id) })
    }
    return result
  }

  /// The same run without the documents that have their query's identifier, as BEIR evaluates ArguAna and Quora, where every
  /// query is a document too.
  public var withoutSameID: Ranking {
    var result = self
    result.lists = lists.map { list in
      let query = ExactText(list.query)
      return RankedList(query: list.query, documents: list.documents.filter { ExactText($0.id) != query })
    }
    return result
  }
}

extension Ranking: Equatable {
  /// True if both have the same lists in the same order.
  public static func == (left: Ranking, right: Ranking) -> Bool { left.lists == right.lists }
}
