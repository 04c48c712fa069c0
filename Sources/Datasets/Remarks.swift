import OrderedCollections
import Words

/// What was left out or replaced in the reading of one file: the warnings about it.
struct Remarks {
  /// The kinds of remarks.
  enum Kind {
    /// A negative without anything to read.
    case blankNegative
    /// A document with another text than the corpus has for its identifier.
    case otherText
    /// A negative that is a positive of the same query.
    case knownPositive
    /// A document of grade 0 for a query, and a positive of another one with the same text.
    case judgedNegative
  }

  private var found: OrderedDictionary<Kind, (count: Int, example: String)> = [:]

  /// Counts one more of a kind; the first is the example.
  ///
  /// - Parameter example: What it is, in words that stand after "for example".
  mutating func add(_ kind: Kind, example: @autoclosure () -> String) {
    if found[kind] == nil { found[kind] = (0, example()) }
    found[kind]?.count += 1
  }

  /// A warning of each kind, with the number and an example.
  func warnings(of file: String) -> [String] {
    found.map { kind, counted in "\(file): \(kind.text(counted.count)), for example \(counted.example)" }
  }
}

extension Remarks.Kind {
  fileprivate func text(_ count: Int) -> String {
    switch self {
    case .blankNegative: "\(NumberText.counted(count, "negative")) without any text left out"
    case .otherText:
      "\(NumberText.counted(count, "text")) replaced by the one that the corpus has for the identifier beside it"
    case .knownPositive:
      "\(NumberText.counted(count, "negative")) left out, which the rows name as \(count == 1 ? "a positive" : "positives") "
        + "of the same query"
    case .judgedNegative:
      "\(NumberText.counted(count, "document")) judged 0 for a query, though a positive of another query with the same text; the "
        + "judgment counts"
    }
  }
}
