import SettingKeys
public import Tensors

/// Squared error between the score margins of positive over negatives and a teacher's margins.
///
///     loss = mean_(q, k) ( (s[q, positive] − s[q, negative_k]) − (t[q, positive] − t[q, negative_k]) )²
///
/// The mean runs over all negatives of all rows; a batch without any has the loss 0.
///
/// - Shape: scores `[queries, documents]` → scalar
/// - Data: rows with a positive, negatives, and a teacher's score of each.
/// - Relations: `MarginMSELoss` of sentence-transformers, which takes the dot product by default; its class for
///   cross-encoders has the same name.
/// - Reference: Hofstätter et al. 2020, arXiv:2010.02666.
public struct MarginMSE: RankingLoss {
  /// The name in a recipe.
  public static let name = "marginMSE"

  /// The similarity that makes scores from embeddings: as the teacher's scale demands, cosines lie between −1 and 1.
  public var similarity: Similarity?

  /// Teacher scores.
  public static var needs: Targets.Needs { .teacherScores }

  /// The row's own negatives.
  public var contrast: Contrast { .ownNegatives(leavingOutKnown: false) }

  /// Two cosines differ by 2 at most.
  public var teacherMargins: ClosedRange<Float>? { similarity == .cosine ? -2...2 : nil }

  /// Makes the loss.
  public init(similarity: Similarity?) { self.similarity = similarity }

  /// Reads the settings of a recipe.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    similarity = try keys.optional(
      .similarity, example: .dot,
      "The similarity of a bi-encoder's vectors that makes scores on the teacher's scale; it must be given there.")
  }

  /// Checks the settings.
  public func check(for scores: ScoreKind, _ problems: inout LossProblems) {
    problems.similarity(similarity, for: scores)
  }

  /// The loss of a batch.
  public func callAsFunction(_ scores: Tensor, targets: Targets) -> Tensor {
    targets.check(scores, for: Self.name, needs: Self.needs)
    var (positives, negatives, targetMargins): ([Int], [Int], [Float]) = ([], [], [])
    for (query, own) in targets.negatives.enumerated() {
      let start = query * scores.shape[1]
      let teacher = targets.teacherScores[query]
      for (index, column) in own.enumerated() {
        positives.append(start + targets.positives[query])
        negatives.append(start + column)
        targetMargins.append(teacher[0] - teacher[index + 1])
      }
    }
    if targetMargins.isEmpty { return Tensor(0) }
    let margins = scores.gatherElements(positives) - scores.gatherElements(negatives)
    let errors = margins - Tensor(targetMargins, shape: [targetMargins.count])
    return (errors * errors).mean()
  }
}
