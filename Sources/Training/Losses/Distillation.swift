import Kernels
import SettingKeys
public import Tensors

/// Fits the distribution over a row's candidates to a teacher's: Kullback–Leibler divergence.
///
///     loss = T² · mean_q Σ_c p[c] (log p[c] − log softmax(s / T)[c])        p = softmax(t / Tₜ)
///
/// c runs over the query's positive and the negatives of its own row. T² keeps the size of the gradients when T
/// changes. A row without negatives adds 0 to the mean.
///
/// - Shape: scores `[queries, documents]` → scalar
/// - Data: rows with a positive, negatives, and a teacher's score of each.
/// - Relations: `DistillKLDivLoss` of sentence-transformers, which takes the dot product by default.
/// - Reference: Hinton, Vinyals & Dean 2015, arXiv:1503.02531, section 2.
public struct Distillation: RankingLoss {
  /// The name in a recipe.
  public static let name = "distillation"

  /// The similarity that makes scores from embeddings.
  public var similarity: Similarity?
  /// T, the divisor of the scores: larger than 0.
  public var temperature: Double
  /// Tₜ, the divisor of the teacher's scores: larger than 0.
  public var teacherTemperature: Double

  /// Teacher scores.
  public static var needs: Targets.Needs { .teacherScores }

  /// The row's own negatives.
  public var contrast: Contrast { .ownNegatives(leavingOutKnown: false) }

  /// Makes the loss.
  public init(similarity: Similarity?, temperature: Double, teacherTemperature: Double) {
    self.similarity = similarity
    self.temperature = temperature
    self.teacherTemperature = teacherTemperature
  }

  /// Reads the settings of a recipe.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    similarity = try keys.optional(
      .similarity, default: decoder.scoreKind == .cosines ? .cosine : nil, example: .cosine,
      "The similarity of a bi-encoder's vectors that makes scores.")
    temperature = try keys.value(
      .temperature, default: decoder.usualTemperature, "T, the divisor of the scores: larger than 0.")
    teacherTemperature = try keys.value(
      .teacherTemperature, default: 1, "The divisor of the teacher's scores: larger than 0.")
  }

  /// Checks the settings.
  public func check(for scores: ScoreKind, _ problems: inout LossProblems) {
    problems.positive("temperature", temperature)
    problems.positive("teacherTemperature", teacherTemperature)
    problems.similarity(similarity, for: scores)
  }

  /// The loss of a batch.
  public func callAsFunction(_ scores: Tensor, targets: Targets) -> Tensor {
    targets.check(scores, for: Self.name, needs: Self.needs)
    require(
      temperature > 0 && teacherTemperature > 0,
      "distillation: the temperatures \(temperature) and \(teacherTemperature) are not larger than 0")
    let candidates = CellLists(
      targets.positives.indices.map { query in
        ([targets.positives[query]] + targets.negatives[query]).map { query * scores.shape[1] + $0 }
      })
    // A softmax is invariant to a shift of all its scores; the shift keeps the digits of large ones.
    let positives = targets.positiveScores(of: scores).reshaped(to: [targets.queries, 1])
    let margins = (candidates(scores) - positives) * Float(1 / temperature)
    // One value per candidate, list by list: padding cells would be 0 · ∞ in the sum.
    let student = margins.logSoftmax().gatherElements(candidates.indices)
    let teacher = logarithmsOfTeacher(targets).gatherElements(candidates.indices)
    let divergence = (teacher.exponential() * (teacher - student)).sum() / Float(targets.queries)
    return divergence * Float(temperature * temperature)
  }

  /// log softmax(t / Tₜ) in the layout of `CellLists`.
  private func logarithmsOfTeacher(_ targets: Targets) -> Tensor {
    let width = targets.teacherScores.map(\.count).max() ?? 0
    let filled = targets.teacherScores.flatMap { scores in
      scores.map { $0 - scores[0] } + Array(repeating: -.infinity, count: width - scores.count)
    }
    return (Tensor(filled, shape: [targets.queries, width]) * Float(1 / teacherTemperature)).logSoftmax()
  }
}
