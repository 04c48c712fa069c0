/// Chooses the negatives of one query after the other, and counts what each rule dropped.
///
/// A known positive is never a candidate, with any list of rules: ``KnownPositivesRule`` comes before them all.
///
/// The outcome for a query depends on its candidates, the rules, the seed and its number alone: not on threads, nor on the
/// queries before it.
public struct NegativeMiner: Sendable {
  /// Candidates of a query from one source, best first.
  public struct Source: Sendable {
    /// The candidates, with the model's scores, in the source's own order.
    public var candidates: [MiningCandidate]
    /// The most negatives that may come from this source.
    public var quota: Int

    /// Makes a source.
    public init(candidates: [MiningCandidate], quota: Int) {
      self.candidates = candidates
      self.quota = quota
    }
  }

  /// The counts of one rule so far.
  public struct Tally: Sendable, Equatable {
    /// The candidates it was shown.
    public var seen = 0
    /// Those it dropped.
    public var dropped = 0
    /// Those of them that it found to fit the query.
    public var promoted = 0
  }

  /// The outcome for one query.
  public struct Found: Sendable, Equatable {
    /// The negatives, source by source; fewer than the quotas where the rules leave too few.
    public var negatives: [MiningCandidate] = []
    /// Documents that a rule found to fit the query, so that they are no negatives but positives that nobody had noted.
    public var promoted: [MiningCandidate] = []
  }

  /// The counts so far: of ``KnownPositivesRule``, then of the rules in their order.
  public private(set) var tallies: [Tally]
  private let rules: [any MiningRule]
  private let selection: NegativeSelection
  private let seed: UInt64
  private var corpus: MiningCorpus

  /// Makes a miner.
  public init(corpus: MiningCorpus, rules: [any MiningRule], selection: NegativeSelection, seed: UInt64) {
    self.corpus = corpus
    self.rules = [KnownPositivesRule()] + rules
    self.selection = selection
    self.seed = seed
    tallies = self.rules.map { _ in Tally() }
  }

  /// The negatives of a query: from each source what passes the rules, up to its quota; a document counts for the first source
  /// that has it.
  ///
  /// - Parameter number: the query's number, which random choices depend on.
  /// - Throws: The errors of the rules.
  public mutating func negatives(
    of query: MiningQuery, number: Int, from sources: [Source]
  ) throws -> Found {
    var taken: Set<Int> = []
    var found = Found()
    for source in sources {
      var candidates = source.candidates.filter { !taken.contains($0.document) }
      for (index, rule) in rules.enumerated() {
        let (survivors, promoted) = try rule.judged(candidates, for: query, in: &corpus)
        tallies[index].seen += candidates.count
        tallies[index].dropped += candidates.count - survivors.count
        tallies[index].promoted += promoted.count
        taken.formUnion(promoted.map(\.document))
        found.promoted += promoted
        candidates = survivors
      }
      let chosen = selection.chosen(source.quota, of: candidates, query: number, seed: seed)
      taken.formUnion(chosen.map(\.document))
      found.negatives += chosen
    }
    return found
  }
}
