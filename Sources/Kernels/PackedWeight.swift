/// A layer's weight W, rounded and packed once for many products y = x Wᵀ + b at a precision below 32 bits.
///
/// It belongs to the numbers it was made from: it keeps their buffer, so that a change of the weight goes to another one.
package struct PackedWeight: Sendable {
  private enum Form: Sendable {
    case pairs(PairPanels)
    case bytes(BytePanels)
  }

  /// The precision of the products.
  package let precision: Precision
  private let form: Form
  /// The rows of W among those that were packed.
  private let outputs: Range<Int>
  private let source: FloatBuffer
  /// W packed for dx = dy W; nil if gradients are in 32 bits.
  let reversed: PairPanels?

  /// Packs a weight, unless its products stay in 32 bits: for `float32`, or where its outputs are no whole panels.
  ///
  /// - Shape: W `[out, in]`
  /// - Parameter withGradients: true if the products of the gradients are at the precision too, which is `bfloat16`;
  ///   they stay in 32 bits where the inputs of the weight are no whole panels.
  package init?(_ weight: Matrix, precision: Precision, withGradients: Bool = false) {
    self.init(
      weight, precision: precision, arithmetic: precision == .bfloat16 ? Arithmetic.ofPairs : Arithmetic.ofBytes,
      withGradients: withGradients)
  }

  init?(_ weight: Matrix, precision: Precision, arithmetic: Arithmetic, withGradients: Bool = false) {
    require(!withGradients || precision != .int8, "PackedWeight: gradients in \(precision.rawValue)")
    if weight.rows == 0 || weight.rows % laneCount != 0 || weight.columns == 0 { return nil }
    switch precision {
    case .float32: return nil
    case .bfloat16: form = .pairs(PairPanels(weight, isTransposed: true, arithmetic: arithmetic))
    case .int8:
      if weight.columns > BytePanels.largestInner { return nil }
      form = .bytes(BytePanels(weight, arithmetic: arithmetic))
    }
    self.precision = precision
    outputs = 0..<weight.rows
    source = weight.buffer
    reversed =
      withGradients && weight.columns % laneCount == 0
      ? PairPanels(weight, isTransposed: false, arithmetic: arithmetic) : nil
  }

  private init(_ other: PackedWeight, outputs: Range<Int>, source: FloatBuffer) {
    (precision, form) = (other.precision, other.form)
    (self.outputs, self.source) = (outputs, source)
    // The sums of dx are over the outputs, so those of some outputs have panels of their own.
    reversed = other.reversed.map {
      let part = Matrix(source, rows: outputs.count, columns: source.count / max(1, outputs.count))
      return PairPanels(part, isTransposed: false, arithmetic: $0.arithmetic)
    }
  }

  /// The same for some of the outputs, whose numbers were copied into a buffer of their own; nil if they are no whole
  /// panels.
  package func rows(_ range: Range<Int>, copiedTo copy: FloatBuffer) -> PackedWeight? {
    let part = outputs.lowerBound + range.lowerBound..<outputs.lowerBound + range.upperBound
    require(part.upperBound <= outputs.upperBound, "PackedWeight: rows \(range) of \(outputs.count)")
    if part.lowerBound % laneCount != 0 || part.count % laneCount != 0 { return nil }
    return PackedWeight(self, outputs: part, source: copy)
  }

  /// True if this was made from the numbers of a weight.
  func isOf(_ weight: Matrix) -> Bool {
    source === weight.buffer && weight.offset == 0 && weight.rows == outputs.count
  }

  /// The row blocks of x for the threads.
  static func bands(of rows: Int) -> Partition { Panels.bands(of: rows) }

  /// Rounds rows of x.
  func pack(_ x: Matrix) -> PackedRows {
    switch form {
    case .pairs(let panels): panels.pack(x)
    case .bytes(let panels): panels.pack(x)
    }
  }

  /// y = x Wᵀ + bias on the calling thread, in some of the columns.
  func multiply(_ x: PackedRows, columns: Range<Int>? = nil, bias: FloatBuffer?, into y: Matrix) {
    let columns = columns ?? 0..<outputs.count
    let part = outputs.lowerBound + columns.lowerBound..<outputs.lowerBound + columns.upperBound
    let target = y.columns(columns)
    let start = bias.map { UnsafePointer($0.base + columns.lowerBound) }
    switch form {
    case .pairs(let panels): panels.multiply(x, columns: part, bias: start, into: target)
    case .bytes(let panels): panels.multiply(x, columns: part, bias: start, into: target)
    }
  }
}

/// A layer's weight as kernels take it.
package struct LayerWeight {
  /// W `[out, in]`.
  package let matrix: Matrix
  /// W packed, for products below 32 bits; nil for those in 32 bits.
  let packed: PackedWeight?

  /// Takes a weight; a packed one of other numbers is left out.
  package init(_ matrix: Matrix, packed: PackedWeight? = nil) {
    self.matrix = matrix
    self.packed = packed.flatMap { $0.isOf(matrix) ? $0 : nil }
  }

  var rows: Int { matrix.rows }
  var columns: Int { matrix.columns }

  /// True for so few rows of x that a product is bound by reading the weight, and its outputs are shared among the
  /// threads.
  func isSkinny(_ rows: Int) -> Bool { packed == nil ? rows <= skinnyRows : PackedWeight.bands(of: rows).parts == 1 }
}

/// A product y = x Wᵀ + b with a packed weight.
package struct PackedMap {
  let weight: PackedWeight
  let bias: FloatBuffer?
  let y: Matrix

  /// Takes the parts; nil if the weight is not packed.
  package init?(_ weight: LayerWeight, bias: FloatBuffer?, into y: Matrix) {
    guard let packed = weight.packed else { return nil }
    require(
      y.columns == weight.rows && (bias.map { $0.count == weight.rows } ?? true),
      "linear: weight \(weight.rows) × \(weight.columns), y \(y.rows) × \(y.columns)")
    ProductCounter.add(rows: y.rows, columns: y.columns, inner: weight.columns)
    (self.weight, self.bias, self.y) = (packed, bias, y)
  }
}

/// Several products of one x with weights of one precision; x is rounded once.
///
/// Many rows are shared among the threads; of few rows, the outputs are, so that each thread reads a part of the
/// weights.
package func linear(_ x: Matrix, _ maps: [PackedMap]) {
  guard let first = maps.first else { return }
  require(
    maps.allSatisfy { $0.weight.precision == first.weight.precision && $0.y.rows == x.rows },
    "linear: weights of several precisions")
  let bands = PackedWeight.bands(of: x.rows)
  if bands.parts > 1 {
    return parallelFor(bands.parts) { band in
      let rows = first.weight.pack(x.rows(bands[band]))
      for map in maps { map.weight.multiply(rows, bias: map.bias, into: map.y.rows(bands[band])) }
    }
  }
  let rows = first.weight.pack(x)
  let parts = maps.flatMap { map in
    let partition = Partition(map.y.columns, size: 96, unit: laneCount)
    return (0..<partition.parts).map { (map: map, columns: partition[$0]) }
  }
  parallelFor(parts.count) { index in
    let (map, columns) = parts[index]
    map.weight.multiply(rows, columns: columns, bias: map.bias, into: map.y)
  }
}
