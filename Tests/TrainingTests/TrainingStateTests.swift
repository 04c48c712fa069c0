import Foundation
import Testing
import Training

@Suite struct TrainingStateTests {
  @Test func anEpochEndsAfterItsLastBatch() {
    var state = TrainingState()
    var seen: [[Int]] = []
    for _ in 0..<7 {
      seen.append([state.step, state.epoch, state.position])
      state.advance(batches: 3)
    }
    #expect(seen == [[0, 0, 0], [1, 0, 1], [2, 0, 2], [3, 1, 0], [4, 1, 1], [5, 1, 2], [6, 2, 0]])
  }

  @Test func survivesACheckpoint() throws {
    var state = TrainingState()
    for _ in 0..<5 { state.advance(batches: 4) }
    let text = try JSONEncoder().encode(state)
    var restored = try JSONDecoder().decode(TrainingState.self, from: text)
    #expect(restored == state)
    restored.advance(batches: 4)
    #expect(restored.step == 6 && restored.epoch == 1 && restored.position == 2)
  }
}
