import Kernels
import SettingKeys
public import Tensors

/// Cross-entropy of each document's grade with its score, which is the logit of being relevant.
///
///     loss = mean_(q, c) ( w · y · log(1 + exp(−s[q, c])) + (1 − y) · log(1 + exp(s[q, c])) )      y = the grade of c
///
/// c runs over the query's positive and the negatives of its own row; all documents count equally in the mean.
///
/// - Shape: scores `[queries, documents]` → scalar
/// - Data: labelled pairs, or rows of a positive and negatives; labels and grades between 0 and 1.
/// - Relations: `BinaryCrossEntropyLoss` of sentence-transformers' cross-encoders. Meant for logits: cosines keep the
///   probability between 0.27 and 0.73.
/// - Reference: Nogueira & Cho 2019, arXiv:1901.04085, eq. 1, without a weight.
public struct BinaryCrossEntropy: RankingLoss {
  /// The name in a recipe.
  public static let name = "binaryCrossEntropy"

  /// w, the weight of relevant documents compared with others: larger than 0, default 1; the number of negatives per
  /// positive balances them.
  public var positiveWeight: Double

  /// Grades.
  public static var needs: Targets.Needs { .grades }

  /// Probabilities.
  public static var labels: ClosedRange<Int>? { 0...1 }

  /// The grade: documents are read one by one.
  public var contrast: Contrast { .target }

  /// Cosines are no logits.
  public static func substitute(for scores: ScoreKind) -> String? { scores == .cosines ? "contrastive" : nil }

  /// Makes the loss.
  public init(positiveWeight: Double = 1) { self.positiveWeight = positiveWeight }

  /// Reads the settings of a recipe.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    positiveWeight = try keys.value(
      .positiveWeight, default: Self().positiveWeight,
      "The weight of relevant documents compared with others; the number of negatives per positive balances them.")
  }

  /// Checks the settings.
  public func check(for scores: ScoreKind, _ problems: inout LossProblems) {
    problems.positive("positiveWeight", positiveWeight)
  }

  /// The loss of a batch.
  public func callAsFunction(_ scores: Tensor, targets: Targets) -> Tensor {
    targets.check(scores, for: Self.name, needs: Self.needs)
    let weight = Float(positiveWeight)
    require(weight > 0, "binaryCrossEntropy: the positive weight \(weight) is not larger than 0")
    let lists = targets.gradedLists(width: scores.shape[1])
    let logits = scores.gatherElements(lists.flatMap(\.cells))
    let grades = Tensor(lists.flatMap(\.grades), shape: logits.shape)
    return (weight * grades * (-logits).softplus() + (1 - grades) * logits.softplus()).mean()
  }
}
