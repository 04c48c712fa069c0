import Words

/// A document that may become a negative of a query.
public struct MiningCandidate: Sendable, Equatable {
  /// The document's place in the corpus.
  public var document: Int
  /// The model's score of query and document.
  public var score: Float

  /// Pairs a document with its score.
  public init(document: Int, score: Float) {
    self.document = document
    self.score = score
  }
}

/// A query and what is known to fit it.
public struct MiningQuery: Sendable {
  /// A document that fits the query.
  public struct Positive: Sendable, Equatable {
    /// Its text.
    public var text: String
    /// Its place in the corpus, where it is in it.
    public var document: Int?
    /// The model's score of query and positive.
    public var score: Float

    /// Makes a positive.
    public init(text: String, document: Int?, score: Float) {
      self.text = text
      self.document = document
      self.score = score
    }
  }

  /// The query's text.
  public var text: String
  /// All positives, at least one.
  public var positives: [Positive]

  /// Makes a query.
  public init(text: String, positives: [Positive]) {
    self.text = text
    self.positives = positives
  }
}

/// Which of a query's positives a margin is measured from.
public enum MarginAnchor: String, Codable, Sendable, CaseIterable {
  /// The positive with the lowest score: no negative comes near any positive.
  case lowest
  /// The positive with the highest score.
  case highest
  /// The mean of their scores.
  case mean

  /// The score of the anchor.
  func score(of positives: [MiningQuery.Positive]) -> Float {
    let scores = positives.map(\.score)
    return switch self {
    case .lowest: scores.min() ?? 0
    case .highest: scores.max() ?? 0
    case .mean: scores.reduce(0, +) / Float(max(1, scores.count))
    }
  }
}

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
  /// What stays, and nothing that fits the query.
  public func judged(
    _ candidates: [MiningCandidate], for query: MiningQuery, in corpus: inout MiningCorpus
  ) throws -> (survivors: [MiningCandidate], promoted: [MiningCandidate]) {
    (try survivors(of: candidates, for: query, in: &corpus), [])
  }
}

/// Drops documents that are a positive of the query: by their place in the corpus, and by exactly equal text.
public struct KnownPositivesRule: MiningRule, Codable, Equatable {
  /// Makes the rule.
  public init() {}

  /// The candidates that are no positive.
  public func survivors(
    of candidates: [MiningCandidate], for query: MiningQuery, in corpus: inout MiningCorpus
  ) -> [MiningCandidate] {
    let documents = Set(query.positives.compactMap(\.document))
    let texts = Set(query.positives.map { ExactText($0.text) })
    return candidates.filter {
      !documents.contains($0.document) && !texts.contains(ExactText(corpus.texts[$0.document]))
    }
  }
}

/// Drops documents that are nearly a positive: the Jaccard index of their character shingles reaches a limit.
///
///     J(a, b) = |S(a) ∩ S(b)| / |S(a) ∪ S(b)|        S: the shingles of letters and digits, in lower case
///
/// Broder 1997, "On the resemblance and containment of documents".
public struct NearDuplicatesRule: MiningRule, Codable, Equatable {
  /// The Jaccard index from which on a document counts as a copy, in (0, 1].
  public var similarity: Double

  /// Makes the rule.
  public init(similarity: Double) { self.similarity = similarity }

  /// The candidates that differ enough from every positive.
  public func survivors(
    of candidates: [MiningCandidate], for query: MiningQuery, in corpus: inout MiningCorpus
  ) -> [MiningCandidate] {
    let positives = query.positives.map { Shingles($0.text) }
    return candidates.filter { candidate in
      let shingles = corpus.shingles(of: candidate.document)
      return !positives.contains { $0.resemblance(to: shingles, reaches: similarity) }
    }
  }
}

/// Drops documents whose text is the query's own.
public struct QueryTextRule: MiningRule, Codable, Equatable {
  /// Makes the rule.
  public init() {}

  /// The candidates with another text.
  public func survivors(
    of candidates: [MiningCandidate], for query: MiningQuery, in corpus: inout MiningCorpus
  ) -> [MiningCandidate] {
    let text = ExactText(query.text)
    return candidates.filter { ExactText(corpus.texts[$0.document]) != text }
  }
}

/// Drops documents whose text a better candidate has too.
public struct RepeatedTextsRule: MiningRule, Codable, Equatable {
  /// Makes the rule.
  public init() {}

  /// The best candidate of every text.
  public func survivors(
    of candidates: [MiningCandidate], for query: MiningQuery, in corpus: inout MiningCorpus
  ) -> [MiningCandidate] {
    var seen: Set<ExactText> = []
    return candidates.filter { seen.insert(ExactText(corpus.texts[$0.document])).inserted }
  }
}

/// Keeps a window of ranks, counted from 1 among the candidates that are left.
public struct RankWindowRule: MiningRule, Codable, Equatable {
  /// The first rank that stays.
  public var from: Int
  /// The last rank that stays; without it, all from `from` on.
  public var to: Int?

  /// Makes the rule.
  public init(from: Int, to: Int? = nil) {
    self.from = from
    self.to = to
  }

  /// The candidates in the window.
  public func survivors(
    of candidates: [MiningCandidate], for query: MiningQuery, in corpus: inout MiningCorpus
  ) -> [MiningCandidate] {
    Array(candidates.prefix(max(0, to ?? candidates.count)).dropFirst(max(0, from - 1)))
  }
}

/// Skips the best candidates: where a corpus is judged thinly, they are the likeliest false negatives.
public struct SkipTopRule: MiningRule, Codable, Equatable {
  /// How many are skipped.
  public var count: Int

  /// Makes the rule.
  public init(count: Int) { self.count = count }

  /// The candidates below.
  public func survivors(
    of candidates: [MiningCandidate], for query: MiningQuery, in corpus: inout MiningCorpus
  ) -> [MiningCandidate] {
    Array(candidates.dropFirst(max(0, count)))
  }
}

/// Keeps scores within limits, both included.
public struct ScoreRangeRule: MiningRule, Codable, Equatable {
  /// The least score, if there is a limit.
  public var floor: Double?
  /// The largest score, if there is a limit.
  public var ceiling: Double?

  /// Makes the rule.
  public init(floor: Double? = nil, ceiling: Double? = nil) {
    self.floor = floor
    self.ceiling = ceiling
  }

  /// The candidates within the limits.
  public func survivors(
    of candidates: [MiningCandidate], for query: MiningQuery, in corpus: inout MiningCorpus
  ) -> [MiningCandidate] {
    let (low, high) = (floor.map { Float($0) } ?? -.infinity, ceiling.map { Float($0) } ?? .infinity)
    return candidates.filter { $0.score >= low && $0.score <= high }
  }
}

/// Keeps what scores at least a distance below the positive: score ≤ anchor − margin.
public struct AbsoluteMarginRule: MiningRule, Codable, Equatable {
  /// The distance, not negative.
  public var margin: Double
  /// The positive it is measured from; without it, the lowest.
  public var anchor: MarginAnchor?

  /// Makes the rule.
  public init(margin: Double, anchor: MarginAnchor? = nil) {
    self.margin = margin
    self.anchor = anchor
  }

  /// The candidates below the margin.
  public func survivors(
    of candidates: [MiningCandidate], for query: MiningQuery, in corpus: inout MiningCorpus
  ) -> [MiningCandidate] {
    let limit = (anchor ?? .lowest).score(of: query.positives) - Float(margin)
    return candidates.filter { $0.score <= limit }
  }
}

/// Keeps what scores a share below the positive: score ≤ anchor − |anchor| · margin.
///
/// With a margin of 0.05 it is the rule TopK-PercPos of 95 % (Moreira et al. 2024, NV-Retriever, arXiv:2407.15831).
public struct RelativeMarginRule: MiningRule, Codable, Equatable {
  /// The share of the positive's score, not negative.
  public var margin: Double
  /// The positive it is measured from; without it, the lowest.
  public var anchor: MarginAnchor?

  /// Makes the rule.
  public init(margin: Double, anchor: MarginAnchor? = nil) {
    self.margin = margin
    self.anchor = anchor
  }

  /// The candidates below the margin.
  public func survivors(
    of candidates: [MiningCandidate], for query: MiningQuery, in corpus: inout MiningCorpus
  ) -> [MiningCandidate] {
    let positive = (anchor ?? .lowest).score(of: query.positives)
    let limit = positive - abs(positive) * Float(margin)
    return candidates.filter { $0.score <= limit }
  }
}
