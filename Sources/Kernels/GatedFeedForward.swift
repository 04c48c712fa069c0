/// The gated feed-forward block of a transformer layer: y = (f(g) ⊙ u) W₂ᵀ + b₂ with the gate g = x W_gᵀ + b_g and
/// u = x W_uᵀ + b_u.
///
/// Keeps the pre-activation only, g and u side by side in the order of the weights, rounded to bfloat16 if all weights
/// are packed for gradients, or nothing. The product f(g) ⊙ u exists for one row block at a time, in the cache, and is
/// recomputed in the reverse pass. Shazeer 2020, arXiv:2002.05202, eq. 5.
///
/// - Shape: x `[rows, width]`, W_g and W_u `[inner, width]`, W₂ `[width, inner]` → y `[rows, width]`
package struct GatedFeedForwardKernel {
  /// A map of the input: that of the gate, that of u, or both at once.
  package struct Projection {
    let weight: LayerWeight
    let bias: FloatBuffer?
    /// The columns of the pre-activation that it gives.
    let columns: Range<Int>
  }

  let projections: [Projection]
  let outputWeight: LayerWeight
  let outputBias: FloatBuffer?
  let activation: Activation
  /// Dropout of f(g) ⊙ u.
  let mask: DropoutMask?
  /// The columns of the gate in the pre-activation, and those of u.
  let (gate, up): (Range<Int>, Range<Int>)

  /// Makes the kernel for its weights; any bias may be absent.
  ///
  /// - Parameters:
  ///   - input: one map with the outputs of both, or two maps.
  ///   - gateIsFirst: true if the first half of all outputs is the gate.
  package init(
    input: [(weight: LayerWeight, bias: FloatBuffer?)], gateIsFirst: Bool, outputWeight: LayerWeight,
    outputBias: FloatBuffer?, activation: Activation, mask: DropoutMask? = nil
  ) {
    var projections: [Projection] = []
    var column = 0
    for (weight, bias) in input {
      require(
        weight.columns == input[0].weight.columns && (bias.map { $0.count == weight.rows } ?? true),
        "gated feed-forward: input weight \(weight.rows) × \(weight.columns)")
      projections.append(Projection(weight: weight, bias: bias, columns: column..<column + weight.rows))
      column += weight.rows
    }
    let inner = outputWeight.columns
    require(
      column == 2 * inner && (input.count == 1 || (input.count == 2 && input[0].weight.rows == inner))
        && (outputBias.map { $0.count == outputWeight.rows } ?? true),
      "gated feed-forward: \(input.map(\.weight.rows)) outputs for a weight \(outputWeight.rows) × \(inner)")
    self.projections = projections
    self.outputWeight = outputWeight
    self.outputBias = outputBias
    self.activation = activation
    self.mask = mask
    (gate, up) = gateIsFirst ? (0..<inner, inner..<2 * inner) : (inner..<2 * inner, 0..<inner)
  }

  var inner: Int { outputWeight.columns }

  /// True if the kept pre-activation is rounded, in half the memory.
  private var keepsPairs: Bool { (projections.map(\.weight) + [outputWeight]).allSatisfy { $0.reversed != nil } }

  /// The forward pass: y, and the pre-activation if the reverse pass needs it.
  package func forward(_ x: Matrix, keepingPreActivation: Bool) -> (y: FloatBuffer, preActivation: FloatBuffer?) {
    require(
      x.columns == projections[0].weight.columns,
      "gated feed-forward: x has \(x.columns) columns, the weight \(projections[0].weight.columns)")
    let y = Matrix.uninitialized(rows: x.rows, columns: outputWeight.rows)
    if isSkinny(x.rows) {
      let (pre, active) = (skinnyPreActivation(of: x), Matrix.uninitialized(rows: x.rows, columns: inner))
      activate(pre, firstRow: 0, into: active)
      linear(active, weight: outputWeight, bias: outputBias, into: y)
      return (y.buffer, keepingPreActivation ? KeptRows(pre, isRounded: keepsPairs).buffer : nil)
    }
    let kept = keepingPreActivation ? KeptRows(count: x.rows, columns: 2 * inner, isRounded: keepsPairs) : nil
    let factors = projections.map { RightFactor($0.weight, isTransposed: true, rows: x.rows) }
    let down = RightFactor(outputWeight, isTransposed: true, rows: x.rows)
    let bands = factors[0].bands(of: x.rows)
    parallelFor(bands.parts) { band in
      let rows = bands[band]
      let place = kept?.place(of: rows)
      let pre = place ?? Matrix.uninitialized(rows: rows.count, columns: 2 * inner)
      project(x.rows(rows), by: factors, into: pre)
      kept?.round(pre, from: rows.lowerBound)
      // A pre-activation that is not kept here gives its memory to the activation.
      let active = place == nil ? pre.columns(gate) : .uninitialized(rows: rows.count, columns: inner)
      activate(pre, firstRow: rows.lowerBound, into: active)
      down.multiply(active, bias: outputBias, into: y.rows(rows))
    }
    return (y.buffer, kept?.buffer)
  }

  /// The pre-activation alone, with the same bits as the forward pass: its products have the same row blocks.
  package func preActivation(of x: Matrix) -> FloatBuffer {
    if isSkinny(x.rows) { return KeptRows(skinnyPreActivation(of: x), isRounded: keepsPairs).buffer }
    let kept = KeptRows(count: x.rows, columns: 2 * inner, isRounded: keepsPairs)
    let factors = projections.map { RightFactor($0.weight, isTransposed: true, rows: x.rows) }
    let bands = factors[0].bands(of: x.rows)
    parallelFor(bands.parts) { band in
      let rows = bands[band]
      let pre = kept.place(of: rows) ?? Matrix.uninitialized(rows: rows.count, columns: 2 * inner)
      project(x.rows(rows), by: factors, into: pre)
      kept.round(pre, from: rows.lowerBound)
    }
    return kept.buffer
  }

  /// True for so few rows that all products are those of few rows.
  private func isSkinny(_ rows: Int) -> Bool {
    (projections.map(\.weight) + [outputWeight]).allSatisfy { $0.isSkinny(rows) }
  }

  private func skinnyPreActivation(of x: Matrix) -> Matrix {
    let pre = Matrix.uninitialized(rows: x.rows, columns: 2 * inner)
    for projection in projections {
      linear(x, weight: projection.weight, bias: projection.bias, into: pre.columns(projection.columns))
    }
    return pre
  }

  /// Writes the pre-activation of a row block.
  private func project(_ x: Matrix, by factors: [RightFactor], into pre: Matrix) {
    for (factor, projection) in zip(factors, projections) {
      factor.multiply(x, bias: projection.bias, into: pre.columns(projection.columns))
    }
  }

  /// A value for a map's weight and one for its bias.
  package struct PerMap<Value> {
    package let weight, bias: Value

    package init(weight: Value, bias: Value) { (self.weight, self.bias) = (weight, bias) }
  }

  /// A value for each input of the block.
  package struct PerInput<Value> {
    package let x: Value
    package let input: [PerMap<Value>]
    package let output: PerMap<Value>

    package init(x: Value, input: [PerMap<Value>], output: PerMap<Value>) {
      (self.x, self.input, self.output) = (x, input, output)
    }
  }

  /// The number of rows whose pre-activation gradients are in memory at once in the reverse pass.
  private static let chunk = 4096

  /// The reverse pass: computes the requested gradients only.
  ///
  ///     d(f(g) ⊙ u) = dy W₂        dg = d(f(g) ⊙ u) ⊙ u ⊙ f'(g)        du = d(f(g) ⊙ u) ⊙ f(g)
  ///
  /// It consumes the pre-activation: f(g) ⊙ u takes the memory of the gate.
  package func backward(
    _ dy: Matrix, x: Matrix, preActivation: FloatBuffer, wanted: PerInput<Bool>
  ) -> PerInput<FloatBuffer?> {
    let kept = KeptRows(preActivation, columns: 2 * inner, isRounded: keepsPairs)
    let dOutput = wanted.output.weight ? Matrix.zeros(rows: outputWeight.rows, columns: inner) : nil
    let none = PerMap<FloatBuffer?>(weight: nil, bias: nil)
    var (dx, dInput) = (FloatBuffer?.none, projections.map { _ in none })
    if wanted.x || wanted.input.contains(where: { $0.weight || $0.bias }) {
      (dx, dInput) = backwardThroughGate(dy, x: x, kept, dOutput: dOutput, wanted: wanted)
    } else if let dOutput {
      let pre = kept.rows(0..<x.rows)
      parallelRows(x.rows, width: inner) { reactivate(pre.rows($0), firstRow: $0.lowerBound) }
      outputWeight.gradient(dy, pre.columns(gate), into: dOutput)
    }
    return PerInput(
      x: dx, input: dInput, output: PerMap(weight: dOutput?.buffer, bias: wanted.output.bias ? columnSums(dy) : nil))
  }

  /// The gradients before the gate, and that of the output's weight; consumes the pre-activation.
  private func backwardThroughGate(
    _ dy: Matrix, x: Matrix, _ kept: KeptRows, dOutput: Matrix?, wanted: PerInput<Bool>
  ) -> (x: FloatBuffer?, input: [PerMap<FloatBuffer?>]) {
    let dx = wanted.x ? Matrix.uninitialized(rows: x.rows, columns: x.columns) : nil
    let gradients = zip(projections, wanted.input).map { projection, wanted in
      let outputs = projection.columns.count
      return PerMap(
        weight: wanted.weight ? FloatBuffer(repeating: 0, count: outputs * x.columns) : nil,
        bias: wanted.bias ? FloatBuffer(repeating: 0, count: outputs) : nil)
    }
    let down = RightFactor(outputWeight, isTransposed: false, rows: x.rows)
    let factors = wanted.x ? projections.map { RightFactor($0.weight, isTransposed: false, rows: x.rows) } : []
    // Sums of bfloat16 go on from chunk to chunk after whole steps.
    let chunks = Partition(x.rows, size: Self.chunk, unit: keepsPairs ? PairPanels.step : 8)
    for chunk in 0..<chunks.parts {
      let rows = chunks[chunk]
      if rows.isEmpty { continue }
      let dPre = Matrix.uninitialized(rows: rows.count, columns: 2 * inner)
      let pre = kept.rows(rows)
      let bands = down.bands(of: rows.count)
      parallelFor(bands.parts) { band in
        let local = bands[band]
        let global = local.lowerBound + rows.lowerBound..<local.upperBound + rows.lowerBound
        let dPreBand = dPre.rows(local)
        down.multiply(dy.rows(global), into: dPreBand.columns(up))
        differentiate(pre.rows(local), firstRow: global.lowerBound, dPreBand)
        guard let dxBand = dx?.rows(global) else { return }
        for (index, factor) in factors.enumerated() {
          let part = dPreBand.columns(projections[index].columns)
          if index == 0 { factor.multiply(part, into: dxBand) } else { factor.multiply(part, addedTo: dxBand) }
        }
      }
      for (projection, gradient) in zip(projections, gradients) {
        let part = dPre.columns(projection.columns)
        if let weight = gradient.weight {
          let target = Matrix(weight, rows: projection.columns.count, columns: x.columns)
          projection.weight.gradient(part, x.rows(rows), into: target, accumulate: true)
        }
        if let bias = gradient.bias { addColumnSums(of: part, to: bias) }
      }
      if let dOutput, keepsPairs {
        outputWeight.gradient(dy.rows(rows), pre.columns(gate), into: dOutput, accumulate: true)
      }
    }
    if let dOutput, !keepsPairs { outputWeight.gradient(dy, kept.rows(0..<x.rows).columns(gate), into: dOutput) }
    return (dx?.buffer, gradients)
  }
}
