import CInstructions
import COpenBLAS

/// The processor and BLAS that the engine runs on, and a check of both.
public enum Processor {
  /// The name OpenBLAS gives to the kernels it chose for this processor; results may differ in the last bits between
  /// two of them.
  public static var blasCore: String { String(cString: openblas_get_corename()) }

  /// The version and build options of OpenBLAS.
  public static var blasConfiguration: String { String(cString: openblas_get_config()) }

  /// The instruction sets that this build's own kernels use; results may differ in the last bits between two builds.
  public static var compiledInstructionSets: String { String(cString: hone_compiled_instruction_sets()) }

  /// The first instruction set that this build uses and the processor lacks.
  public static var missingInstructionSet: String? { hone_missing_instruction_set().map { String(cString: $0) } }

  /// Instructions of some processors only for which a package has a build of its own, the fastest first.
  ///
  /// The names are those of `-march`, and of the folders of `scripts/package`.
  public enum InstructionSet: String, CaseIterable, Sendable {
    /// AVX-512 with products of bytes and of bfloat16 numbers.
    case cooperlake
    /// AVX-512.
    case avx512 = "x86-64-v4"

    /// Whether the processor has them.
    public var isThere: Bool {
      switch self {
      case .cooperlake: hone_has_avx512() && hone_has_avx512_products()
      case .avx512: hone_has_avx512()
      }
    }
  }

  /// Checks processor and OpenBLAS; call it once at start.
  ///
  /// Three products of awkward shapes are computed twice by OpenBLAS, compared with each other bit by bit and with a
  /// plain loop to k · 10⁻⁶.
  ///
  /// - Throws: `ProcessorError` if training here would give wrong results.
  public static func check() throws(ProcessorError) {
    if let missing = missingInstructionSet { throw .missingInstructionSet(missing) }
    openblas_set_num_threads(1)
    for (m, n, k) in [(7, 33, 65), (64, 48, 384), (129, 31, 17)] {
      let a = FloatBuffer((0..<m * k).map { Float($0 * 37 % 101) / 50 - 1 })
      let b = FloatBuffer((0..<k * n).map { Float($0 * 53 % 97) / 48 - 1 })
      let first = FloatBuffer(repeating: .nan, count: m * n)
      let second = FloatBuffer(repeating: .nan, count: m * n)
      let (left, right) = (Matrix(a, rows: m, columns: k), Matrix(b, rows: k, columns: n))
      multiplyBlock(left, right, into: Matrix(first, rows: m, columns: n))
      multiplyBlock(left, right, into: Matrix(second, rows: m, columns: n))
      for row in 0..<m {
        for column in 0..<n {
          var expected = 0.0
          for inner in 0..<k { expected += Double(a.base[row * k + inner]) * Double(b.base[inner * n + column]) }
          let found = first.base[row * n + column]
          if !(abs(Double(found) - expected) <= Double(k) * 1e-6) || found != second.base[row * n + column] {
            throw .wrongProduct(shape: "[\(m), \(k)] × [\(k), \(n)]", core: blasCore)
          }
        }
      }
    }
  }
}

/// The reason why the engine cannot be used on this machine.
public enum ProcessorError: Error, CustomStringConvertible, Sendable {
  /// The binary was compiled for a newer processor.
  case missingInstructionSet(String)
  /// OpenBLAS computed a wrong product.
  case wrongProduct(shape: String, core: String)

  /// The whole message.
  public var description: String {
    switch self {
    case .missingInstructionSet(let name):
      "this hone was built for a processor with \(name), which this one lacks; build it here, or with HONE_MARCH=none"
    case .wrongProduct(let shape, let core):
      "OpenBLAS (core \(core)) gives a wrong product for \(shape); try OPENBLAS_CORETYPE=Haswell, or another version of OpenBLAS"
    }
  }
}
