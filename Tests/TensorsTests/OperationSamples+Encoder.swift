import Kernels
import Tensors
import TestSupport

// The parts of an encoder.

extension SampleMaker {
  mutating func addLayerNorm() {
    for (rows, width) in [(1, 1), (1, 2), (1, 17), (5, 3), (3, 16), (2, 33), (0, 4)] {
      let shape: Shape = [rows, width]
      let (x, residual) = (spaced(shape), even(shape))
      // A row of one or two elements needs an ε that keeps the deviation away from 0.
      let epsilon: Float = width < 3 ? 0.25 : 1e-5
      let mask = DropoutMask(key: 4, rate: 0.25)
      for hasZero in [false, true] {
        var gamma = even([width], in: 0.5...1.5).elements
        if hasZero { gamma[0] = 0 }
        let parameters = [Tensor(gamma, shape: [width]), even([width])]
        let name = "\(shape)\(hasZero ? " with a zero in γ" : "")"
        add(
          name, [x] + parameters, { $0[0].layerNorm(gamma: $0[1], beta: $0[2], epsilon: epsilon) },
          { $0[0].layerNorm(gamma: $0[1], beta: $0[2], epsilon: Double(epsilon)) })
        add(
          name + ", without β", [x, parameters[0]], { $0[0].layerNorm(gamma: $0[1], beta: nil, epsilon: epsilon) },
          { $0[0].standardizedRows(epsilon: Double(epsilon)) * $0[1] })
        add(
          name + ", residual", [x] + parameters + [residual],
          { $0[0].layerNorm(gamma: $0[1], beta: $0[2], epsilon: epsilon, residual: $0[3]) },
          { ($0[0] + $0[3]).layerNorm(gamma: $0[1], beta: $0[2], epsilon: Double(epsilon)) })
        let factors = DoubleTensor(mask.factors(count: shape.count), shape: [rows, width])
        add(
          name + ", residual and dropout", [x] + parameters + [residual],
          { $0[0].layerNorm(gamma: $0[1], beta: $0[2], epsilon: epsilon, residual: $0[3], dropout: mask) },
          { ($0[0] * factors + $0[3]).layerNorm(gamma: $0[1], beta: $0[2], epsilon: Double(epsilon)) })
      }
    }
  }

  mutating func addDropout() {
    for rate in [0, 0.5] as [Float] {
      let mask = DropoutMask(key: 8, rate: rate)
      addFunction({ $0.dropout(mask) }) { $0 * DoubleTensor(mask.factors(count: $0.elements.count), shape: $0.shape) }
    }
  }

  mutating func addFeedForward() {
    for activation in Activation.allCases {
      for (rows, width, inner) in [(1, 1, 1), (1, 16, 4), (3, 2, 5), (33, 3, 2), (0, 3, 4)] {
        // Spaced inputs, and weights that keep every pre-activation away from the kink of ReLU.
        let (x, b1) = (even([rows, width]), even([inner], in: 0.01...0.02))
        let (w1, w2, b2) = (even([inner, width]), even([width, inner]), even([width]))
        for (hasFirst, hasSecond) in [(true, true), (false, false), (true, false), (false, true)] {
          // The inputs after x and the weights are the biases there are.
          let (first, second) = (hasFirst ? 3 : nil, hasSecond ? (hasFirst ? 4 : 3) : nil)
          add(
            "\(activation), \(rows) × \(width), \(inner) inside, biases \(hasFirst) and \(hasSecond)",
            [x, w1, w2] + (hasFirst ? [b1] : []) + (hasSecond ? [b2] : []),
            { inputs in
              inputs[0].feedForward(
                input: AffineMap(weight: inputs[1], bias: first.map { inputs[$0] }),
                output: AffineMap(weight: inputs[2], bias: second.map { inputs[$0] }), activation: activation)
            },
            { inputs in
              inputs[0].feedForward(
                inputWeight: inputs[1], inputBias: first.map { inputs[$0] }, outputWeight: inputs[2],
                outputBias: second.map { inputs[$0] }, activation: activation)
            })
        }
      }
    }
  }

  mutating func addEmbeddingSum() {
    let lookups: [(width: Int, rows: [Int], indices: [[Int]])] = [
      (1, [1], [[0]]), (3, [4, 2, 1], [[3, 0, 3], [0, 1, 1], [0, 0, 0]]), (17, [5], [[2, 2]]), (2, [3, 3], [[], []]),
    ]
    for (width, rows, indices) in lookups {
      add(
        "\(indices) of \(rows) rows of \(width)", rows.map { even([$0, width]) },
        { .embeddingSum(zip($0, indices).map { ($0, $1.map { Int32($0) }) }) },
        { tables in
          let rows = zip(tables, indices).map { $0.gatherRows($1) }
          return rows.dropFirst().reduce(rows[0], +)
        })
    }
  }

  mutating func addSegments(
    _ function: @escaping (Tensor, [Int]) -> Tensor, _ reference: @escaping (DoubleTensor, [Int]) -> DoubleTensor
  ) {
    for (offsets, width) in [([0, 1], 1), ([0, 1, 4], 3), ([0, 5], 17), ([0, 2, 3, 9], 2), ([0], 3)] {
      add(
        "sequences \(offsets) of width \(width)", [spaced([offsets.last ?? 0, width])], { function($0[0], offsets) },
        { reference($0[0], offsets) })
    }
  }
}
