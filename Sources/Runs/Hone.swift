import Files
import Kernels
import Settings

/// The toolkit itself.
public enum Hone {
  /// The version of the toolkit, as `hone --version` prints it and every result records it.
  public static let version = "0.1.0"

  /// Checks that the processor has the instructions this build uses; call it before anything else.
  ///
  /// Functions that several modules have in common are linked once, and the linker may take those of `Kernels`: any
  /// code of the program may then need its instructions, not the kernels only. The message is made here, as the code
  /// that describes `ProcessorError` is compiled for those instructions too.
  package static func checkInstructions() throws {
    guard let missing = Processor.missingInstructionSet else { return }
    throw RunError(
      .internalError,
      "this hone was built for a processor with \(missing), which this one lacks; build it here, or with HONE_MARCH=none"
    )
  }

  /// Goes on as the build of hone for the fastest instructions of this processor, where a package has one.
  ///
  /// It is `../lib/hone/NAME/hone` beside the folder of this program. Call it after ``checkInstructions()``.
  package static func startFastestBuild() {
    guard let program = Program.path else { return }
    let builds = Files.join(Files.parent(of: Files.parent(of: program)), "lib", "hone")
    for set in Processor.InstructionSet.allCases where set.isThere {
      Program.become(Files.join(builds, set.rawValue, "hone"))
    }
  }

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
