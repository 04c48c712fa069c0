import Files
import Words

/// A measure of how good ranked lists are.
///
/// For a query, `rel(i)` is the grade of the document at rank i (from 1 on), unjudged documents counting as not relevant;
/// a document is relevant when its grade is at least 1; R is the number of relevant documents in the judgments, found
/// or not. All are `trec_eval`'s definitions, equal to the last bit, but for ``reciprocalRank(cut:)`` with a cut, which
/// `trec_eval` does not have.
///
/// Other tools measure other things under the same names. BEIR's own MRR keeps ties in the order in which documents were
/// inserted; sentence-transformers takes every judged document for relevant to the same degree, divides MAP@k by min(k, R)
/// and leaves out queries without relevant documents; the MS MARCO script takes ranks as given; "Burges" nDCG has the gain
/// 2^rel − 1. Ties decide much where many scores are equal, so compare only numbers of one tool.
public enum Measure: Sendable, Hashable {
  /// nDCG: the sum of max(rel(i), 0) / log2(i + 1), divided by the same sum for the judgments sorted by grade; both up to
  /// rank `cut`, or over everything; 0 when no document is relevant. The gain is linear in the grade (`ndcg`, `ndcg_cut`).
  case nDCG(cut: Int?)
  /// Average precision: the sum over relevant documents found (up to `cut`) of precision at their rank, divided by R, also
  /// with a cut (`map`, `map_cut`). Its mean over queries is MAP.
  case averagePrecision(cut: Int?)
  /// Relevant documents among the first `cut`, divided by R; 0 when R is 0 (`recall`).
  case recall(cut: Int)
  /// Relevant documents among the first `cut`, divided by `cut`, also when fewer were returned (`P`).
  case precision(cut: Int)
  /// 1 / rank of the first relevant document, 0 when none is found (`recip_rank`). With a cut, the list is cut first.
  case reciprocalRank(cut: Int?)
  /// 1 when a relevant document is among the first `cut`, else 0 (`success`).
  case success(cut: Int)
  /// Relevant documents among the first R, divided by R; 0 when R is 0 (`Rprec`).
  case rPrecision
}

extension Measure: CustomStringConvertible {
  /// The name users write and read: `nDCG@10`, `MAP`, `recall@100`, `P@5`, `MRR`, `success@1`, `Rprec`.
  public var description: String {
    switch self {
    case .nDCG(let cut): Self.name("nDCG", cut)
    case .averagePrecision(let cut): Self.name("MAP", cut)
    case .recall(let cut): Self.name("recall", cut)
    case .precision(let cut): Self.name("P", cut)
    case .reciprocalRank(let cut): Self.name("MRR", cut)
    case .success(let cut): Self.name("success", cut)
    case .rPrecision: "Rprec"
    }
  }

  private static func name(_ family: String, _ cut: Int?) -> String {
    cut.map { "\(family)@\($0)" } ?? family
  }
}

// MARK: - Names

extension Measure {
  /// The largest cut a name may have.
  public static let largestCut = 1_000_000

  /// Reads a name, in any letter case, in our spelling or `trec_eval`'s: `nDCG@10`, `ndcg_cut_10`, `ndcg_cut.10`,
  /// `recall@100`, `recall_100`, `MAP`, `map_cut_10`, `P@5`, `P_5`, `MRR`, `recip_rank`, `MRR@10`, `success@1`, `Rprec`.
  ///
  /// - Throws: `RetrievalError` (kind `usage`), with the nearest name when the text looks like a slip.
  public init(parsing text: String) throws(RetrievalError) {
    let (family, cut) = try Self.split(text)
    switch family.lowercased() {
    case "ndcg", "ndcg_cut": self = .nDCG(cut: cut)
    case "map", "map_cut", "ap": self = .averagePrecision(cut: cut)
    case "mrr", "rr", "recip_rank": self = .reciprocalRank(cut: cut)
    case "recall", "r": self = .recall(cut: try Self.needed(cut, "recall@100", in: text))
    case "p", "precision": self = .precision(cut: try Self.needed(cut, "P@10", in: text))
    case "success": self = .success(cut: try Self.needed(cut, "success@1", in: text))
    case "rprec":
      guard cut == nil else {
        throw RetrievalError(.usage, "measure \"\(text)\": Rprec takes no cut, its cut is R; write \"Rprec\"")
      }
      self = .rPrecision
    default:
      throw RetrievalError(.usage, "unknown measure \"\(text)\"; \(Self.suggestion(for: family, cut))")
    }
  }

  /// Reads names separated by commas, with or without spaces around them.
  ///
  /// - Throws: `RetrievalError` (kind `usage`) when a name is unknown, given twice or missing.
  public static func list(parsing text: String) throws(RetrievalError) -> [Measure] {
    var measures: [Measure] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let name = part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
      guard !name.isEmpty else {
        throw RetrievalError(
          .usage,
          "measures \"\(text)\": expected names separated by commas, found an empty one; write nDCG@10,recall@100")
      }
      let measure = try Measure(parsing: String(name))
      guard !measures.contains(measure) else {
        throw RetrievalError(.usage, "measures \"\(text)\": \(measure) is given twice; name each measure once")
      }
      measures.append(measure)
    }
    return measures
  }

  /// The name without its cut, and the cut: what follows an "@", or the digits after the last "_" or ".".
  private static func split(_ text: String) throws(RetrievalError) -> (family: String, cut: Int?) {
    let digits: Substring
    let family: Substring
    if let at = text.firstIndex(of: "@") {
      (family, digits) = (text[..<at], text[text.index(after: at)...])
    } else if let mark = text.lastIndex(where: { $0 == "_" || $0 == "." }),
      text[text.index(after: mark)...].utf8.contains(where: { (0x30...0x39).contains($0) })
    {
      (family, digits) = (text[..<mark], text[text.index(after: mark)...])
    } else {
      return (text, nil)
    }
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let cut = Int(digits), (1...largestCut).contains(cut)
    else {
      throw RetrievalError(
        .usage,
        "measure \"\(text)\": expected a cut between 1 and \(largestCut), found \"\(digits)\"; write for example nDCG@10"
      )
    }
    return (String(family), cut)
  }

  private static func needed(_ cut: Int?, _ example: String, in text: String) throws(RetrievalError) -> Int {
    guard let cut else {
      throw RetrievalError(.usage, "measure \"\(text)\" needs a cut; write for example \"\(example)\"")
    }
    return cut
  }

  /// "did you mean …", or all names when nothing is near.
  private static func suggestion(for family: String, _ cut: Int?) -> String {
    let names = [
      "nDCG", "ndcg_cut", "MAP", "map_cut", "recall", "P", "precision", "MRR", "recip_rank", "success", "Rprec",
    ]
    let word = Array(family.lowercased().utf8)
    let ranked = names.map { (name: $0, distance: EditDistance.edits(from: Array($0.lowercased().utf8), to: word)) }
    guard let nearest = ranked.min(by: { $0.distance < $1.distance }),
      nearest.distance <= max(1, nearest.name.utf8.count / 3), nearest.distance < family.utf8.count
    else { return "known are nDCG, MAP, MRR, Rprec and, with a cut as in P@10, nDCG, MAP, MRR, recall, P and success" }
    let separator = nearest.name.contains("_") ? "_" : "@"
    return "did you mean \"\(nearest.name)\(cut.map { "\(separator)\($0)" } ?? "")\"?"
  }
}
