import Words

/// The families of column names in which training rows are written; a file keeps to one.
enum RowFamily: CaseIterable {
  /// Ours: `query`, `positive`, `negatives`, `scores`, with identifiers beside the texts if wanted.
  case texts
  /// Ours, by identifier: `query_id`, `positive_id`, `negative_ids`, `scores`.
  case identifiers
  /// Of sentence-transformers: `anchor`, `positive`, `negative`, `negative_1` ….
  case anchors
  /// Of FlagEmbedding: `query`, `pos`, `neg`, `pos_scores`, `neg_scores`.
  case lists
  /// Ours, labelled pairs: `query`, `document`, `label` or `score`.
  case documents
  /// Labelled pairs of sentence-transformers: `sentence1`, `sentence2`, `score` or `label`.
  case sentences

  /// The columns that must be there.
  var required: [String] {
    switch self {
    case .texts: ["query", "positive"]
    case .identifiers: ["query_id", "positive_id"]
    case .anchors: ["anchor", "positive"]
    case .lists: ["query", "pos"]
    case .documents: ["query", "document"]
    case .sentences: ["sentence1", "sentence2"]
    }
  }

  /// The columns that may be there; `negative` stands for `negative_1`, `negative_2` … too.
  var optional: [String] {
    switch self {
    case .texts: ["negatives", "negative", "scores", "query_id", "positive_id", "negative_ids"]
    case .identifiers: ["negative_ids", "scores"]
    case .anchors: ["negative", "negatives", "scores"]
    case .lists: ["neg", "pos_scores", "neg_scores"]
    case .documents: ["label", "score"]
    case .sentences: ["score", "label"]
    }
  }

  /// True if its rows are two texts with a label.
  var isLabelled: Bool { self == .documents || self == .sentences }

  /// The family in words.
  var description: String { "a row of \(Self.joined(required))" }

  /// The family that a record's names show, or nil when they show none.
  static func of(_ names: [String]) -> RowFamily? {
    func has(_ name: String) -> Bool { names.contains(name) }
    if has("sentence1") || has("sentence2") { return .sentences }
    if has("anchor") { return .anchors }
    if has("pos") || has("neg") { return .lists }
    if has("document") && !has("positive") && !has("positive_id") { return .documents }
    if has("query") || has("positive") { return .texts }
    if has("query_id") || has("positive_id") { return .identifiers }
    return nil
  }

  /// All families in words, for a record that shows none.
  static let all = allCases.map { joined($0.required) }.joined(separator: "; or ")

  /// The problem with a name that does not belong to the family; nil when it may be ignored.
  func objection(to name: String) -> String? {
    if required.contains(name) || optional.contains(name) { return nil }
    if optional.contains("negative"), Self.negativeNumber(name) != nil { return nil }
    if Self.known.contains(name) {
      return "\"\(name)\" does not go with \(Self.joined(required)), which takes \(Self.joined(optional)); "
        + "keep to one family of names"
    }
    let slips = (required + optional).filter { Self.isSlip(name, for: $0) }
    return slips.first.map { "unknown name \"\(name)\"; did you mean \"\($0)\"?" }
  }

  /// The number in a name such as `negative_3`; 0 for `negative`.
  static func negativeNumber(_ name: String) -> Int? {
    if name == "negative" { return 0 }
    guard name.hasPrefix("negative_"), let number = Int(name.dropFirst(9)), number >= 0,
      name.dropFirst(9).utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return number
  }

  private static let known = Set(allCases.flatMap { $0.required + $0.optional })

  /// True for a name that some family has.
  static func isKnown(_ name: String) -> Bool { known.contains(name) || negativeNumber(name) != nil }

  /// True if names have all that rows of their family must have.
  static func isHeader(_ names: [String]) -> Bool {
    of(names).map { $0.required.allSatisfy(names.contains) } ?? false
  }

  /// True for a column that holds one text.
  static func isText(_ name: String) -> Bool { textColumns.contains(name) || negativeNumber(name) != nil }

  private static let textColumns: Set<String> = ["query", "positive", "anchor", "document", "sentence1", "sentence2"]

  /// The columns that hold one number.
  static let numbers: Set<String> = ["score", "label"]

  private static func joined(_ names: [String]) -> String {
    let quoted = names.map { "\"\($0)\"" }
    guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
    return quoted.dropLast().joined(separator: ", ") + " and " + last
  }

  /// True if a name differs from a known one as typing errors do: in letter case, or in one or two letters of a long name.
  private static func isSlip(_ name: String, for known: String) -> Bool {
    let letters = Array(name.lowercased().utf8.prefix(40))
    let distance = EditDistance.edits(from: letters, to: Array(known.utf8), countsSwaps: false)
    return distance <= (known.utf8.count >= 6 ? 2 : known.utf8.count >= 4 ? 1 : 0)
  }
}
