public import Kernels

/// A low-rank update of an affine map, which adds s · dropout(x) Aᵀ Bᵀ to its result.
///
///     y = x Wᵀ + b + s · dropout(x) Aᵀ Bᵀ
///
/// Hu et al. 2022, arXiv:2106.09685, eq. 3, with dropout before A as in PEFT's `tuners/lora/layer.py`.
public struct LowRankUpdate: Sendable {
  /// A: `[rank, in]`.
  public var down: Tensor
  /// B: `[out, rank]`.
  public var up: Tensor
  /// s.
  public var scale: Float
  /// The mask of x; nil without dropout.
  public var dropout: DropoutMask?

  /// Makes an update from its factors.
  public init(down: Tensor, up: Tensor, scale: Float, dropout: DropoutMask? = nil) {
    self.down = down
    self.up = up
    self.scale = scale
    self.dropout = dropout
  }

  /// The update of some of the outputs.
  func rows(_ range: Range<Int>) -> LowRankUpdate {
    LowRankUpdate(down: down, up: up.slice(range), scale: scale, dropout: dropout)
  }

  /// True if the update is one of a weight of this shape.
  func fits(_ weight: Shape) -> Bool {
    down.shape.rank == 2 && up.shape == [weight[0], down.shape[0]] && down.shape[1] == weight[1]
  }

  /// An update as an operation has it: the indices of its factors among the inputs, and its constants.
  struct Part {
    let down: Int
    let up: Int
    let scale: Float
    let dropout: DropoutMask?
  }

  /// Appends the factors to the inputs of an operation.
  func append(to inputs: inout [Tensor]) -> Part {
    inputs += [down, up]
    return Part(down: inputs.count - 2, up: inputs.count - 1, scale: scale, dropout: dropout)
  }
}

extension LowRankUpdate.Part {
  /// Adds the update to y and returns h = s · dropout(x) Aᵀ, which the gradient of B needs.
  func add(to y: Matrix, _ inputs: [Tensor]) -> Tensor {
    let hidden = product(dropped(inputs[0]), inputs[down].matrix, transposeSecond: true, scale: scale)
    multiply(hidden.matrix, inputs[up].matrix, transposeSecond: true, into: y, accumulate: true)
    return hidden
  }

  /// The gradients of the factors, of those that are needed; adds that of x to `dx`.
  ///
  ///     dB = dyᵀ h        dh = s · dy B        dA = dhᵀ dropout(x)        dx += dropout(dh A)
  func addGradients(
    of dy: Matrix, hidden: Tensor, _ inputs: [Tensor], needed: [Bool], dx: Tensor?, to gradients: inout [Tensor?]
  ) {
    if needed[up] { gradients[up] = product(dy, hidden.matrix, transposeFirst: true) }
    if !needed[down] && dx == nil { return }
    let dHidden = product(dy, inputs[up].matrix, scale: scale)
    if needed[down] { gradients[down] = product(dHidden.matrix, dropped(inputs[0]), transposeFirst: true) }
    guard let dx else { return }
    if let dropout {
      addInPlace(dx.buffer, applyDropout(product(dHidden.matrix, inputs[down].matrix).buffer, mask: dropout))
    } else {
      multiply(dHidden.matrix, inputs[down].matrix, into: dx.matrix, accumulate: true)
    }
  }

  /// dropout(x).
  private func dropped(_ x: Tensor) -> Matrix {
    dropout.map { Tensor(applyDropout(x.buffer, mask: $0), shape: x.shape).matrix } ?? x.matrix
  }
}
