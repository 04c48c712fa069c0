import Files
import Kernels
import Settings

/// The toolkit itself.
public enum Hone {
  /// The version of the toolkit, as `hone --version` prints it and every result records it.
  public static let version = "0.1.0"

  /// Checks that results can be trusted here and decides how many threads compute; once, before anything is computed.
  ///
  /// - Parameter threads: The number, all cores without one. Results do not depend on it.
  package static func prepare(threads: Int?) throws {
    do {
      try Processor.check()
    } catch {
      throw RunError(.internalError, "\(error)")
    }
    Threads.configure(count: threads ?? Threads.availableCores)
  }
}
