import Kernels
import Tensors
import TestSupport

/// A layout of the weights of a gated block's input.
private enum GatedLayout: String, CaseIterable {
  case gateThenUp = "the gate first"
  case upThenGate = "the gate last"
  case separate = "two maps"

  /// The gate's weights or biases and the others as the layout has them.
  func tensors(gate: Tensor, up: Tensor) -> [Tensor] {
    switch self {
    case .gateThenUp: [Tensor.concatenated([gate, up])]
    case .upThenGate: [Tensor.concatenated([up, gate])]
    case .separate: [gate, up]
    }
  }

  /// The inverse.
  func halves(_ tensors: [DoubleTensor], inner: Int) -> (gate: DoubleTensor, up: DoubleTensor) {
    if self == .separate { return (tensors[0], tensors[1]) }
    let (first, last) = (
      tensors[0].slice(0..<inner, axis: 0), tensors[0].slice(inner..<2 * inner, axis: 0)
    )
    return self == .gateThenUp ? (first, last) : (last, first)
  }

  func input(_ maps: [AffineMap]) -> GatedInput {
    switch self {
    case .gateThenUp: .gateThenUp(maps[0])
    case .upThenGate: .upThenGate(maps[0])
    case .separate: .separate(gate: maps[0], up: maps[1])
    }
  }
}

extension SampleMaker {
  mutating func addGatedFeedForward() {
    for activation in Activation.allCases {
      for layout in GatedLayout.allCases {
        for (rows, width, inner) in [(1, 1, 1), (1, 16, 4), (3, 2, 5), (33, 3, 2), (0, 3, 4)] {
          for (hasInputBiases, hasOutputBias) in [(true, true), (false, false), (true, false), (false, true)] {
            addGatedFeedForward(
              activation, layout, rows: rows, width: width, inner: inner, inputBiases: hasInputBiases,
              outputBias: hasOutputBias, mask: hasOutputBias ? DropoutMask(key: 5, rate: 0.25) : nil)
          }
        }
      }
    }
  }

  private mutating func addGatedFeedForward(
    _ activation: Activation, _ layout: GatedLayout, rows: Int, width: Int, inner: Int, inputBiases: Bool,
    outputBias: Bool, mask: DropoutMask?
  ) {
    let weights = layout.tensors(gate: even([inner, width]), up: even([inner, width]))
    // Biases that keep every gate away from the kink of ReLU.
    let biases = inputBiases ? layout.tensors(gate: even([inner], in: 0.01...0.02), up: even([inner])) : []
    let (x, down, downBias) = (even([rows, width]), even([width, inner]), even([width]))
    let factors = mask.map { DoubleTensor($0.factors(count: rows * inner), shape: [rows, inner]) }
    let maps = weights.count
    // The inputs: x, the weights, the biases, the output's weight and bias.
    let output = 1 + maps + biases.count
    add(
      "\(activation), \(rows) × \(width), \(inner) inside, \(layout.rawValue), biases \(inputBiases) and \(outputBias)",
      [x] + weights + biases + [down] + (outputBias ? [downBias] : []),
      { inputs in
        inputs[0].gatedFeedForward(
          input: layout.input(
            (0..<maps).map {
              AffineMap(weight: inputs[1 + $0], bias: inputBiases ? inputs[1 + maps + $0] : nil)
            }),
          output: AffineMap(weight: inputs[output], bias: outputBias ? inputs[output + 1] : nil),
          activation: activation, dropout: mask)
      },
      { inputs in
        let weights = layout.halves(Array(inputs[1..<1 + maps]), inner: inner)
        let biases = inputBiases ? layout.halves(Array(inputs[1 + maps..<output]), inner: inner) : nil
        return inputs[0].gatedFeedForward(
          gateWeight: weights.gate, gateBias: biases?.gate, upWeight: weights.up, upBias: biases?.up,
          outputWeight: inputs[output], outputBias: outputBias ? inputs[output + 1] : nil, activation: activation,
          factors: factors)
      })
  }
}
