import Settings

/// Joins the list of the vectors with that of BM25 by reciprocal ranks.
struct FusionSection: Codable, Sendable, Equatable {
  /// How many documents of a query each list has.
  var candidates: Int
  /// How much the first ranks are flattened; 60 is usual.
  var constant: Double
  /// The weights of the vectors and of BM25; both 1 without them.
  var weights: [Double]?
}

/// How long one query takes, alone.
struct LatencySection: Codable, Sendable, Equatable {
  /// How many queries of the first split are timed.
  var queries: Int
  /// Numbers of documents to rerank.
  var candidates: [Int]
}

extension FusionSection {
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

extension LatencySection {
  func validate(_ checks: SettingChecks, fusion: FusionSection?) {
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
