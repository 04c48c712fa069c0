import ArgumentParser
import Kernels

/// The option of commands that run a model as it is.
struct PrecisionOptions: ParsableArguments {
  @Option(
    name: .long,
    help: """
      The precision of the model's layers: float32; bfloat16, nearly the same results, faster where the processor has fast
      instructions for it; or int8, results that differ a little, in half to a quarter of the time where it has some.
      """,
    transform: Self.precision)
  var precision = Precision.float32

  private static func precision(_ name: String) throws -> Precision {
    guard let precision = Precision(rawValue: name) else {
      throw ValidationError("expected \(Precision.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return precision
  }
}
