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

  /// Three batches in the first epoch, two in each other.
  @Test func onlyStatesThatStepsLeadToAreReached() throws {
    func batches(_ epoch: Int) -> Int { epoch == 0 ? 3 : 2 }
    func isReached(_ step: Int, _ epoch: Int, _ position: Int) throws -> Bool {
      let text = "{\"step\":\(step),\"epoch\":\(epoch),\"position\":\(position)}"
      return try JSONDecoder().decode(TrainingState.self, from: Data(text.utf8)).isReached(batches: batches)
    }
    var state = TrainingState()
    for _ in 0..<12 {
      #expect(state.isReached(batches: batches))
      state.advance(batches: batches(state.epoch))
    }
    for (step, epoch, position) in [
      (3, 0, 3), (3, 0, 0), (4, 1, 0), (4, 0, 4), (5, 1, 2), (5, 3, 0), (-1, 0, 0), (0, -1, 0), (0, 0, -1),
      (.max, 0, .max), (3, .max, 0), (.min, .min, .min),
    ] {
      #expect(try !isReached(step, epoch, position), "step \(step), epoch \(epoch), position \(position)")
    }
  }
}
