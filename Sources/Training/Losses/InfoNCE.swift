import Kernels
import SettingKeys
public import Tensors

/// Softmax cross-entropy of each query's own document against others.
///
///     loss = mean_q log Σ_c exp((s[q, c] − s[q, positive(q)]) / τ)
///
/// c runs over every document of the batch, or with `inBatchNegatives: false` over the positive and the negatives of
/// the query's own row. With `hardness`, α · s[q, c] is added to the logit of a negative, without a gradient, so that
/// closer negatives count more. With `symmetric`, the loss is the mean of this and the opposite direction, in which
/// each positive document looks for its query among all queries. With `activation`, s is the activated logit.
///
/// - Shape: scores `[queries, documents]` → scalar
/// - Data: pairs of query and positive, with any number of negatives per row, including none; a query without any
///   negative adds 0 to the mean. Batches should hold no text twice.
/// - Relations: `MultipleNegativesRankingLoss` of sentence-transformers with scale = 1 / τ; symmetric as its directions
///   query to document and document to query, each a softmax of its own; hardness as its `hardness_mode`. Masking by
///   identity has no counterpart there. The loss of the same name for cross-encoders is `inBatchNegatives: false` with
///   the activation sigmoid and scale 10, on groups extended by documents of other groups.
/// - Reference: van den Oord et al. 2018, arXiv:1807.03748, eq. 4; in-batch negatives: Henderson et al. 2017,
///   arXiv:1705.00652; hardness: Lan et al. 2025, arXiv:2503.04812, eq. 5.
public struct InfoNCE: RankingLoss {
  /// The name in a recipe.
  public static let name = "infoNCE"

  private let givenTemperature: Double?
  private let scale: Double?
  /// True if the known positives of a query are left out of its negatives.
  ///
  /// In the direction from documents to queries this leaves out queries with the same positive as well.
  public var maskKnownPositives: Bool
  /// Adds the direction from documents to queries, each direction counting half; it needs in-batch negatives.
  public var symmetric: Bool
  /// False if a query's only negatives are those of its own row; else all documents of the batch are.
  public var inBatchNegatives: Bool
  /// Extra weight for the negatives that are currently hard.
  public var hardness: Hardness?
  /// Bounds the raw logits of a cross-encoder before they are divided by τ; without it they stay as they are.
  public var activation: LogitActivation?

  private enum CodingKeys: String, CodingKey {
    case givenTemperature = "temperature"
    case scale, maskKnownPositives, symmetric, inBatchNegatives, hardness, activation
  }

  /// τ, the divisor of the scores: larger than 0; a recipe gives it, or `scale`, which is 1 / τ.
  public var temperature: Double { givenTemperature ?? scale.map { 1 / $0 } ?? 1 }

  /// True unless a query's only negatives are its row's own.
  public var usesInBatchNegatives: Bool? { inBatchNegatives }

  /// The documents of the batch, or only the negatives of the query's own row.
  public var contrast: Contrast {
    inBatchNegatives
      ? .stepDocuments(leavingOutKnown: maskKnownPositives) : .ownNegatives(leavingOutKnown: maskKnownPositives)
  }

  /// The temperature.
  public var temperatureOfScores: Double? { temperature }

  /// True if known positives are left out.
  public var acceptsGuide: Bool { maskKnownPositives }

  /// A function from raw logits to a bounded range, so that differences beyond it are not learnt.
  public enum LogitActivation: String, Codable, CaseIterable, Sendable {
    /// 1 / (1 + e⁻ᶻ), between 0 and 1.
    case sigmoid
    /// tanh z, between −1 and 1.
    case tanh

    fileprivate func callAsFunction(_ logits: Tensor) -> Tensor {
      switch self {
      case .sigmoid: logits.sigmoid()
      case .tanh: logits.tanh()
      }
    }
  }

  /// More weight for hard negatives.
  public struct Hardness: Codable, Equatable, Sendable {
    /// α, not negative.
    ///
    /// 9 for in-batch negatives (arXiv:2503.04812), 5 for own ones (arXiv:2509.20354).
    public var strength: Double
    /// The negatives that get it.
    public var negatives: Negatives

    /// Sets of negatives.
    public enum Negatives: String, Codable, CaseIterable, Sendable {
      /// The negatives of the query's own row.
      case own
      /// All other documents of the batch.
      case inBatch
      /// Both.
      case all
    }

    /// Reads the settings of a recipe.
    public init(from decoder: any Decoder) throws {
      let keys = try decoder.keys(CodingKeys.self)
      strength = try keys.required(
        .strength, example: 9,
        "α, which times its score is added to a negative's; about 9 for in-batch, 5 for own ones.")
      negatives = try keys.required(.negatives, example: .all, "The negatives that get it.")
    }

    /// Makes the weighting.
    public init(strength: Double, negatives: Negatives) {
      self.strength = strength
      self.negatives = negatives
    }
  }

  /// Makes the loss.
  public init(
    temperature: Double, maskKnownPositives: Bool, symmetric: Bool = false, inBatchNegatives: Bool = true,
    hardness: Hardness? = nil, activation: LogitActivation? = nil
  ) {
    givenTemperature = temperature
    scale = nil
    self.maskKnownPositives = maskKnownPositives
    self.symmetric = symmetric
    self.inBatchNegatives = inBatchNegatives
    self.hardness = hardness
    self.activation = activation
  }

  /// Reads the settings of a recipe.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    let plain = InfoNCE(temperature: 1, maskKnownPositives: true)
    givenTemperature = try keys.optional(
      .givenTemperature, default: keys.contains(.scale) ? nil : decoder.usualTemperature,
      example: 0.05, "τ, the divisor of the scores: larger than 0; the smaller, the more the closest negatives count.")
    scale = try keys.optional(.scale, example: 20, "1 / temperature, in its place.")
    maskKnownPositives = try keys.value(
      .maskKnownPositives, default: true, "True if the known positives of a query are left out of its negatives.")
    symmetric = try keys.value(
      .symmetric, default: plain.symmetric, "True to add the direction from documents to queries, which counts half.")
    inBatchNegatives = try keys.value(
      .inBatchNegatives, default: decoder.scoreKind != .logits,
      "True if all other documents of a step are negatives, false for those of a query's own row only.")
    hardness = try keys.optional(.hardness, "More weight for the negatives that are currently hard.")
    activation = try keys.optional(
      .activation, example: .sigmoid,
      "Bounds a reranker's raw logits before they are divided; without it they stay as they are.")
  }

  /// Checks the settings.
  public func check(for scores: ScoreKind, _ problems: inout LossProblems) {
    problems.require(
      (givenTemperature == nil) != (scale == nil), else: "give either 'temperature' or 'scale' (1 / temperature)")
    problems.positive("temperature", givenTemperature)
    problems.positive("scale", scale)
    if let hardness {
      problems.require(hardness.strength >= 0, "hardness.strength", else: "\(hardness.strength) is less than 0")
      problems.require(
        inBatchNegatives || hardness.negatives != .inBatch, "hardness.negatives", reading: ["inBatchNegatives"],
        else: "there are no in-batch negatives to weight")
    }
    switch scores {
    case .cosines:
      problems.require(
        inBatchNegatives || !symmetric, "symmetric", reading: ["inBatchNegatives"],
        else: "the direction from documents to queries needs in-batch negatives")
      problems.require(activation == nil, "activation", else: "cosines are bounded as they are; leave it out")
    case .logits:
      problems.require(
        !inBatchNegatives, "inBatchNegatives",
        else: "a cross-encoder scores a query with the documents of its own group only; set it to false, and let "
          + "'data.easyNegatives: { share: …, inBatch: true }' draw documents of the other groups")
      problems.require(
        !symmetric, "symmetric", else: "a cross-encoder scores no document with the queries of other rows")
    }
  }

  /// The loss of a batch.
  public func callAsFunction(_ logits: Tensor, targets: Targets) -> Tensor {
    targets.check(logits, for: Self.name)
    let scores = activation.map { $0(logits) } ?? logits
    require(temperature > 0, "infoNCE: the temperature \(temperature) is not larger than 0")
    if inBatchNegatives {
      let toDocuments = crossEntropy(
        scores, of: targets.positiveScores(of: scores),
        mask: maskKnownPositives ? targets.maskOfKnownPositives(documents: scores.shape[1]) : nil,
        extra: extraLogits(scores, targets: targets))
      return symmetric ? (toDocuments + documentsToQueries(scores, targets: targets)) * 0.5 : toDocuments
    }
    require(!symmetric, "infoNCE: the symmetric loss needs in-batch negatives")
    let candidates = ownCandidates(of: targets, width: scores.shape[1])
    return crossEntropy(
      candidates(scores), of: targets.positiveScores(of: scores),
      extra: extraLogits(scores, targets: targets).map { candidates($0) })
  }

  /// α · s for the negatives that get it, 0 elsewhere; a constant.
  ///
  /// - Shape: `[queries, documents]`
  private func extraLogits(_ scores: Tensor, targets: Targets) -> Tensor? {
    guard let hardness, hardness.strength > 0 else { return nil }
    let width = scores.shape[1]
    let strength = Float(hardness.strength)
    var weights = [Float](repeating: hardness.negatives == .own ? 0 : strength, count: scores.shape.count)
    for query in 0..<targets.queries {
      for column in targets.negatives[query] {
        weights[query * width + column] = hardness.negatives == .inBatch ? 0 : strength
      }
      weights[query * width + targets.positives[query]] = 0
    }
    return scores.detached * Tensor(weights, shape: scores.shape)
  }

  /// Each row's own documents: its positive and those of its negatives that count.
  private func ownCandidates(of targets: Targets, width: Int) -> CellLists {
    CellLists(
      targets.positives.indices.map { query in
        let known = maskKnownPositives ? targets.knownPositives[query] : []
        let columns = [targets.positives[query]] + targets.negatives[query].filter { !known.contains($0) }
        return columns.map { query * width + $0 }
      })
  }

  /// The other direction: row i is the positive of query i, column j is query j.
  private func documentsToQueries(_ scores: Tensor, targets: Targets) -> Tensor {
    let count = targets.queries
    let byDocument = scores.transposed.gatherRows(targets.positives)  // [queries, queries]
    let diagonal = byDocument.gatherElements((0..<count).map { $0 * count + $0 })
    return crossEntropy(byDocument, of: diagonal, mask: maskKnownPositives ? maskOfAnsweredQueries(targets) : nil)
  }

  /// −∞ at (i, j) where the positive of query i answers query j too.
  private func maskOfAnsweredQueries(_ targets: Targets) -> Tensor? {
    let count = targets.queries
    var rowsOfDocument: [Int: [Int]] = [:]
    for (row, document) in targets.positives.enumerated() { rowsOfDocument[document, default: []].append(row) }
    var mask = [Float](repeating: 0, count: count * count)
    var isEmpty = true
    for query in 0..<count {
      for document in targets.knownPositives[query] + [targets.positives[query]] {
        for row in rowsOfDocument[document] ?? [] where row != query {
          mask[row * count + query] = -.infinity
          isEmpty = false
        }
      }
    }
    return isEmpty ? nil : Tensor(mask, shape: [count, count])
  }

  /// The mean over rows of log Σ exp((s − s⁺) / τ): zero is among the exponents, so the result does not cancel.
  private func crossEntropy(
    _ scores: Tensor, of positives: Tensor, mask: Tensor? = nil, extra: Tensor? = nil
  ) -> Tensor {
    var margins = (scores - positives.reshaped(to: [positives.shape[0], 1])) * Float(1 / temperature)
    for addend in [mask, extra] { if let addend { margins = margins + addend } }
    return margins.logSumExp().mean()
  }
}
