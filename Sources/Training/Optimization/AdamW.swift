import Kernels
public import Layers
public import OrderedCollections
import SettingKeys
import Tensors

/// Adam with decoupled weight decay, for the parameters of one model.
///
///     p ← p · (1 − rate · decay)
///     m ← β₁ m + (1 − β₁) g        v ← β₂ v + (1 − β₂) g²
///     p ← p − rate / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
///
/// with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸, as `torch.optim.AdamW` has them. Loshchilov & Hutter 2019, arXiv:1711.05101.
///
/// Of a large table of embeddings only the rows that ever had a gradient have moments (``Rows/touched``). From its first
/// gradient on, such a row moves exactly as with moments for the whole table: by its momentum and its decay at every
/// step, with a gradient of 0 where a step has none. A row that never had a gradient does not move; with moments for the
/// whole table it would decay. The norm that clips is that of the whole gradient.
public struct AdamW: Sendable {
  /// The settings of a recipe.
  public struct Settings: Codable, Equatable, Sendable {
    /// The peak learning rate of the schedule.
    public var rate: Double
    /// The weight decay, multiplied by the learning rate.
    public var decay: Double
    /// The largest global norm of the gradients: larger ones are scaled down to it; by default nothing is clipped.
    public var clip: Double?
    /// True if biases and the parameters of normalizations decay as well.
    public var decayBiasesAndNorms: Bool
    /// Factors on the learning rate by the pattern (``NamePattern``) of the parameters that they apply to.
    ///
    /// The most specific pattern that covers a parameter decides.
    public var rates: [String: Double]?
    /// The patterns of the parameters that are not trained.
    public var freeze: [String]?
    /// The rows of tables of embeddings that have moments; by default those touched for tables of more than 65,536 rows,
    /// and all for smaller ones.
    public var rows: Rows?

    /// Reads the settings of a recipe.
    public init(from decoder: any Decoder) throws {
      let keys = try decoder.keys(CodingKeys.self)
      rate = try keys.value(.rate, default: 2e-5, "The peak learning rate of the schedule.")
      decay = try keys.value(.decay, default: 0.01, "The weight decay, multiplied by the learning rate.")
      clip = try keys.recommended(
        .clip, example: 1, "The largest norm of all gradients together, to which larger ones are scaled down.")
      decayBiasesAndNorms = try keys.value(
        .decayBiasesAndNorms, default: false, "True if biases and the parameters of normalizations decay as well.")
      rates = try keys.optional(
        .rates, example: ["embeddings": 0.5],
        "Factors on the learning rate by patterns of parameters; the most specific pattern decides.")
      freeze = try keys.optional(.freeze, example: ["embeddings"], "Patterns of the parameters that are not trained.")
      rows = try keys.optional(
        .rows, example: .touched,
        "The rows of embedding tables that have moments; without it those touched in tables of more than 65,536 rows, else all."
      )
    }

    /// Makes the settings.
    public init(
      rate: Double, decay: Double, clip: Double?, decayBiasesAndNorms: Bool = false, rates: [String: Double]? = nil,
      freeze: [String]? = nil, rows: Rows? = nil
    ) {
      self.rate = rate
      self.decay = decay
      self.clip = clip
      self.decayBiasesAndNorms = decayBiasesAndNorms
      self.rates = rates
      self.freeze = freeze
      self.rows = rows
    }
  }

  /// The rows of tables of embeddings that have moments.
  public enum Rows: String, Codable, CaseIterable, Sendable {
    /// Every row.
    case all
    /// The rows that had a gradient.
    case touched
  }

  /// The most rows of a table whose rows all have moments by default.
  private static let mostRows = 1 << 16

  /// The constants of one trained parameter.
  struct Parameter: Sendable {
    let shape: Shape
    let rateFactor: Double
    let decay: Double
    /// True for a table of which only rows that had a gradient have moments.
    let keepsTouchedRows: Bool
  }

  /// The running means of a parameter's gradients and of their squares.
  struct Moments: Sendable {
    var first: Tensor
    var second: Tensor

    init(first: Tensor, second: Tensor) {
      self.first = first
      self.second = second
    }

    init(zerosOf shape: Shape) {
      self.init(first: Tensor(repeating: 0, shape: shape), second: Tensor(repeating: 0, shape: shape))
    }

    /// True if every moment is a number, and no mean of squares is below 0, whose root the next step would take.
    var isFinite: Bool { first.isFinite && second.isFinite && second.elements.allSatisfy { $0 >= 0 } }
  }

  /// The settings it was made with.
  public let settings: Settings
  /// The steps taken so far.
  public internal(set) var steps = 0
  /// The trained parameters.
  let trained: OrderedDictionary<String, Parameter>
  /// The moments of the parameters updated so far; created when first needed.
  var moments: OrderedDictionary<String, Moments> = [:]
  /// The moments of the tables of which only some rows have them.
  var rowMoments: OrderedDictionary<String, RowMoments> = [:]

  /// Makes an optimizer for the parameters of a model.
  ///
  /// Fails with every pattern in the settings that covers no parameter.
  ///
  /// - Parameter isTrainable: false for a parameter that is not trained, whatever the settings say.
  public init(
    _ settings: Settings, for model: some Module, where isTrainable: (_ key: String) -> Bool = { _ in true }
  ) throws(UnknownPatternError) {
    self.settings = settings
    let rules = ParameterRules(factors: settings.rates ?? [:], frozen: settings.freeze ?? [])
    let parameters = model.parameters
    try rules.check(against: Array(parameters.keys))
    let tables = Set(model.embeddingTables)
    var trained: OrderedDictionary<String, Parameter> = [:]
    for (key, parameter) in parameters where isTrainable(key) {
      let factor = rules.factor(of: key)
      if factor == 0 { continue }
      let decays = settings.decayBiasesAndNorms || !ParameterRules.isBiasOrNorm(key)
      trained[key] = Parameter(
        shape: parameter.shape, rateFactor: factor, decay: decays ? settings.decay : 0,
        keepsTouchedRows: tables.contains(key) && parameter.shape[0] <= RowMoments.mostTableRows
          && (settings.rows ?? (parameter.shape[0] > Self.mostRows ? .touched : .all)) == .touched)
    }
    self.trained = trained
  }

  /// True unless every parameter is frozen.
  public var trainsSomething: Bool { !trained.isEmpty }

  /// The number of scalars in the trained parameters.
  public var trainedCount: Int { trained.values.reduce(0) { $0 + $1.shape.count } }

  /// The number of scalars in the moments.
  public var momentCount: Int {
    trained.reduce(0) { total, entry in
      let (key, parameter) = entry
      return total
        + 2 * (parameter.keepsTouchedRows ? rowMoments[key]?.count ?? 0 : parameter.shape.count)
    }
  }

  /// True if a parameter is trained; the others need no gradient.
  public func isTrained(_ key: String) -> Bool { trained[key] != nil }

  /// True for a table whose gradient may be of the rows that were looked up.
  public func keepsTouchedRows(_ key: String) -> Bool { trained[key]?.keepsTouchedRows ?? false }

  /// Performs one step: changes the trained parameters of the model in place.
  ///
  /// The gradients are clipped by their global norm as in `torch.nn.utils.clip_grad_norm_`: each is multiplied by
  /// min(1, clip / (norm + 10⁻⁶)).
  ///
  /// Fails before any change if the loss or the norm of the gradients is not finite.
  ///
  /// - Parameters:
  ///   - gradients: those of the trained parameters; a parameter without one, because the loss does not depend on it,
  ///     stays as it is, and gradients of other parameters are ignored.
  ///   - loss: the loss that the gradients belong to.
  ///   - rate: the learning rate of this step.
  /// - Returns: the global norm of the gradients before clipping.
  @discardableResult
  public mutating func step(
    _ model: inout some Module, gradients: ParameterDictionary, loss: Float, rate: Double
  ) throws(NonFiniteError) -> Double {
    require(rate.isFinite && rate >= 0, "AdamW: the rate \(rate) is not a number from 0 on")
    let norm = try finiteNorm(of: gradients, loss: loss)
    steps += 1
    var tensors: [AdamWTensor] = []
    var tables: [AdamWRows] = []
    model.updateParameters { key, parameter in
      guard let fixed = trained[key], let gradient = gradients[key] else { return }
      // Each buffer is unique when it is handed over, and nothing else sees it before the step below.
      let buffer = parameter.withUniqueBuffer { $0 }
      if fixed.keepsTouchedRows {
        tables.append(
          rowMoments[key, default: RowMoments(of: fixed.shape)].update(
            of: buffer, gradient: gradient, rate: Float(rate * fixed.rateFactor), decay: Float(fixed.decay)))
        return
      }
      let (first, second) = momentBuffers(of: key, shape: fixed.shape)
      tensors.append(
        AdamWTensor(
          parameter: buffer, gradient: gradient.buffer, firstMoment: first, secondMoment: second,
          rate: Float(rate * fixed.rateFactor), decay: Float(fixed.decay)))
    }
    require(
      tensors.count + tables.count == gradients.keys.count { trained[$0] != nil },
      "AdamW: the model lacks parameters it had when the optimizer was made")
    adamWStep(
      tensors, tables, step: steps, firstDecay: 0.9, secondDecay: 0.999, epsilon: 1e-8,
      gradientScale: Float(settings.clip.map { min(1, $0 / (norm + 1e-6)) } ?? 1))
    return norm
  }

  /// The global norm of the trained parameters' gradients; fails if it or the loss is not finite.
  private func finiteNorm(of gradients: ParameterDictionary, loss: Float) throws(NonFiniteError) -> Double {
    var total = 0.0
    var firstNonFinite: String?
    for (key, parameter) in trained {
      guard let gradient = gradients[key] else { continue }
      require(
        gradient.wholeShape == parameter.shape && (gradient.selection == nil || parameter.keepsTouchedRows),
        "AdamW: \(key) \(parameter.shape) has a gradient \(gradient.shape)")
      let square = gradient.squaredNorm
      if firstNonFinite == nil && !square.isFinite { firstNonFinite = key }
      total += square
    }
    let norm = total.squareRoot()
    if !loss.isFinite || !norm.isFinite {
      throw NonFiniteError(step: steps + 1, loss: loss, gradientNorm: norm, firstNonFiniteGradient: firstNonFinite)
    }
    return norm
  }

  private mutating func momentBuffers(of key: String, shape: Shape) -> (first: FloatBuffer, second: FloatBuffer) {
    if moments[key] == nil { moments[key] = Moments(zerosOf: shape) }
    return (
      moments[key, default: Moments(zerosOf: [])].first.withUniqueBuffer { $0 },
      moments[key, default: Moments(zerosOf: [])].second.withUniqueBuffer { $0 }
    )
  }
}
