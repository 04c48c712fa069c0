import Files
import SettingKeys

/// Asks a scorer that reads query and document together: a low score keeps the candidate a negative, a high score promotes it,
/// and a score between the two drops it.
///
/// The denoising of RocketQA (Qu et al. 2021, arXiv:2010.08191, section 4.2), which keeps below 0.1 and promotes above 0.9 of a
/// cross-encoder's probability.
public struct JudgeRule: MiningRule {
  /// Scores documents for a query, higher for a better fit, one finite number each.
  public typealias Scorer = @Sendable (_ query: String, _ documents: [String]) throws -> [Float]

  /// Scores below this stay negatives.
  public var below: Double
  /// Scores above this fit the query; without it none does.
  public var above: Double?
  private let scorer: Scorer

  /// Makes the rule; `above` is not less than `below`.
  public init(below: Double, above: Double?, scorer: @escaping Scorer) {
    self.below = below
    self.above = above
    self.scorer = scorer
  }

  /// The candidates that stay negatives.
  public func survivors(
    of candidates: [MiningCandidate], for query: MiningQuery, in corpus: inout MiningCorpus
  ) throws -> [MiningCandidate] {
    try judged(candidates, for: query, in: &corpus).survivors
  }

  /// The candidates that stay negatives, and those that fit the query.
  ///
  /// - Throws: The errors of the scorer, and `RetrievalError` when its scores are too few or not finite.
  public func judged(
    _ candidates: [MiningCandidate], for query: MiningQuery, in corpus: inout MiningCorpus
  ) throws -> (survivors: [MiningCandidate], promoted: [MiningCandidate]) {
    if candidates.isEmpty { return ([], []) }
    let texts = candidates.map { corpus.texts[$0.document] }
    let scores = try scorer(query.text, texts)
    guard scores.count == candidates.count, scores.allSatisfy(\.isFinite) else {
      throw RetrievalError(
        .internalError,
        "the judge gave \(scores.count { $0.isFinite }) finite scores for \(candidates.count) documents of the query "
          + "\"\(query.text.prefix(80))\"; check its model")
    }
    let pairs = zip(candidates, scores)
    let (low, high) = (Float(below), above.map { Float($0) } ?? .infinity)
    return (pairs.filter { $0.1 < low }.map(\.0), pairs.filter { $0.1 > high }.map(\.0))
  }
}

/// The settings of a ``JudgeRule`` whose scorer is a cross-encoder's probability.
public struct JudgeSettings: NamedMiningRule {
  /// The name in a recipe.
  public static let name = "judge"

  /// The cross-encoder's folder.
  public var model: String
  /// The probability, σ(logit), below which a candidate stays a negative.
  public var below: Double
  /// The probability above which a candidate becomes a positive of its own; without it none does.
  public var above: Double?

  /// The cross-encoder's folder.
  public var models: [String] { [model] }

  /// True if there is a probability from which on a candidate becomes a positive.
  public var promotes: Bool { above != nil }

  /// Makes the settings.
  public init(model: String, below: Double, above: Double? = nil) {
    self.model = model
    self.below = below
    self.above = above
  }

  /// Reads the settings of a recipe.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    model = try keys.required(.model, example: "runs/reranker/model", "The folder of a cross-encoder.")
    below = try keys.required(.below, example: 0.1, "The probability below which a candidate stays a negative.")
    above = try keys.optional(
      .above, example: 0.9,
      "The probability above which a candidate becomes a positive of its own; without it none does.")
  }

  /// The problem with the settings.
  public func problem() -> String? {
    below > 0 && below <= 1 && above ?? 1 >= below && above ?? 1 <= 1
      ? nil : "'below' and 'above' are probabilities, and 'above' is not less than 'below'"
  }

  /// The rule with the loaded cross-encoder.
  public func rule(loadScorer: (_ folder: String) throws -> JudgeRule.Scorer) throws -> any MiningRule {
    JudgeRule(below: below, above: above, scorer: try loadScorer(model))
  }
}
