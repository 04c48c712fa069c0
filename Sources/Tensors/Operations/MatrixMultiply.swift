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
    let hasBias = maps.map { $0.bias != nil }
    let shape = shape
    return Tensor.record(operation, inputs) { inputs, _ in
      let x = inputs[0]
      // Where each map's weight stands among the inputs, and its columns in the result.
      var parts: [(weight: Int, columns: Range<Int>, hasBias: Bool)] = []
      var (next, column) = (1, 0)
      for hasBias in hasBias {
        parts.append((next, column..<column + inputs[next].shape[0], hasBias))
        column += inputs[next].shape[0]
        next += hasBias ? 2 : 1
      }
      let (layout, width) = (parts, column)
      let y = Tensor(FloatBuffer(uninitialized: shape[0] * width), shape: [shape[0], width])
      for part in layout {
        Kernels.linear(
          x.matrix, weight: inputs[part.weight].matrix, bias: part.hasBias ? inputs[part.weight + 1].buffer : nil,
          into: y.matrix.columns(part.columns))
      }
      return (
        y,
        { dy, needed in
          var gradients = [Tensor?](repeating: nil, count: inputs.count)
          if needed[0] {
            let dx = Tensor(FloatBuffer(uninitialized: x.shape.count), shape: x.shape)
            for (index, part) in layout.enumerated() {
              multiply(
                dy.matrix.columns(part.columns), inputs[part.weight].matrix, into: dx.matrix, accumulate: index > 0)
            }
            gradients[0] = dx
          }
          for part in layout {
            let columns = dy.matrix.columns(part.columns)
            if needed[part.weight] {
              let weight = inputs[part.weight]
              let dWeight = Tensor(FloatBuffer(uninitialized: weight.shape.count), shape: weight.shape)
              multiply(columns, x.matrix, transposeFirst: true, into: dWeight.matrix)
              gradients[part.weight] = dWeight
            }
            if part.hasBias && needed[part.weight + 1] {
              gradients[part.weight + 1] = Tensor(columnSums(columns), shape: [part.columns.count])
            }
          }
          return gradients
        }
      )
    }
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
