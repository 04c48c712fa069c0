import Evaluation
import Settings

extension Latency {
  func validate(_ checks: SettingChecks, fusion: Fusion?) {
    checks.atLeast(1, "latency.queries", queries)
    checks.require(
      !candidates.isEmpty && candidates.allSatisfy { (1...10_000).contains($0) }, "latency.candidates",
      else: "numbers from 1 to 10000 are needed, such as [10, 50, 100]")
    checks.require(
      Set(candidates).count == candidates.count, "latency.candidates", else: "a number is named twice")
    if let fusion {
      checks.require(
        candidates.allSatisfy { $0 <= fusion.candidates }, "latency.candidates", reading: ["fusion.candidates"],
        else: "a number is more than the \(fusion.candidates) of 'fusion.candidates' that are found for sure")
    }
  }
}
