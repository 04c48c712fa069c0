public import Tensors

/// Squared error between a document's score and its teacher's score, or its grade.
///
///     loss = mean_(q, c) (s[q, c] − y[q, c])²
///
/// c runs over the query's positive and the negatives of its own row; all documents count equally in the mean. y is the
/// teacher's score if the targets have teacher scores, else the grade.
///
/// - Shape: scores `[queries, documents]` → scalar
/// - Data: labelled pairs, or rows with a positive, negatives, and a teacher's score of each.
/// - Relations: `MSELoss` of sentence-transformers' cross-encoders. If only differences between the documents of a
///   query matter, `MarginMSE` demands less.
/// - Reference: Hofstätter et al. 2020, arXiv:2010.02666, where it is the pointwise alternative.
public struct MSE: RankingLoss {
  /// The name in a recipe.
  public static let name = "mse"

  /// Teacher scores or grades.
  public static var needs: Targets.Needs { .wantedScores }

  /// The teacher's score or the grade: documents are read one by one.
  public var contrast: Contrast { .target }

  /// Cosines are no logits.
  public static func substitute(for scores: ScoreKind) -> String? {
    scores == .cosines ? "cosineMSE for labels, marginMSE for a teacher" : nil
  }

  /// Makes the loss.
  public init() {}

  /// The loss of a batch.
  public func callAsFunction(_ scores: Tensor, targets: Targets) -> Tensor {
    targets.check(scores, for: Self.name, needs: Self.needs)
    let width = scores.shape[1]
    let lists =
      targets.teacherScores.isEmpty
      ? targets.gradedLists(width: width) : targets.lists(of: targets.teacherScores, width: width)
    let chosen = scores.gatherElements(lists.flatMap(\.cells))
    let errors = chosen - Tensor(lists.flatMap(\.grades), shape: chosen.shape)
    return (errors * errors).mean()
  }
}
