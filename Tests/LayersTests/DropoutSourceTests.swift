import Kernels
import Layers
import Testing

@Suite struct DropoutSourceTests {
  private func masks(_ source: DropoutSource, rates: [Float] = [0.1, 0.1, 0.1]) -> [DropoutMask?] {
    var context = ForwardContext(dropout: source)
    return rates.map { context.dropout(rate: $0) }
  }

  @Test func sameKeyGivesTheSameMasks() {
    let source = DropoutSource(seed: 17, step: 3, chunk: 2)
    #expect(masks(source) == masks(source))
    #expect(masks(source) == masks(DropoutSource(seed: 17, step: 3, chunk: 2)))
    #expect(masks(source).allSatisfy { $0 != nil })
  }

  @Test func seedStepChunkAndPlaceAllMatter() {
    var keys: Set<UInt64> = []
    var count = 0
    for seed: UInt64 in [0, 1, 17, .max] {
      for step in [0, 1, 2, 1_000_000] {
        for chunk in [0, 1, 2] {
          for mask in masks(DropoutSource(seed: seed, step: step, chunk: chunk)) {
            if let mask { keys.insert(mask.key) }
            count += 1
          }
        }
      }
    }
    #expect(keys.count == count && count == 144)
  }

  @Test func copiesOfAContextGoTheirOwnWays() {
    var context = ForwardContext(dropout: DropoutSource(seed: 1, step: 1))
    _ = context.dropout(rate: 0.1)
    var copy = context
    let second = context.dropout(rate: 0.1)
    #expect(copy.dropout(rate: 0.1) == second)
    #expect(context.dropout(rate: 0.1) != second)
  }

  /// A site without dropout still counts: changing one rate must not move the masks of the others.
  @Test func rateZeroHasNoMaskButKeepsItsPlace() {
    let source = DropoutSource(seed: 1, step: 1)
    let found = masks(source, rates: [0.1, 0, 0.1])
    #expect(found[1] == nil)
    #expect(found[2] == masks(source)[2])
  }

  @Test func evaluationHasNoMasks() {
    var context = ForwardContext.evaluation
    #expect(context.dropout(rate: 0.5) == nil)
    var training = ForwardContext(dropout: nil)
    #expect(training.dropout(rate: 0.5) == nil)
  }

  @Test func masksHaveTheRateAskedFor() {
    #expect(masks(DropoutSource(seed: 1, step: 1), rates: [0.75])[0]?.scale == 4)
  }
}
