#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

extension Measure {
  /// The value for one query, computed in the order `trec_eval` computes it, so that the last bit agrees.
  ///
  /// - Parameters:
  ///   - grades: The grades of the returned documents, in rank order.
  ///   - judgments: The judgments of the query.
  func value(grades: [Int], judgments: TopicJudgments) -> Double {
    let relevantCount = judgments.relevantCount
    switch self {
    case .nDCG(let cut):
      let ideal = Self.discountedGain(judgments.idealGrades, cut)
      return ideal > 0 ? Self.discountedGain(grades, cut) / ideal : 0
    case .averagePrecision(let cut):
      return relevantCount == 0 ? 0 : Self.sumOfPrecisions(grades, cut) / Double(relevantCount)
    case .recall(let cut):
      return relevantCount == 0 ? 0 : Double(Self.hits(grades, cut)) / Double(relevantCount)
    case .precision(let cut):
      return Double(Self.hits(grades, cut)) / Double(cut)
    case .reciprocalRank(let cut):
      guard let first = grades.prefix(cut ?? .max).firstIndex(where: { $0 > 0 }) else { return 0 }
      return 1 / Double(first + 1)
    case .success(let cut):
      return Self.hits(grades, cut) > 0 ? 1 : 0
    case .rPrecision:
      return relevantCount == 0 ? 0 : Double(Self.hits(grades, relevantCount)) / Double(relevantCount)
    }
  }

  private static func discountedGain(_ grades: [Int], _ cut: Int?) -> Double {
    var sum = 0.0
    for (index, grade) in grades.prefix(cut ?? .max).enumerated() where grade > 0 {
      sum += Double(grade) / log2(Double(index + 2))
    }
    return sum
  }

  private static func sumOfPrecisions(_ grades: [Int], _ cut: Int?) -> Double {
    var hits = 0
    var sum = 0.0
    for (index, grade) in grades.prefix(cut ?? .max).enumerated() where grade > 0 {
      hits += 1
      sum += Double(hits) / Double(index + 1)
    }
    return sum
  }

  private static func hits(_ grades: [Int], _ cut: Int) -> Int {
    grades.prefix(cut).count { $0 > 0 }
  }
}
