import Evaluation
import Settings

extension Fusion {
  func validate(_ checks: SettingChecks, top: Int) {
    checks.require(
      candidates >= top, "fusion.candidates", reading: ["top"],
      else: "\(candidates) are fewer than the \(top) of 'top' that are reranked")
    checks.require(constant >= 0, "fusion.constant", else: "\(constant) is less than 0")
    if let weights {
      checks.require(
        weights.count == 2 && weights.allSatisfy { (0...1e6).contains($0) } && weights.contains { $0 > 0 },
        "fusion.weights",
        else: "two numbers between 0 and a million are needed, for the vectors and for BM25, and not both 0")
    }
  }
}
