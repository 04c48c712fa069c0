import Foundation
import JSONText
import Testing
import Training

@Suite struct ScheduleTests {
  /// Factors that transformers wrote, to the last bit.
  @Test func factorsEqualTransformers() throws {
    let entries = try #require(try LossGoldens().index["schedules"].arrayValue)
    #expect(entries.count == 6)
    for entry in entries {
      let steps = try entry["steps"].integer()
      let warmup = Double(try entry["warmup steps"].integer()) / Double(steps)
      let schedule = Schedule(name: try #require(Schedule.Name(rawValue: try entry["name"].text())), warmup: warmup)
      let factors = (0..<steps).map { schedule.rate(step: $0, of: steps, peak: 1) }
      let expected = try entry["factors"].doubles()
      #expect(factors == expected, "\(schedule)")
    }
  }

  @Test func warmupStepsAreRoundedUp() {
    let schedule = Schedule(name: .constant, warmup: 0.1)
    #expect((0..<5).map { schedule.rate(step: $0, of: 5, peak: 2) } == [0, 2, 2, 2, 2])
    #expect((0..<4).map { schedule.rate(step: $0, of: 21, peak: 3) } == [0, 1, 2, 3])
  }

  @Test func thePeakMultipliesTheFactor() {
    for name in Schedule.Name.allCases {
      let schedule = Schedule(name: name, warmup: 0.25)
      for step in 0..<40 {
        #expect(schedule.rate(step: step, of: 40, peak: 2e-5) == 2e-5 * schedule.rate(step: step, of: 40, peak: 1))
      }
    }
  }

  @Test func endsAreDefined() {
    #expect(Schedule(name: .linear, warmup: 0).rate(step: 10, of: 10, peak: 1) == 0)
    #expect(Schedule(name: .linear, warmup: 0).rate(step: 11, of: 10, peak: 1) == 0)
    #expect(Schedule(name: .cosine, warmup: 0).rate(step: 10, of: 10, peak: 1) == 0)
    #expect(Schedule(name: .linear, warmup: 1).rate(step: 9, of: 10, peak: 1) == 0.9)
    #expect(Schedule(name: .constant, warmup: 0).rate(step: 0, of: 1, peak: 1) == 1)
  }

  @Test func settingsAreTheKeysOfARecipe() throws {
    let schedule = try JSONDecoder().decode(Schedule.self, from: Data(#"{"name":"cosine","warmup":0.1}"#.utf8))
    #expect(schedule == Schedule(name: .cosine, warmup: 0.1))
  }
}
