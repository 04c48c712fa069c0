import Kernels
import Tensors

extension Linear {
  /// Makes a new map whose weight has orthonormal rows, or orthonormal columns if there are more outputs than inputs;
  /// the bias is 0.
  ///
  /// It preserves lengths and angles as far as its shape allows, so a map added to a model keeps what the model has
  /// learnt. The weight is uniformly distributed among all such matrices: the Q of a Gaussian matrix's Q R (Saxe,
  /// McClelland & Ganguli 2014, arXiv:1312.6120).
  ///
  /// - Parameter seed: determines the weight, together with its shape.
  public static func orthogonal(inputs: Int, outputs: Int, hasBias: Bool = true, seed: UInt64) -> Linear {
    require(inputs > 0 && outputs > 0, "Linear.orthogonal: \(inputs) inputs, \(outputs) outputs")
    let (long, short) = (max(inputs, outputs), min(inputs, outputs))
    let numbers = normalNumbers(long * short, key: mixed(seed, initializationKey))
    let columns: Tensor
    do {
      let factors = try OrthogonalTriangular(of: Matrix(numbers, rows: long, columns: short))
      columns = Tensor(factors.orthogonal, shape: [long, short])
    } catch {
      // The numbers are finite, so only memory can have run out.
      fatalError("Linear.orthogonal: \(error)")
    }
    return Linear(
      weight: outputs >= inputs ? columns : columns.transposed,
      bias: hasBias ? Tensor(repeating: 0, shape: [outputs]) : nil)
  }
}

/// Keeps the random numbers of new weights apart from those of dropout under the same seed.
private let initializationKey: UInt64 = 0x4F52_5448_4F47_4F4E
