import SettingKeys
public import Tensors

/// A loss that sees scores and targets, never a model, a batch of text or an embedding.
///
/// So each loss exists once: a bi-encoder makes the scores from embeddings, a cross-encoder from its head, and lays
/// them out by ``Targets/rectangle(of:)``. The coding keys are the settings in a recipe, in addition to the name.
///
/// A cell that the targets leave out gets a gradient of exactly zero. Finite scores of any size give a finite loss.
public protocol RankingLoss: Codable, Equatable, Sendable {
  /// The name in a recipe.
  static var name: String { get }

  /// The similarity that makes scores from embeddings; nil for the cosine.
  var similarity: Similarity? { get }

  /// The loss to use for scores that this one cannot read; nil if it reads them.
  static func substitute(for scores: ScoreKind) -> String?

  /// The data that the loss reads per query beyond the column of its positive.
  static var needs: Targets.Needs { get }

  /// The labels and grades that the loss can read; nil for any.
  static var labels: ClosedRange<Int>? { get }

  /// What the loss compares each query's score with; it learns nothing from a query that has nothing of the kind.
  var contrast: Contrast { get }

  /// The differences of a teacher's scores, of the positive less a negative, that the scores can reach; nil for any.
  var teacherMargins: ClosedRange<Float>? { get }

  /// τ, where scores are divided by it before they are compared in exponents; nil for losses that compare them otherwise.
  var temperatureOfScores: Double? { get }

  /// True if every row must have negatives, since nothing else is compared with its positive.
  var needsNegatives: Bool { get }

  /// True if the documents of other queries are negatives, false if those are left out on purpose; nil if the loss has
  /// no such choice.
  var usesInBatchNegatives: Bool? { get }

  /// True if negatives that a guide points out may join the known positives, which the loss then leaves out.
  var acceptsGuide: Bool { get }

  /// Checks the settings for scores of a kind.
  func check(for scores: ScoreKind, _ problems: inout LossProblems)

  /// The loss of a batch.
  ///
  /// - Shape: scores `[queries, documents]` → scalar
  func callAsFunction(_ scores: Tensor, targets: Targets) -> Tensor
}

/// The scores that a model gives a loss.
public enum ScoreKind: Sendable {
  /// Similarities of a bi-encoder's embeddings, which are bounded.
  case cosines
  /// Raw scores of a cross-encoder's head, for a query and the documents of its own row.
  case logits
}

extension ScoreKind {
  /// The temperature of scores that a recipe says nothing of: cosines are close together, logits are not.
  var usualTemperature: Double {
    switch self {
    case .cosines: 0.05
    case .logits: 1
    }
  }
}

extension Decoder {
  /// The kind of scores that a loss is read for, where the recipe around it says so.
  var scoreKind: ScoreKind? { given(ScoreKind.self) }

  /// The temperature of those scores that a recipe says nothing of.
  var usualTemperature: Double? { scoreKind?.usualTemperature }

  /// Its reciprocal, a factor on scores.
  var usualScale: Double? { usualTemperature.map { 1 / $0 } }
}

extension RankingLoss {
  /// The cosine.
  public var similarity: Similarity? { nil }

  /// Nil: all scores are read.
  public static func substitute(for scores: ScoreKind) -> String? { nil }

  /// Nothing.
  public static var needs: Targets.Needs { .nothing }

  /// Any.
  public static var labels: ClosedRange<Int>? { nil }

  /// Any.
  public var teacherMargins: ClosedRange<Float>? { nil }

  /// Nil.
  public var temperatureOfScores: Double? { nil }

  /// True if in-batch negatives are left out on purpose.
  public var needsNegatives: Bool { usesInBatchNegatives == false }

  /// No such choice.
  public var usesInBatchNegatives: Bool? { nil }

  /// False.
  public var acceptsGuide: Bool { false }

  /// Finds no problem.
  public func check(for scores: ScoreKind, _ problems: inout LossProblems) {}

  /// True if the loss reads scores of a kind.
  public static func reads(_ scores: ScoreKind) -> Bool { substitute(for: scores) == nil }

  /// True if a label or a grade is one that the loss can read.
  public static func canRead(label: Float) -> Bool {
    labels.map { label >= Float($0.lowerBound) && label <= Float($0.upperBound) } ?? true
  }

  /// True if the loss reads a teacher's score of every document of a row.
  public static var readsTeacherScores: Bool { [.teacherScores, .wantedScores].contains(needs) }
}
