public import Kernels

/// The context of a forward pass beyond its input: the source of dropout masks, and what is kept for the gradients.
///
/// Without a source there is no dropout; there is no training mode.
public struct ForwardContext: Sendable {
  private var source: DropoutSource?
  /// True if the intermediate values of a layer are computed once more for its gradients, instead of kept.
  public let recomputesLayers: Bool

  /// Evaluation: no dropout.
  public static let evaluation = ForwardContext(dropout: nil)

  /// Training with masks from a source, or without dropout.
  ///
  /// - Parameter recomputesLayers: true if the intermediate values of a layer are computed once more for its gradients,
  ///   instead of kept.
  public init(dropout: DropoutSource?, recomputesLayers: Bool = false) {
    source = dropout
    self.recomputesLayers = recomputesLayers
  }

  /// True if a feed-forward block keeps its pre-activation for the gradients, false if it computes it once more.
  ///
  /// Short texts are spread over as many chunks as memory asks for, but a chunk holds at least one whole text. With a
  /// text of more than 4,096 tokens in it, the pre-activation, a third of what a layer keeps or more, is computed once
  /// more; the bits are the same.
  ///
  /// - Parameter offsets: where the texts of the batch begin and end.
  public func keepsPreActivation(offsets: [Int]) -> Bool {
    // Of layers that are computed once more, one at a time is in memory.
    recomputesLayers || zip(offsets.dropFirst(), offsets).allSatisfy { $0 - $1 <= 4096 }
  }

  /// The mask of the next dropout site; nil if the rate is 0 or in evaluation.
  public mutating func dropout(rate: Float) -> DropoutMask? { source?.next(rate: rate) }
}

/// Masks keyed by (seed, step, chunk, site): the same key gives the same masks, so a batch may be encoded twice and a
/// run resumed without any stored state.
public struct DropoutSource: Sendable {
  private let key: UInt64
  private var site: UInt64 = 0

  /// Makes the source of one forward pass.
  public init(seed: UInt64, step: Int, chunk: Int = 0) {
    key = mixed(mixed(seed, UInt64(truncatingIfNeeded: step)), UInt64(truncatingIfNeeded: chunk))
  }

  /// The mask of a named place, which does not depend on the places before it; nil if the rate is 0.
  func mask(of name: String, rate: Float) -> DropoutMask? {
    rate > 0 ? DropoutMask(key: mixed(mixed(key, Self.namesKey), name: name), rate: rate) : nil
  }

  /// Keeps the masks of named places apart from those of numbered ones.
  private static let namesKey: UInt64 = 0x6E61_6D65

  mutating func next(rate: Float) -> DropoutMask? {
    site += 1
    return rate > 0 ? DropoutMask(key: mixed(key, site), rate: rate) : nil
  }
}
