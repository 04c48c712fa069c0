/// The speed at which this machine multiplies matrices: the yardstick for everything the engine does.
public enum ProductPeak {
  /// The most floating-point operations per second that OpenBLAS reached with every thread of the engine busy.
  ///
  /// Each thread multiplies its own square matrices with `sgemm`; the best of `rounds` counts.
  ///
  /// - Parameters:
  ///   - size: rows and columns of the matrices; 1,536 is 7 billion operations per product.
  ///   - rounds: the number of times that all threads multiply.
  public static func measure(size: Int = 1536, rounds: Int = 5) -> Double {
    let threads = Threads.count
    let matrices = (0..<threads).map { _ in
      (0..<3).map { _ in Matrix(FloatBuffer(repeating: 0.5, count: size * size), rows: size, columns: size) }
    }
    let operations = 2 * Double(size) * Double(size) * Double(size) * Double(threads)
    let clock = ContinuousClock()
    var best = 0.0
    for _ in 0..<rounds {
      let duration = clock.measure {
        parallelFor(threads) { multiplyBlock(matrices[$0][0], matrices[$0][1], into: matrices[$0][2]) }
      }
      best = max(best, operations / duration.inSeconds)
    }
    return best
  }
}
