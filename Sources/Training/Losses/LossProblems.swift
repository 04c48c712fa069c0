/// The problems in the settings of a loss.
public struct LossProblems: Sendable {
  /// One problem.
  public struct Problem: Equatable, Sendable {
    /// The setting's key, with dots between levels; nil for the loss as a whole.
    public let key: String?
    /// Other keys that the problem depends on.
    public let others: [String]
    /// The problem and its remedy.
    public let message: String
  }

  /// All problems, in the order of the checks.
  public private(set) var all: [Problem] = []

  /// Notes a problem unless the condition holds.
  mutating func require(
    _ condition: Bool, _ key: String? = nil, reading others: [String] = [], else message: @autoclosure () -> String
  ) {
    if !condition { all.append(Problem(key: key, others: others, message: message())) }
  }

  /// Requires a number, if given, to be larger than 0, and neither so large nor so small that a loss vanishes or
  /// overflows.
  mutating func positive(_ key: String, _ value: Double?) {
    guard let value else { return }
    require(value > 0, key, else: "\(value) is not more than 0")
    require(!(value > 0) || (1e-30...1e30).contains(value), key, else: "\(value) is not between 1e-30 and 1e30")
  }

  /// Requires a margin to be larger than 0, and one that differences of cosines can reach if scores are cosines.
  mutating func margin(_ margin: Double, for scores: ScoreKind) {
    positive("margin", margin)
    require(
      scores == .logits || margin <= 2, "margin",
      else: "\(margin) is more than cosines can differ, which is 2; margins of cosines are small, such as 0.5")
  }

  /// Requires a count, if given, to be at least 1.
  mutating func atLeastOne(_ key: String, _ value: Int?) {
    if let value { require(value >= 1, key, else: "\(value) is too small; at least 1") }
  }

  /// Requires a temperature to be larger than 0, and to be given if scores are cosines.
  mutating func temperature(_ temperature: Double?, for scores: ScoreKind) {
    positive("temperature", temperature)
    require(
      temperature != nil || scores == .logits, reading: ["temperature"],
      else: "cosines lie between −1 and 1; give a 'temperature', such as 0.05")
  }

  /// Requires a similarity for embeddings, and none otherwise.
  mutating func similarity(_ similarity: Similarity?, for scores: ScoreKind) {
    switch scores {
    case .cosines:
      let names = Similarity.allCases.map(\.rawValue).joined(separator: ", ")
      require(similarity != nil, reading: ["similarity"], else: "give 'similarity' (one of \(names))")
    case .logits:
      require(similarity == nil, "similarity", else: "a cross-encoder gives scores itself; leave it out")
    }
  }
}

extension RankingLoss {
  /// The problems in the settings for scores of a kind.
  public func problems(for scores: ScoreKind) -> [LossProblems.Problem] {
    var problems = LossProblems()
    check(for: scores, &problems)
    if let substitute = Self.substitute(for: scores) {
      let (read, found) = scores == .cosines ? ("logits", "cosines") : ("cosines", "logits")
      problems.require(false, "name", else: "\(Self.name) reads \(read), not \(found); use \(substitute)")
    }
    return problems.all
  }
}
