import Kernels
import Runs
import Testing

@testable import Recipes

/// Runs that compute the activations of their layers once more for the gradients.
@Suite struct RecomputationTests {
  private static let programs = ["trainBiEncoder-steps", "trainCrossEncoder"]

  @Test(arguments: programs, [true, false]) func theWeightsHaveTheSameBits(_ program: String, inChunks: Bool) throws {
    let training = try DropoutTraining()
    let tokens = "batch.tokens=\(inChunks ? 16 : 64)"
    let kept = try training.weights(program, tokens)
    #expect(try training.weights(program, tokens, "batch.recompute=true") == kept)
    #expect(try training.weights(program, tokens, "batch.recompute=false") == kept)
    // The masks of dropout count: another seed gives other weights.
    #expect(try training.weights(program, tokens, "seed=18") != kept)
    let rounded = try training.weights(program, tokens, "precision=bfloat16")
    #expect(try training.weights(program, tokens, "precision=bfloat16", "batch.recompute=true") == rounded)
    #expect(rounded != kept)
  }

  /// Nothing but memory and time depends on it, so an interrupted run may go on with it or without.
  @Test(arguments: programs) func anInterruptedRunMayGoOnOtherwise(_ program: String) throws {
    let training = try DropoutTraining()
    let whole = try training.weights(program)
    for (first, rest) in [("false", "true"), ("true", "false")] {
      #expect(throws: RunInterrupted.self) { try training.weights(program, "batch.recompute=\(first)", until: 1) }
      #expect(try training.weights(program, "batch.recompute=\(rest)", resume: true) == whole)
    }
  }

  /// Each has a process of its own, since all memory of the engine counts.
  @Test func aBiEncoderNeedsLessMemory() async {
    await #expect(processExitsWith: .success) { try expectLessMemory("trainBiEncoder-steps") }
  }

  @Test func aCrossEncoderNeedsLessMemory() async {
    await #expect(processExitsWith: .success) { try expectLessMemory("trainCrossEncoder") }
  }
}

/// Of six layers the activations of one are kept at a time.
private func expectLessMemory(_ program: String) throws {
  let training = try DropoutTraining()
  let long = try training.longRows()
  let settings = ["data={rows: \(long), negatives: 1}", "model.maximumLength=64", "batch.tokens=4096"]
  func peak(_ recomputes: Bool) throws -> Int {
    EngineMemory.releaseUnused()
    // Stopped after two steps, since the end of a run forgets the peak of its training.
    do {
      _ = try training.weights(program, settings + ["batch.recompute=\(recomputes)"], until: 2)
    } catch is RunInterrupted {}
    return EngineMemory.peakBytes
  }
  let (kept, recomputed) = (try peak(false), try peak(true))
  #expect(recomputed < kept * 2 / 3, "\(recomputed) of \(kept) bytes")
}
