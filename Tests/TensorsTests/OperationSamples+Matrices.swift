import Tensors
import TestSupport

// Products, reductions, and elements that move.

extension SampleMaker {
  mutating func addAffine() {
    addFunction({ $0 + 0.5 }) { $0.mapped { $0 + 0.5 } }
    addFunction({ 0.5 + $0 }) { $0.mapped { $0 + 0.5 } }
    addFunction({ $0 - 0.75 }) { $0.mapped { $0 - 0.75 } }
    addFunction({ 0.75 - $0 }) { $0.mapped { 0.75 - $0 } }
    addFunction({ $0 * -1.5 }) { $0.mapped { $0 * -1.5 } }
    addFunction({ -1.5 * $0 }) { $0.mapped { $0 * -1.5 } }
    addFunction({ $0 / 4 }) { $0.mapped { $0 / 4 } }
  }

  mutating func addMatmul() {
    for (m, k, n) in [(1, 1, 1), (1, 5, 3), (3, 1, 2), (2, 7, 1), (5, 16, 17), (9, 3, 33), (0, 3, 2), (2, 0, 3)] {
      add("\(m) × \(k) × \(n)", [even([m, k]), even([k, n])], { $0[0].matmul($0[1]) }, { $0[0].matmul($0[1]) })
    }
  }

  mutating func addLinear() {
    // 33 rows leave the path for few rows, which 16 and 32 inputs take.
    for (rows, inputs, outputs) in [(1, 1, 1), (1, 16, 5), (3, 7, 2), (5, 32, 3), (33, 16, 2), (34, 3, 5), (0, 4, 2)] {
      let (x, weight, bias) = (even([rows, inputs]), even([outputs, inputs]), even([outputs]))
      add(
        "\(rows) × \(inputs) → \(outputs)", [x, weight, bias], { $0[0].linear(AffineMap(weight: $0[1], bias: $0[2])) },
        { $0[0].linear(weight: $0[1], bias: $0[2]) })
      add(
        "\(rows) × \(inputs) → \(outputs) without bias", [x, weight], { $0[0].linear(AffineMap(weight: $0[1])) },
        { $0[0].linear(weight: $0[1], bias: nil) })
    }
  }

  mutating func addLinearSideBySide() {
    for (rows, inputs, outputs) in [
      (1, 3, [2, 2, 2]), (5, 16, [4, 1, 3]), (33, 2, [1, 5, 2]), (4, 7, [3]), (0, 4, [2, 3, 1]),
      // Enough rows and columns that the gradient of some weights is computed without the others.
      (16, 16, [33, 34, 35]),
    ] {
      let weights = outputs.map { even([$0, inputs]) }
      let biases = outputs.map { even([$0]) }
      let count = outputs.count
      add(
        "\(rows) × \(inputs) → \(outputs)", [even([rows, inputs])] + weights + biases,
        { inputs in
          inputs[0].linearSideBySide((1...count).map { AffineMap(weight: inputs[$0], bias: inputs[count + $0]) })
        },
        { inputs in
          .concatenated((1...count).map { inputs[0].linear(weight: inputs[$0], bias: inputs[count + $0]) }, axis: 1)
        })
      // Only the last map has a bias.
      add(
        "\(rows) × \(inputs) → \(outputs), one bias", [even([rows, inputs])] + weights + [biases[count - 1]],
        { inputs in
          inputs[0].linearSideBySide(
            (1...count).map { AffineMap(weight: inputs[$0], bias: $0 == count ? inputs[count + 1] : nil) })
        },
        { inputs in
          .concatenated(
            (1...count).map { inputs[0].linear(weight: inputs[$0], bias: $0 == count ? inputs[count + 1] : nil) },
            axis: 1)
        })
    }
  }

  mutating func addSum() {
    for shape in [[1], [17], [3, 1], [1, 5], [2, 3, 4], [33, 20], [0, 3], [3, 0]] as [Shape] {
      let x = even(shape)
      for axis in 0..<shape.rank {
        add("\(shape) along \(axis)", [x], { $0[0].sum(axis: axis) }, { $0[0].sum(axis: axis) })
        add(
          "\(shape) along \(axis), kept", [x], { $0[0].sum(axis: axis - shape.rank, keepingDimension: true) },
          { inputs in
            var kept = inputs[0].shape
            kept[axis] = 1
            return inputs[0].sum(axis: axis).reshaped(kept)
          })
      }
      add("\(shape)", [x], { $0[0].sum() }, { DoubleTensor([$0[0].elements.reduce(0, +)], shape: []) })
      if shape.count > 0 {
        let count = Double(shape.count)
        add(
          "mean of \(shape)", [x], { $0[0].mean() }, { DoubleTensor([$0[0].elements.reduce(0, +) / count], shape: []) })
      }
    }
  }

  /// A function of rows, at shapes of one row, one element a row, and more dimensions.
  mutating func addRows(
    _ function: @escaping (Tensor) -> Tensor, _ reference: @escaping (DoubleTensor) -> DoubleTensor
  ) {
    for shape in [[1], [5], [1, 7], [4, 1], [3, 5], [2, 17], [2, 3, 4], [3, 33], [0, 4]] as [Shape] {
      add("\(shape)", [spaced(shape)], { function($0[0]) }, { reference($0[0]) })
    }
  }

  mutating func addSoftmax() {
    addRows({ $0.softmax() }) { $0.softmax() }
    addRows({ $0.logSoftmax() }) { $0 - $0.logSumExp() }
  }

  mutating func addReshape() {
    for (source, target) in [([6], [2, 3]), ([2, 3], [6]), ([1, 4], [4, 1]), ([], [1, 1]), ([2, 0], [0])]
      as [(Shape, Shape)]
    {
      add(
        "\(source) to \(target)", [even(source)], { $0[0].reshaped(to: target) }, { $0[0].reshaped(target.dimensions) })
    }
  }

  mutating func addTranspose() {
    for shape in [[1, 1], [1, 5], [5, 1], [3, 4], [17, 33], [0, 2]] as [Shape] {
      add("\(shape)", [even(shape)], { $0[0].transposed }, { $0[0].transposed })
    }
  }

  mutating func addSlice() {
    let slices: [(Shape, Range<Int>, Int)] = [
      ([5], 1..<3, 0), ([1], 0..<1, 0), ([4, 3], 0..<2, 0), ([4, 3], 1..<2, 1), ([2, 5, 3], 2..<5, 1),
      ([2, 3, 5], 4..<5, 2),
      ([4, 3], 2..<2, 0), ([1, 6], 0..<6, 1),
    ]
    for (shape, range, axis) in slices {
      let x = even(shape)
      add(
        "\(range) along \(axis) of \(shape)", [x], { $0[0].slice(range, axis: axis) },
        { $0[0].slice(range, axis: axis) })
      add(
        "\(range) along \(axis - shape.rank) of \(shape)", [x], { $0[0].slice(range, axis: axis - shape.rank) },
        { $0[0].slice(range, axis: axis) })
    }
  }

  mutating func addConcatenate() {
    let lists: [([Shape], Int)] = [
      ([[2], [3]], 0), ([[1]], 0), ([[2, 3], [1, 3], [4, 3]], 0), ([[2, 3], [2, 1]], 1), ([[2, 1, 3], [2, 4, 3]], 1),
      ([[2, 2, 1], [2, 2, 3]], 2), ([[0, 3], [2, 3]], 0),
    ]
    for (shapes, axis) in lists {
      add(
        "\(shapes) along \(axis)", shapes.map { even($0) }, { .concatenated($0, axis: axis) },
        { .concatenated($0, axis: axis) })
    }
  }

  mutating func addGatherRows() {
    for (shape, indices) in [([1, 1], [0]), ([4, 3], [3, 0, 3, 3]), ([5, 17], [2]), ([3, 2], [])] as [(Shape, [Int])] {
      add("\(indices) of \(shape)", [even(shape)], { $0[0].gatherRows(indices) }, { $0[0].gatherRows(indices) })
    }
  }

  mutating func addGatherElements() {
    for (shape, indices) in [([1], [0]), ([4, 3], [11, 0, 5, 5]), ([2, 2, 2], [7]), ([3], [])] as [(Shape, [Int])] {
      add(
        "\(indices) of \(shape)", [even(shape)], { $0[0].gatherElements(indices) },
        { inputs in DoubleTensor(indices.map { inputs[0].elements[$0] }, shape: [indices.count]) })
    }
  }
}
