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
      (
        product(a.matrix, b.matrix), { product($0.matrix, b.matrix, transposeSecond: true) },
        { product(a.matrix, $0.matrix, transposeFirst: true) }
      )
    }
  }

  /// The affine map of a layer.
  ///
  ///     y = x Wᵀ + b        dx = dy W        dW = dyᵀ x        db = Σ dy
  ///
  /// The products are at the precision that the weight is packed for; those of the gradients too, if it is packed for
  /// them. A low-rank update of the map is added, see ``LowRankUpdate``.
  ///
  /// - Shape: x `[rows, in]`, weight `[out, in]`, bias `[out]` → `[rows, out]`
  public func linear(_ map: AffineMap) -> Tensor { linear([map], operation: .linear) }

  /// Several affine maps of the same input, their results side by side: the queries, keys and values of attention.
  ///
  /// - Shape: x `[rows, in]`, weights `[outᵢ, in]` → `[rows, Σ outᵢ]`
  public func linearSideBySide(_ maps: [AffineMap]) -> Tensor { linear(maps, operation: .linearSideBySide) }

  private func linear(_ maps: [AffineMap], operation: Operation) -> Tensor {
    for map in maps {
      require(
        shape.rank == 2 && map.weight.shape.rank == 2 && shape[1] == map.weight.shape[1]
          && (map.bias.map { $0.shape == [map.weight.shape[0]] } ?? true),
        "\(operation.rawValue): x \(shape), weight \(map.weight.shape), bias \(map.bias.map { "\($0.shape)" } ?? "none")"
      )
      if let update = map.update {
        require(
          update.fits(map.weight.shape),
          "\(operation.rawValue): weight \(map.weight.shape), update \(update.up.shape) × \(update.down.shape)")
      }
    }
    var inputs = [self]
    let layout = SideBySide(maps, appendedTo: &inputs)
    let rows = shape[0]
    return Tensor.record(operation, inputs) { inputs, _ in
      let x = inputs[0]
      let y = Tensor(FloatBuffer(uninitialized: rows * layout.width), shape: [rows, layout.width])
      let packed = layout.packedMaps(inputs, into: y.matrix)
      if packed.count == layout.parts.count {
        Kernels.linear(x.matrix, packed)
      } else if rows < SideBySide.rowsWorthJoining {
        for part in layout.parts {
          Kernels.linear(
            x.matrix, weight: inputs[part.weight].matrix, bias: part.bias.map { inputs[$0].buffer },
            into: y.matrix.columns(part.columns))
        }
      } else {
        Kernels.linear(x.matrix, weight: layout.weight(of: inputs), bias: layout.bias(of: inputs), into: y.matrix)
      }
      let hidden = layout.parts.map { part in part.update?.add(to: y.matrix.columns(part.columns), inputs) }
      return (
        y,
        { dy, needed in
          var gradients = [Tensor?](repeating: nil, count: inputs.count)
          let reversed = layout.reversedMaps(inputs, of: dy.matrix)
          let isRounded = reversed.count == layout.parts.count
          if needed[0] {
            let dx = Tensor(FloatBuffer(uninitialized: x.shape.count), shape: x.shape)
            if isRounded {
              inputGradient(reversed, into: dx.matrix)
            } else {
              multiply(dy.matrix, layout.weight(of: inputs), into: dx.matrix)
            }
            gradients[0] = dx
          }
          for columns in layout.columns(ofWeights: needed, inputs: x.shape[1], rows: rows, isRounded: isRounded) {
            let dWeight = Tensor(
              FloatBuffer(uninitialized: columns.count * x.shape[1]), shape: [columns.count, x.shape[1]])
            if isRounded {
              weightGradient(dy.matrix.columns(columns), x.matrix, into: dWeight.matrix)
            } else {
              multiply(dy.matrix.columns(columns), x.matrix, transposeFirst: true, into: dWeight.matrix)
            }
            for part in layout.parts where needed[part.weight] && part.isIn(columns) {
              gradients[part.weight] =
                part.columns == columns
                ? dWeight
                : dWeight.slice(
                  part.columns.lowerBound - columns.lowerBound..<part.columns.upperBound - columns.lowerBound)
            }
          }
          for part in layout.parts {
            guard let bias = part.bias, needed[bias] else { continue }
            gradients[bias] = Tensor(columnSums(dy.matrix.columns(part.columns)), shape: [part.columns.count])
          }
          for (part, hidden) in zip(layout.parts, hidden) {
            guard let update = part.update, let hidden else { continue }
            update.addGradients(
              of: dy.matrix.columns(part.columns), hidden: hidden, inputs, needed: needed, dx: gradients[0],
              to: &gradients)
          }
          return gradients
        }
      )
    }
  }
}

/// The layout of several affine maps of one input: their tensors among an operation's inputs, and their columns in the
/// result.
private struct SideBySide {
  /// The fewest rows for which one product with the joined weights costs less than a product each: the input is read
  /// once.
  static let rowsWorthJoining = 128

  /// One of the maps.
  struct Part {
    let weight: Int
    let bias: Int?
    let update: LowRankUpdate.Part?
    let packed: PackedWeight?
    let columns: Range<Int>

    /// The weight as kernels take it.
    func layerWeight(_ inputs: [Tensor]) -> LayerWeight { LayerWeight(inputs[weight].matrix, packed: packed) }

    func isIn(_ range: Range<Int>) -> Bool {
      range.lowerBound <= columns.lowerBound && columns.upperBound <= range.upperBound
    }
  }

  /// The maps, in order.
  let parts: [Part]
  /// The columns of the result.
  let width: Int

  init(_ maps: [AffineMap], appendedTo inputs: inout [Tensor]) {
    var parts: [Part] = []
    var column = 0
    for map in maps {
      let indices = map.append(to: &inputs)
      let columns = column..<column + map.weight.shape[0]
      parts.append(
        Part(
          weight: indices.weight, bias: indices.bias, update: indices.update, packed: indices.packed, columns: columns))
      column = columns.upperBound
    }
    (self.parts, width) = (parts, column)
  }

  /// The products of the maps whose weights are packed.
  func packedMaps(_ inputs: [Tensor], into y: Matrix) -> [PackedMap] {
    parts.compactMap { part in
      PackedMap(
        part.layerWeight(inputs), bias: part.bias.map { inputs[$0].buffer }, into: y.columns(part.columns))
    }
  }

  /// The maps whose weights are packed for gradients, with their part of dy.
  func reversedMaps(_ inputs: [Tensor], of dy: Matrix) -> [ReversedMap] {
    parts.compactMap { ReversedMap($0.layerWeight(inputs), of: dy.columns($0.columns)) }
  }

  /// The weights as one matrix, `[width, in]`.
  func weight(of inputs: [Tensor]) -> Matrix {
    let weights = parts.map { inputs[$0.weight] }
    return weights.count == 1 ? weights[0].matrix : Tensor.concatenated(weights).matrix
  }

  /// The columns for which the gradient of the weights is computed, one product per range.
  ///
  /// Those of the weights that need a gradient; all of them if a product of some would have other bits than the product
  /// of all, which one of rounded numbers never has.
  func columns(ofWeights needed: [Bool], inputs: Int, rows: Int, isRounded: Bool) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    for part in parts where needed[part.weight] {
      if let last = ranges.last, last.upperBound == part.columns.lowerBound {
        ranges[ranges.count - 1] = last.lowerBound..<part.columns.upperBound
      } else {
        ranges.append(part.columns)
      }
    }
    let keepBits = ranges.allSatisfy {
      isRounded || $0.count == width || rowsAreIndependent(rows: $0.count, columns: inputs, inner: rows)
    }
    return keepBits ? ranges : [0..<width]
  }

  /// The biases as one vector, 0 for a map without one; nil if no map has one.
  func bias(of inputs: [Tensor]) -> FloatBuffer? {
    if parts.count == 1 { return parts[0].bias.map { inputs[$0].buffer } }
    guard parts.contains(where: { $0.bias != nil }) else { return nil }
    return Tensor.concatenated(
      parts.map { part in part.bias.map { inputs[$0] } ?? Tensor(repeating: 0, shape: [part.columns.count]) }
    ).buffer
  }
}

/// α · op(a) op(b).
func product(
  _ a: Matrix, _ b: Matrix, transposeFirst: Bool = false, transposeSecond: Bool = false, scale: Float = 1
) -> Tensor {
  let rows = transposeFirst ? a.columns : a.rows
  let columns = transposeSecond ? b.rows : b.columns
  let c = Tensor(FloatBuffer(uninitialized: rows * columns), shape: [rows, columns])
  multiply(
    a, b, transposeFirst: transposeFirst, transposeSecond: transposeSecond, into: c.matrix, scale: scale)
  return c
}
