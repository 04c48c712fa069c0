public import Kernels

/// The maps of a gated feed-forward block's input: the gate, to which the activation applies, and the other factor.
public enum GatedInput: Sendable {
  /// One map; the first half of its outputs is the gate.
  case gateThenUp(AffineMap)
  /// One map; the second half of its outputs is the gate.
  case upThenGate(AffineMap)
  /// A map each.
  case separate(gate: AffineMap, up: AffineMap)

  /// The maps in the order of their outputs.
  fileprivate var maps: [AffineMap] {
    switch self {
    case .gateThenUp(let map), .upThenGate(let map): [map]
    case .separate(let gate, let up): [gate, up]
    }
  }

  fileprivate var gateIsFirst: Bool { if case .upThenGate = self { false } else { true } }
}

extension Tensor {
  /// The gated feed-forward block of a transformer layer; keeps g and u only, or nothing.
  ///
  ///     y = dropout(f(g) ⊙ u) W₂ᵀ + b₂        g = x W_gᵀ + b_g        u = x W_uᵀ + b_u
  ///
  /// Shazeer 2020, arXiv:2002.05202, eq. 5 and 6. With a low-rank update in one of its maps, it is several operations,
  /// which keep their results too.
  ///
  /// - Shape: x `[rows, width]`, W_g and W_u `[inner, width]`, W₂ `[width, inner]` → `[rows, width]`
  /// - Parameters:
  ///   - input: W_g and W_u, with biases if they have any.
  ///   - output: W₂ and b₂, if it has one.
  ///   - keepsPreActivation: false if the reverse pass computes g and u once more, with the same bits.
  public func gatedFeedForward(
    input: GatedInput, output: AffineMap, activation: Activation, dropout: DropoutMask? = nil,
    keepsPreActivation: Bool = true
  ) -> Tensor {
    if (input.maps + [output]).contains(where: { $0.update != nil }) {
      let halves = linearSideBySide(input.maps)
      let inner = halves.shape[1] / 2
      let (first, second) = (halves.slice(0..<inner, axis: 1), halves.slice(inner..<2 * inner, axis: 1))
      let (gate, up) = input.gateIsFirst ? (first, second) : (second, first)
      return (gate.activated(by: activation) * up).dropout(dropout).linear(output)
    }
    var inputs = [self]
    let maps = input.maps.map { $0.append(to: &inputs) }
    let output = output.append(to: &inputs)
    return Tensor.record(.gatedFeedForward, inputs) { inputs, isRecorded in
      let x = inputs[0]
      let kernel = GatedFeedForwardKernel(
        input: maps.map { ($0.layerWeight(inputs), $0.bias.map { inputs[$0].buffer }) },
        gateIsFirst: input.gateIsFirst, outputWeight: output.layerWeight(inputs),
        outputBias: output.bias.map { inputs[$0].buffer }, activation: activation, mask: dropout)
      let (y, preActivation) = kernel.forward(x.matrix, keepingPreActivation: isRecorded && keepsPreActivation)
      return (
        Tensor(y, shape: [x.shape[0], inputs[output.weight].shape[0]]),
        { dy, needed in
          func isWanted(_ map: AffineMap.Indices) -> GatedFeedForwardKernel.PerMap<Bool> {
            .init(weight: needed[map.weight], bias: map.bias.map { needed[$0] } ?? false)
          }
          let gradients = kernel.backward(
            dy.matrix, x: x.matrix, preActivation: preActivation ?? kernel.preActivation(of: x.matrix),
            wanted: .init(x: needed[0], input: maps.map(isWanted), output: isWanted(output)))
          var result = [Tensor?](repeating: nil, count: inputs.count)
          func keep(_ gradient: FloatBuffer?, _ index: Int?) {
            if let gradient, let index { result[index] = Tensor(gradient, shape: inputs[index].shape) }
          }
          keep(gradients.x, 0)
          for (map, gradient) in zip(maps + [output], gradients.input + [gradients.output]) {
            keep(gradient.weight, map.weight)
            keep(gradient.bias, map.bias)
          }
          return result
        }
      )
    }
  }
}
