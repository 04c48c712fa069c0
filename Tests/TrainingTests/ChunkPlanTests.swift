import TestSupport
import Testing
import Training

@Suite struct ChunkPlanTests {
  @Test(arguments: 0..<40)
  func chunksHoldEveryRowOnceWithinTheBudget(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let lengths = (0..<Int.random(in: 1...300, using: &random)).map { _ in Int.random(in: 2...256, using: &random) }
    let budget = Int.random(in: 100...4000, using: &random)
    let plan = ChunkPlan(lengths: lengths, budget: budget)
    #expect(plan.chunks.joined().sorted() == Array(lengths.indices))
    let tokens = plan.chunks.map { $0.reduce(0) { $0 + lengths[$1] } }
    for (chunk, total) in zip(plan.chunks, tokens) {
      #expect(total <= budget || chunk.count == 1)
      #expect(chunk == chunk.sorted() && !chunk.isEmpty)
    }
    // No two chunks fit the budget together, and the one that is kept holds the longest sequence.
    let fewest = tokens.sorted()
    #expect(fewest.count < 2 || fewest[0] + fewest[1] > budget)
    #expect(plan.chunks.last?.contains { lengths[$0] == lengths.max() } == true)
    #expect(plan == ChunkPlan(lengths: lengths, budget: budget))
    let order = Array(plan.chunks.joined())
    #expect(lengths.indices.allSatisfy { order[plan.places[$0]] == $0 })
  }

  @Test func aBatchWithinTheBudgetIsOneChunkInItsOrder() {
    let plan = ChunkPlan(lengths: [5, 9, 2], budget: 16)
    #expect(plan.chunks == [[0, 1, 2]] && plan.places == [0, 1, 2])
    #expect(ChunkPlan(lengths: [5, 9, 2], budget: 15).chunks == [[2], [0, 1]])
  }

  @Test func aSequenceBeyondTheBudgetIsAChunkOfItsOwn() {
    #expect(ChunkPlan(lengths: [3, 50, 4, 3], budget: 10).chunks == [[0, 2, 3], [1]])
    #expect(ChunkPlan(lengths: [50], budget: 10).chunks == [[0]])
    #expect(ChunkPlan(lengths: [20, 50], budget: 10).chunks == [[0], [1]])
  }

  /// The kept chunk is filled nearly to the budget, so hardly more than the rest is encoded twice.
  @Test func littleIsEncodedTwice() {
    var random = SeededGenerator(seed: 9)
    let lengths = (0..<192).map { _ in Int.random(in: 8...256, using: &random) }
    let total = lengths.reduce(0, +)
    for budget in [total / 4, total / 2, total - 1] {
      let kept = ChunkPlan(lengths: lengths, budget: budget).chunks.last?.reduce(0) { $0 + lengths[$1] } ?? 0
      #expect(Double(kept) > 0.99 * Double(budget))
    }
  }
}
