import Files
import Kernels
import Settings

/// The toolkit itself.
public enum Hone {
  /// The version of the toolkit, as `hone --version` prints it and every result records it.
  public static let version = "0.1.0"

  /// Checks the processor and OpenBLAS, and sets the number of threads; call it once, before any computation.
  ///
  /// - Parameter threads: The number of threads; nil for all cores. Results do not depend on it.
  package static func prepare(threads: Int?) throws {
    do {
      try Processor.check()
    } catch {
      throw RunError(.internalError, "\(error)")
    }
    Threads.configure(count: threads ?? Threads.availableCores)
  }
}
