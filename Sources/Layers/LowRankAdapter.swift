import Kernels
public import Tensors

/// The low-rank update of a linear layer that is trained in place of its weight (LoRA).
///
///     y = x Wᵀ + b + s · dropout(x) Aᵀ Bᵀ        s = α / r, or α / √r if it is rank-stabilized
///
/// Hu et al. 2022, arXiv:2106.09685, section 4.1; rank stabilization by Kalajdzievski 2023, arXiv:2312.03732.
public struct LowRankAdapter: Module {
  /// The settings of an adapter.
  public struct Settings: Sendable, Equatable {
    /// r, at least 1.
    public var rank: Int
    /// α.
    public var alpha: Double
    /// True for s = α / √r.
    public var isRankStabilized: Bool
    /// The share of x that is dropped in training, from 0 to below 1.
    public var dropout: Float

    /// Makes the settings.
    public init(rank: Int, alpha: Double, isRankStabilized: Bool = false, dropout: Float = 0) {
      self.rank = rank
      self.alpha = alpha
      self.isRankStabilized = isRankStabilized
      self.dropout = dropout
    }

    /// α / s.
    package var divisor: Double { isRankStabilized ? Double(rank).squareRoot() : Double(rank) }

    /// s.
    var scale: Float { Float(alpha / divisor) }
  }

  /// A factor of the update, under the name that PEFT gives it behind that of the layer.
  package enum Factor: String, CaseIterable {
    case down = "lora_A.weight"
    case up = "lora_B.weight"
  }

  /// A: `[rank, in]`.
  public var down: Tensor
  /// B: `[out, rank]`.
  public var up: Tensor
  /// The settings; their rank is that of A and B.
  public let settings: Settings
  /// The mask of the present forward pass; nil in evaluation.
  var mask: DropoutMask?

  /// Makes an adapter from its factors.
  ///
  /// - Shape: `down` `[rank, in]`, `up` `[out, rank]`
  public init(down: Tensor, up: Tensor, settings: Settings) {
    require(
      settings.rank >= 1 && down.shape.rank == 2 && up.shape.rank == 2 && down.shape[0] == settings.rank
        && up.shape[1] == settings.rank,
      "LowRankAdapter: A \(down.shape) and B \(up.shape) of rank \(settings.rank)")
    self.down = down
    self.up = up
    self.settings = settings
  }

  /// Makes a new adapter, which does not change its layer: A uniform on ±1/√in, as PEFT draws it, and B 0.
  ///
  /// - Parameter key: determines A, together with its shape.
  public init(inputs: Int, outputs: Int, settings: Settings, key: UInt64) {
    self.init(
      down: Tensor(uniformWithin: 1 / Float(inputs).squareRoot(), shape: [settings.rank, inputs], key: key),
      up: Tensor(repeating: 0, shape: [outputs, settings.rank]), settings: settings)
  }

  /// The update as operations take it.
  var update: LowRankUpdate { LowRankUpdate(down: down, up: up, scale: settings.scale, dropout: mask) }

  /// s B A, to be added to the weight; nil if B is 0.
  ///
  /// - Shape: → `[out, in]`
  var merged: Tensor? { up.squaredNorm == 0 ? nil : up.matmul(down) * settings.scale }

  /// True for the key of a factor of an adapter.
  public static func owns(_ key: String) -> Bool {
    Factor.allCases.contains { key.hasSuffix("." + $0.rawValue) }
  }

  /// Shows A and B under the names that PEFT gives them.
  public mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit(Factor.down.rawValue, &down)
    visitor.visit(Factor.up.rawValue, &up)
  }
}
