/// The settings of a loss that cannot be as they are.
public struct LossProblems: Sendable {
  /// One of them.
  public struct Problem: Equatable, Sendable {
    /// The setting's key, with dots between levels; nothing for the loss as a whole.
    public let key: String?
    /// Further keys that decide whether it is a problem.
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

  /// A number, where there is one, is larger than 0.
  mutating func positive(_ key: String, _ value: Double?) {
    if let value { require(value > 0, key, else: "\(value) is not more than 0") }
  }

  /// A count, where there is one, is at least 1.
  mutating func atLeastOne(_ key: String, _ value: Int?) {
    if let value { require(value >= 1, key, else: "\(value) is too small; at least 1") }
  }

  /// A temperature is larger than 0, and given where scores are cosines.
  mutating func temperature(_ temperature: Double?, for scores: ScoreKind) {
    positive("temperature", temperature)
    require(
      temperature != nil || scores == .logits, reading: ["temperature"],
      else: "cosines lie between −1 and 1; give a 'temperature', such as 0.05")
  }

  /// A similarity is given where there are embeddings, and only there.
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
  /// What is wrong with the settings for scores of a kind.
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
