/// The spread of a model's scores over the documents of one query.
enum Spread {
  /// The largest difference of scores within a group, or among all scores where every group has one.
  ///
  /// - Parameters:
  ///   - scores: The scores of all groups, one group after the other.
  ///   - groups: The number of scores in each.
  static func largest(of scores: [Float], groups: [Int]) -> Double {
    func difference(_ scores: some Sequence<Float>) -> Double { Double((scores.max() ?? 0) - (scores.min() ?? 0)) }
    if groups.allSatisfy({ $0 == 1 }) { return difference(scores) }
    var start = 0
    var largest = 0.0
    for count in groups {
      largest = max(largest, difference(scores[start..<start + count]))
      start += count
    }
    return largest
  }
}
