import Files
import Runs
import Settings
import TestSupport
import Testing
import Training

@testable import Recipes

/// The steps that a run will take, counted by hand.
@Suite struct StepPlanTests {
  private func plan(
    _ rows: [(query: String, positive: String)], queries: Int, length: TrainingSpan = .epochs(1),
    uniqueTexts: Bool = true
  ) throws -> StepPlan {
    let folder = TemporaryFolder()
    let file = folder.file("rows.jsonl")
    try Files.write(rows.map { "{\"query\": \"\($0)\", \"positive\": \"\($1)\"}\n" }.joined(), to: file)
    let data = try RowData(
      DataSection(source: .file(file, collection: nil), shuffle: true),
      batch: BatchSection(queries: queries, tokens: 64, uniqueTexts: uniqueTexts, recompute: false),
      loss: LossSetting(InfoNCE(temperature: 0.05, maskKnownPositives: true)), seed: 1, isMined: true
    ) { _ in }
    return StepPlan(of: data, for: length)
  }

  private func words(_ plan: StepPlan) -> String { plan.sizes }

  private func distinct(_ count: Int) -> [(query: String, positive: String)] {
    (0..<count).map { ("q\($0)", "p\($0)") }
  }

  @Test func fullStepsAreSaidAsTheyAre() throws {
    let plan = try plan(distinct(8), queries: 4, length: .epochs(3))
    #expect(plan.count == 6 && words(plan) == "4 rows")
  }

  @Test func theLastStepOfAnEpochIsTheSmallest() throws {
    let plan = try plan(distinct(10), queries: 4, length: .epochs(2))
    #expect((plan.count, plan.smallest, plan.median, plan.largest) == (6, 2, 4, 4))
    #expect(words(plan) == "4 rows, the smallest of 2")
  }

  @Test func rowsThatShareATextAreInStepsOfTheirOwn() throws {
    let plan = try plan((0..<40).map { ("q\($0)", "p") }, queries: 4)
    #expect(plan.count == 40)
    #expect(words(plan) == "1 row (batch.queries asks for 4: rows with a text in common are kept apart)")
    #expect(try words(self.plan((0..<40).map { ("q\($0)", "p") }, queries: 4, uniqueTexts: false)) == "4 rows")
    // One step takes a row of each answer, the others one of the common answer.
    let mixed = try self.plan((0..<9).map { ("q\($0)", "p") } + [("r", "s"), ("t", "u")], queries: 4)
    #expect((mixed.count, mixed.smallest, mixed.median) == (9, 1, 1))
    #expect(
      words(mixed)
        == "1 to \(mixed.largest) rows, the median 1 (batch.queries asks for 4: rows with a text in common are kept apart)"
    )
  }

  @Test func aHalfOfSmallStepsIsNoReasonToGive() throws {
    #expect(words(try plan(distinct(5), queries: 4)) == "4 rows, the smallest of 1")
  }

  @Test(arguments: [64, Int.max])
  func aBatchLargerThanTheDataIsAllOfIt(_ queries: Int) throws {
    for uniqueTexts in [true, false] {
      let plan = try plan(distinct(8), queries: queries, length: .steps(3), uniqueTexts: uniqueTexts)
      #expect(plan.count == 3 && plan.largest == 8)
      #expect(words(plan).hasPrefix("8 rows (batch.queries asks for "))
      #expect(words(plan).hasSuffix(": the data has 8)"))
    }
  }

  @Test func aRunOfAnyNumberOfStepsIsPlannedAtOnce() throws {
    let plan = try plan(distinct(10), queries: 4, length: .steps(.max))
    #expect(plan.count == .max && plan.smallest == 2)
  }

  // MARK: - Schedules

  private func refusal(_ schedule: ScheduleSection, steps: Int) -> String {
    do {
      try schedule.check(steps: steps)
      return ""
    } catch let error as RunError {
      #expect(error.kind == .badRecipe)
      return error.description
    } catch {
      return "\(error)"
    }
  }

  /// A tenth of one step is one step, rounded up, and the first step of a warmup has the rate 0.
  @Test func aWarmupOfAllStepsIsRefused() {
    let schedule = ScheduleSection(name: .linear, warmup: 0.1, length: .epochs(1))
    #expect(
      refusal(schedule, steps: 1)
        == "'schedule.warmup': 0.1 of 1 step, rounded up, is the whole run, so that the only step has the rate 0, and nothing is "
        + "learnt; set it to 0, or take more steps (more epochs, or a smaller batch)")
    #expect(refusal(schedule, steps: 2) == "")
    #expect(
      refusal(ScheduleSection(name: .cosine, warmup: 0.9, length: .epochs(1)), steps: 5).contains(
        "so that the rate never reaches its peak"))
    #expect(refusal(ScheduleSection(name: .constant, warmup: 0, length: .epochs(1)), steps: 1) == "")
  }

  @Test func settingsUnderWhichNothingTrainsAreProblems() throws {
    #expect(
      try SampleRecipe.problems { try SampleRecipe.read(replacing: "warmup: 0.1", with: "warmup: 1") } == [
        "13:28: error: 'schedule.warmup': a warmup of all steps never reaches 'optimizer.rate'; make it less"
      ])
    #expect(
      try SampleRecipe.problems {
        try SampleRecipe.read(replacing: "epochs: 1 }", with: "epochs: 9223372036854775807 }")
      }
        == [
          "13:41: error: 'schedule.epochs': 9223372036854775807 is too large; at most 100,000"
        ])
    #expect(
      try SampleRecipe.problems { try SampleRecipe.read(replacing: "decay: 0.01", with: "decay: 1e6") } == [
        "12:39: error: 'optimizer.decay': times 'optimizer.rate' it is 20.0, and a step would take away whole weights; less "
          + "than 1 in all"
      ])
  }
}
