/// The feed-forward block of a transformer layer: y = f(x W₁ᵀ + b₁) W₂ᵀ + b₂.
///
/// Keeps the pre-activation only, rounded to bfloat16 if both weights are packed for gradients, or nothing. The activation
/// exists for one row block at a time, in the cache, and is recomputed in the reverse pass: three eighths of a layer's
/// activations are never stored.
///
/// - Shape: x `[rows, width]`, W₁ `[inner, width]`, W₂ `[width, inner]` → y `[rows, width]`
package struct FeedForwardKernel {
  let inputWeight: LayerWeight
  let inputBias: FloatBuffer?
  let outputWeight: LayerWeight
  let outputBias: FloatBuffer?
  let activation: Activation

  /// Makes the kernel for its weights; either bias may be absent.
  package init(
    inputWeight: LayerWeight, inputBias: FloatBuffer?, outputWeight: LayerWeight, outputBias: FloatBuffer?,
    activation: Activation
  ) {
    require(
      (inputBias.map { $0.count == inputWeight.rows } ?? true) && outputWeight.columns == inputWeight.rows
        && (outputBias.map { $0.count == outputWeight.rows } ?? true),
      "feed-forward: weights \(inputWeight.rows) × \(inputWeight.columns) and \(outputWeight.rows) × \(outputWeight.columns)"
    )
    self.inputWeight = inputWeight
    self.inputBias = inputBias
    self.outputWeight = outputWeight
    self.outputBias = outputBias
    self.activation = activation
  }

  private var inner: Int { inputWeight.rows }

  /// True if the kept pre-activation is rounded, in half the memory.
  private var keepsPairs: Bool { inputWeight.reversed != nil && outputWeight.reversed != nil }

  /// The forward pass: y, and the pre-activation if the reverse pass needs it.
  package func forward(_ x: Matrix, keepingPreActivation: Bool) -> (y: FloatBuffer, preActivation: FloatBuffer?) {
    require(
      x.columns == inputWeight.columns, "feed-forward: x has \(x.columns) columns, the weight \(inputWeight.columns)")
    let y = Matrix.uninitialized(rows: x.rows, columns: outputWeight.rows)
    if isSkinny(x.rows) {
      let pre = skinnyPreActivation(of: x)
      let active = FloatBuffer(uninitialized: x.rows * inner)
      activation.apply(pre.base, active.base, count: active.count)
      linear(Matrix(active, rows: x.rows, columns: inner), weight: outputWeight, bias: outputBias, into: y)
      return (y.buffer, keepingPreActivation ? KeptRows(pre, isRounded: keepsPairs).buffer : nil)
    }
    let kept = keepingPreActivation ? KeptRows(count: x.rows, columns: inner, isRounded: keepsPairs) : nil
    let up = RightFactor(inputWeight, isTransposed: true, rows: x.rows)
    let down = RightFactor(outputWeight, isTransposed: true, rows: x.rows)
    let bands = up.bands(of: x.rows)
    parallelFor(bands.parts) { band in
      let rows = bands[band]
      let active = Matrix.uninitialized(rows: rows.count, columns: inner)
      let pre = kept?.place(of: rows) ?? active
      up.multiply(x.rows(rows), bias: inputBias, into: pre)
      kept?.round(pre, from: rows.lowerBound)
      activation.apply(pre.base, active.base, count: rows.count * inner)
      down.multiply(active, bias: outputBias, into: y.rows(rows))
    }
    return (y.buffer, kept?.buffer)
  }

  /// The pre-activation alone, with the same bits as the forward pass: its product has the same row blocks.
  package func preActivation(of x: Matrix) -> FloatBuffer {
    if isSkinny(x.rows) { return KeptRows(skinnyPreActivation(of: x), isRounded: keepsPairs).buffer }
    let kept = KeptRows(count: x.rows, columns: inner, isRounded: keepsPairs)
    let up = RightFactor(inputWeight, isTransposed: true, rows: x.rows)
    let bands = up.bands(of: x.rows)
    parallelFor(bands.parts) { band in
      let rows = bands[band]
      let pre = kept.place(of: rows) ?? Matrix.uninitialized(rows: rows.count, columns: inner)
      up.multiply(x.rows(rows), bias: inputBias, into: pre)
      kept.round(pre, from: rows.lowerBound)
    }
    return kept.buffer
  }

  /// True for so few rows that both products are those of few rows.
  private func isSkinny(_ rows: Int) -> Bool { inputWeight.isSkinny(rows) && outputWeight.isSkinny(rows) }

  private func skinnyPreActivation(of x: Matrix) -> Matrix {
    let pre = Matrix.uninitialized(rows: x.rows, columns: inner)
    linear(x, weight: inputWeight, bias: inputBias, into: pre)
    return pre
  }

  /// A value for each input of the block.
  package struct PerInput<Value> {
    package let x, inputWeight, inputBias, outputWeight, outputBias: Value

    package init(x: Value, inputWeight: Value, inputBias: Value, outputWeight: Value, outputBias: Value) {
      self.x = x
      self.inputWeight = inputWeight
      self.inputBias = inputBias
      self.outputWeight = outputWeight
      self.outputBias = outputBias
    }
  }

  /// The number of rows whose pre-activation gradients are in memory at once in the reverse pass.
  private static let chunk = 4096

  /// The reverse pass: computes the requested gradients only.
  ///
  /// It consumes the pre-activation, whose memory takes the recomputed activation.
  package func backward(
    _ dy: Matrix, x: Matrix, preActivation: FloatBuffer, wanted: PerInput<Bool>
  ) -> PerInput<FloatBuffer?> {
    let kept = KeptRows(preActivation, columns: inner, isRounded: keepsPairs)
    let dOutput =
      wanted.outputWeight ? Matrix.zeros(rows: outputWeight.rows, columns: inner) : nil
    var dInner: (x: FloatBuffer?, weight: FloatBuffer?, bias: FloatBuffer?)
    if wanted.x || wanted.inputWeight || wanted.inputBias {
      dInner = backwardThroughActivation(dy, x: x, kept, dOutput: dOutput, wanted: wanted)
    } else if let dOutput {
      let active = kept.rows(0..<x.rows)
      parallelChunks(x.rows * inner) { activation.reapply(active.base + $0.lowerBound, count: $0.count) }
      outputWeight.gradient(dy, active, into: dOutput)
    }
    return PerInput(
      x: dInner.x, inputWeight: dInner.weight, inputBias: dInner.bias, outputWeight: dOutput?.buffer,
      outputBias: wanted.outputBias ? columnSums(dy) : nil)
  }

  /// The gradients before the activation, and that of the output's weight; consumes the pre-activation.
  private func backwardThroughActivation(
    _ dy: Matrix, x: Matrix, _ kept: KeptRows, dOutput: Matrix?, wanted: PerInput<Bool>
  ) -> (x: FloatBuffer?, weight: FloatBuffer?, bias: FloatBuffer?) {
    let dx =
      wanted.x ? Matrix.uninitialized(rows: x.rows, columns: x.columns) : nil
    let dWeight =
      wanted.inputWeight
      ? Matrix(FloatBuffer(repeating: 0, count: inner * x.columns), rows: inner, columns: x.columns) : nil
    let dBias = wanted.inputBias ? FloatBuffer(repeating: 0, count: inner) : nil
    let down = RightFactor(outputWeight, isTransposed: false, rows: x.rows)
    let up = wanted.x ? RightFactor(inputWeight, isTransposed: false, rows: x.rows) : nil
    // Sums of bfloat16 go on from chunk to chunk after whole steps.
    let chunks = Partition(x.rows, size: Self.chunk, unit: keepsPairs ? PairPanels.step : 8)
    for chunk in 0..<chunks.parts {
      let rows = chunks[chunk]
      if rows.isEmpty { continue }
      let dPre = Matrix.uninitialized(rows: rows.count, columns: inner)
      // The activation takes the memory of the pre-activation.
      let active = kept.rows(rows)
      let bands = down.bands(of: rows.count)
      parallelFor(bands.parts) { band in
        let local = bands[band]
        let global = local.lowerBound + rows.lowerBound..<local.upperBound + rows.lowerBound
        let dPreBand = dPre.rows(local)
        down.multiply(dy.rows(global), into: dPreBand)
        activation.differentiate(active.rows(local).base, dPreBand.base, count: local.count * inner)
        if let up, let dx { up.multiply(dPreBand, into: dx.rows(global)) }
      }
      if let dWeight { inputWeight.gradient(dPre, x.rows(rows), into: dWeight, accumulate: true) }
      if let dBias { addColumnSums(of: dPre, to: dBias) }
      if let dOutput, keepsPairs {
        outputWeight.gradient(dy.rows(rows), active, into: dOutput, accumulate: true)
      }
    }
    if let dOutput, !keepsPairs { outputWeight.gradient(dy, kept.rows(0..<x.rows), into: dOutput) }
    return (dx?.buffer, dWeight?.buffer, dBias)
  }
}
