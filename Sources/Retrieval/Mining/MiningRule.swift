/// One rule that a negative must pass.
///
/// Rules see the candidates that the rules before them left, best score first, and keep their order.
public protocol MiningRule: Sendable {
  /// The candidates that stay.
  func survivors(
    of candidates: [MiningCandidate], for query: MiningQuery, in corpus: inout MiningCorpus
  ) throws -> [MiningCandidate]

  /// The candidates that stay, and those of the others that turn out to fit the query; most rules find none.
  func judged(
    _ candidates: [MiningCandidate], for query: MiningQuery, in corpus: inout MiningCorpus
  ) throws -> (survivors: [MiningCandidate], promoted: [MiningCandidate])
}

extension MiningRule {
  /// The candidates that stay; none is promoted.
  public func judged(
    _ candidates: [MiningCandidate], for query: MiningQuery, in corpus: inout MiningCorpus
  ) throws -> (survivors: [MiningCandidate], promoted: [MiningCandidate]) {
    (try survivors(of: candidates, for: query, in: &corpus), [])
  }
}

/// A rule as recipes name it: the keys of its coding are its settings, beside its name.
public protocol NamedMiningRule: Codable, Equatable, Sendable {
  /// The name in a recipe.
  static var name: String { get }

  /// True if mining applies the rule whatever a recipe names, so that naming it changes nothing.
  static var isImplied: Bool { get }

  /// The model folders that the rule reads.
  var models: [String] { get }

  /// True if the rule may find that a candidate fits the query, so that it becomes a positive.
  var promotes: Bool { get }

  /// The problem with the settings; nothing where they are right.
  func problem() -> String?

  /// The rule, ready for candidates.
  ///
  /// - Parameter loadScorer: Loads the model in a folder, for a rule that asks one.
  /// - Throws: The errors of loading.
  func rule(loadScorer: (_ folder: String) throws -> JudgeRule.Scorer) throws -> any MiningRule
}

extension NamedMiningRule {
  /// False.
  public static var isImplied: Bool { false }

  /// None.
  public var models: [String] { [] }

  /// False.
  public var promotes: Bool { false }

  /// Finds no problem.
  public func problem() -> String? { nil }
}

extension NamedMiningRule where Self: MiningRule {
  /// The settings themselves are the rule.
  public func rule(loadScorer: (_ folder: String) throws -> JudgeRule.Scorer) -> any MiningRule { self }
}
