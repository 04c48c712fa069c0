import Kernels

extension Tensor {
  /// The matrix product.
  ///
  ///     y = a b        da = dy bᵀ        db = aᵀ dy
  ///
  /// - Shape: `[m, k] × [k, n] → [m, n]`
  public func matmul(_ other: Tensor) -> Tensor {
    require(
      shape.rank == 2 && other.shape.rank == 2 && shape[1] == other.shape[0],
      "matmul: \(shape) × \(other.shape): inner dimensions differ")
    return Tensor.record(.matmul, self, other) { a, b in
      (product(a, b), { product($0, b, transposeSecond: true) }, { product(a, $0, transposeFirst: true) })
    }
  }

  /// The affine map of a layer, with the weight laid out as checkpoints have it.
  ///
  ///     y = x Wᵀ + b        dx = dy W        dW = dyᵀ x        db = Σ dy
  ///
  /// - Shape: x `[rows, in]`, weight `[out, in]`, bias `[out]` → `[rows, out]`
  public func linear(weight: Tensor, bias: Tensor?) -> Tensor {
    linear([(weight, bias)], operation: .linear)
  }

  /// Several affine maps of the same input, their results side by side: the queries, keys and values of attention.
  ///
  /// - Shape: x `[rows, in]`, weights `[outᵢ, in]` → `[rows, Σ outᵢ]`
  public func linearSideBySide(_ maps: [(weight: Tensor, bias: Tensor?)]) -> Tensor {
    linear(maps, operation: .linearSideBySide)
  }

  private func linear(_ maps: [(weight: Tensor, bias: Tensor?)], operation: Operation) -> Tensor {
    for (weight, bias) in maps {
      require(
        shape.rank == 2 && weight.shape.rank == 2 && shape[1] == weight.shape[1]
          && (bias.map { $0.shape == [weight.shape[0]] } ?? true),
        "\(operation.rawValue): x \(shape), weight \(weight.shape), bias \(bias.map { "\($0.shape)" } ?? "none")")
    }
    let inputs = [self] + maps.flatMap { [$0.weight] + ($0.bias.map { [$0] } ?? []) }
    let layout = SideBySide(maps)
    let rows = shape[0]
    return Tensor.record(operation, inputs) { inputs, _ in
      let x = inputs[0]
      let y = Tensor(FloatBuffer(uninitialized: rows * layout.width), shape: [rows, layout.width])
      if rows < SideBySide.rowsWorthJoining {
        for part in layout.parts {
          Kernels.linear(
            x.matrix, weight: inputs[part.weight].matrix, bias: part.bias.map { inputs[$0].buffer },
            into: y.matrix.columns(part.columns))
        }
      } else {
        Kernels.linear(x.matrix, weight: layout.weight(of: inputs), bias: layout.bias(of: inputs), into: y.matrix)
      }
      return (
        y,
        { dy, needed in
          var gradients = [Tensor?](repeating: nil, count: inputs.count)
          if needed[0] {
            let dx = Tensor(FloatBuffer(uninitialized: x.shape.count), shape: x.shape)
            multiply(dy.matrix, layout.weight(of: inputs), into: dx.matrix)
            gradients[0] = dx
          }
          if layout.parts.contains(where: { needed[$0.weight] }) {
            let dWeight = Tensor(
              FloatBuffer(uninitialized: layout.width * x.shape[1]), shape: [layout.width, x.shape[1]])
            multiply(dy.matrix, x.matrix, transposeFirst: true, into: dWeight.matrix)
            for part in layout.parts where needed[part.weight] {
              gradients[part.weight] = layout.share(of: part.columns, in: dWeight)
            }
          }
          let biases = layout.parts.compactMap { part in part.bias.map { (input: $0, columns: part.columns) } }
          if biases.contains(where: { needed[$0.input] }) {
            let dBias = Tensor(columnSums(dy.matrix), shape: [layout.width])
            for bias in biases where needed[bias.input] {
              gradients[bias.input] = layout.share(of: bias.columns, in: dBias)
            }
          }
          return gradients
        }
      )
    }
  }
}

/// Where each of several affine maps of one input has its weight and bias among an operation's inputs, and its columns in the
/// result.
private struct SideBySide {
  /// From so many rows on, one product with the joined weights costs less than a product each: the input is read once.
  static let rowsWorthJoining = 128

  /// The maps, in order.
  let parts: [(weight: Int, bias: Int?, columns: Range<Int>)]
  /// The columns of the result.
  let width: Int

  init(_ maps: [(weight: Tensor, bias: Tensor?)]) {
    var parts: [(weight: Int, bias: Int?, columns: Range<Int>)] = []
    var (next, column) = (1, 0)
    for (weight, bias) in maps {
      let columns = column..<column + weight.shape[0]
      parts.append((next, bias == nil ? nil : next + 1, columns))
      column = columns.upperBound
      next += bias == nil ? 1 : 2
    }
    (self.parts, width) = (parts, column)
  }

  /// The weights as one matrix, `[width, in]`.
  func weight(of inputs: [Tensor]) -> Matrix {
    let weights = parts.map { inputs[$0.weight] }
    return weights.count == 1 ? weights[0].matrix : Tensor.concatenated(weights).matrix
  }

  /// A map's share of the gradient of the joined weights or biases.
  func share(of columns: Range<Int>, in joined: Tensor) -> Tensor {
    parts.count == 1 ? joined : joined.slice(columns)
  }

  /// The biases as one, 0 where a map has none; nothing where no map has one.
  func bias(of inputs: [Tensor]) -> FloatBuffer? {
    if parts.count == 1 { return parts[0].bias.map { inputs[$0].buffer } }
    guard parts.contains(where: { $0.bias != nil }) else { return nil }
    return Tensor.concatenated(
      parts.map { part in part.bias.map { inputs[$0] } ?? Tensor(repeating: 0, shape: [part.columns.count]) }
    ).buffer
  }
}

/// op(a) op(b) of two constants.
private func product(
  _ a: Tensor, _ b: Tensor, transposeFirst: Bool = false, transposeSecond: Bool = false
) -> Tensor {
  let rows = transposeFirst ? a.shape[1] : a.shape[0]
  let columns = transposeSecond ? b.shape[0] : b.shape[1]
  let c = Tensor(FloatBuffer(uninitialized: rows * columns), shape: [rows, columns])
  multiply(a.matrix, b.matrix, transposeFirst: transposeFirst, transposeSecond: transposeSecond, into: c.matrix)
  return c
}
