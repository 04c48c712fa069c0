import JSONText
import Pages
import Retrieval

/// The positives that the model ranks below other documents: wrong labels, or what training has to mend.
///
/// It holds the texts of the worst only, each cut.
struct OutrankedPositives: Sendable {
  /// A positive with the best of the documents above it.
  struct Entry: Sendable {
    let query, positive, best: String
    let score, bestScore: Float
    /// The number of documents above it, as far as candidates go.
    let above: Int
    /// True if more may be above it than there are candidates.
    let isAtLeast: Bool
  }

  /// The number of positives that were looked at.
  private(set) var looked = 0
  /// Those with another document above them.
  private(set) var count = 0
  private var worst: [Entry] = []

  /// The most positives that are kept.
  private static let most = 20

  /// The worst first.
  var entries: [Entry] { Array(worst.sorted(by: Self.isWorse).prefix(Self.most)) }

  init() {}

  /// Looks at a positive.
  ///
  /// - Parameters:
  ///   - candidates: Documents that are no positives of the query.
  ///   - isAll: True if the candidates are all documents there are.
  ///   - text: The text of a document.
  mutating func add(
    _ positive: MiningQuery.Positive, of query: String, among candidates: [MiningCandidate], isAll: Bool,
    text: (Int) -> String
  ) {
    looked += 1
    let above = candidates.filter { $0.score > positive.score }
    guard let best = above.max(by: { $0.score < $1.score }) else { return }
    count += 1
    let entry = Entry(
      query: ShownText.line(query), positive: ShownText.line(positive.text), best: ShownText.line(text(best.document)),
      score: positive.score, bestScore: best.score, above: above.count,
      isAtLeast: !isAll && above.count == candidates.count)
    worst.append(entry)
    if worst.count >= 4 * Self.most { worst = entries }
  }

  /// True for the entry with more documents above it; among equals, the one that lies further below.
  private static func isWorse(_ left: Entry, _ right: Entry) -> Bool {
    (left.above, left.bestScore - left.score) > (right.above, right.bestScore - right.score)
  }
}

extension OutrankedPositives {
  var json: JSONValue {
    [
      "positives": JSONValue(looked), "outranked": JSONValue(count),
      "worst": .array(
        entries.map { entry in
          [
            "query": JSONValue(entry.query), "positive": JSONValue(entry.positive), "score": JSONValue(entry.score),
            "above": JSONValue(entry.above), "isAtLeast": JSONValue(entry.isAtLeast), "best": JSONValue(entry.best),
            "bestScore": JSONValue(entry.bestScore),
          ]
        }),
    ]
  }

  /// Reads the entries of a log, which may have been edited; nil where something is missing.
  init?(_ json: JSONValue?) {
    guard let object = json?.objectValue, let looked = object["positives"]?.integerValue,
      let count = object["outranked"]?.integerValue, let list = object["worst"]?.arrayValue
    else { return nil }
    (self.looked, self.count) = (looked, count)
    worst = list.prefix(Self.most).compactMap { value in
      guard let entry = value.objectValue, let query = entry["query"]?.stringValue,
        let positive = entry["positive"]?.stringValue, let best = entry["best"]?.stringValue,
        let score = entry["score"]?.doubleValue, let bestScore = entry["bestScore"]?.doubleValue,
        let above = entry["above"]?.integerValue
      else { return nil }
      return Entry(
        query: query, positive: positive, best: best, score: Float(score), bestScore: Float(bestScore), above: above,
        isAtLeast: entry["isAtLeast"] == true)
    }
  }
}
