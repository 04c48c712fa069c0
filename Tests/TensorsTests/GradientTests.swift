import Tensors
import TestSupport
import Testing

@Suite struct GradientTests {
  /// The value and the gradients of every operation, against plain loops and their central differences in double precision.
  @Test(arguments: Operation.allCases) func equalsCentralDifferences(operation: Operation) throws {
    let samples = samples(of: operation)
    #expect(!samples.isEmpty)
    try withEvery("operation", in: [operation.rawValue]) { _ in
      for sample in samples {
        try withEvery("at", in: [sample.name]) { _ in
          try checkGradients(of: sample.function, reference: sample.reference, at: sample.inputs)
        }
      }
    }
  }

  /// The samples of an operation are its own: on a tape that was walked back, its name is in the sentence.
  @Test(arguments: Operation.allCases.map(\.rawValue)) func isRecordedUnderItsName(name: String) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [name] in
      guard let sample = Operation(rawValue: name).flatMap({ samples(of: $0).first }) else { return }
      var kept: [Tensor] = []
      let pullback = Pullback(of: sample.inputs) { tracked in
        kept = tracked
        return []
      }
      _ = pullback([])
      _ = sample.function(kept)
    }
    #expect(fatalSentence(of: result) == "\(name): the tape of this tensor was already walked back")
  }
}
