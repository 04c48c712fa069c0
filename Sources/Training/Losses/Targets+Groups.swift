import Kernels
public import Tensors

// A cross-encoder scores no query with another query's documents: its scores are groups, one per query and of any size.
// They are laid out in the same rectangle as a bi-encoder's, so that losses need not tell them apart.

extension Targets {
  /// The targets of groups: row q of the scores holds the documents of query q, in the order of their grades here.
  ///
  /// The positive of a group is the first document of its best grade. The others are its negatives, and known positives
  /// as well if their grade is more than 0 or no less than the positive's; in a group of equal grades, nothing counts
  /// against the positive.
  ///
  /// - Parameters:
  ///   - groups: The grade of every document; a labelled pair is a group of one. No group is empty.
  ///   - teacherScores: A teacher's score of every document in the same order, or empty.
  public init(groups: [[Float]], teacherScores: [[Float]] = []) {
    require(
      teacherScores.isEmpty || teacherScores.map(\.count) == groups.map(\.count),
      "targets: teacher scores of groups of \(teacherScores.map(\.count)), grades of groups of \(groups.map(\.count))")
    let width = groups.map(\.count).max() ?? 0
    let orders = groups.enumerated().map { query, grades in
      let best = grades.indices.max { grades[$0] < grades[$1] }
      require(best != nil, "targets: the group of query \(query) is empty")
      return [best ?? 0] + grades.indices.filter { $0 != best }
    }
    func ordered(_ lists: [[Float]]) -> [[Float]] { zip(lists, orders).map { list, order in order.map { list[$0] } } }
    let grades = ordered(groups)
    self.init(
      positives: orders.map { $0[0] }, negatives: orders.map { Array($0.dropFirst()) },
      knownPositives: zip(groups, grades).map { group, grades in
        // A cell after the end of a group is no negative either.
        (0..<width).filter { $0 >= group.count || group[$0] > 0 || group[$0] >= grades[0] }
      },
      teacherScores: ordered(teacherScores), labels: grades.map { $0[0] }, grades: grades)
  }

  /// Lays out the scores of groups, one group per row, with −∞ after the end of a group, where no target is.
  ///
  /// - Shape: one score per document, group by group → `[queries, largest group]`
  public func rectangle(of scores: Tensor) -> Tensor {
    var end = 0
    let groups = negatives.map { others in
      end += others.count + 1
      return Array(end - others.count - 1..<end)
    }
    require(scores.shape.count == end, "targets: scores \(scores.shape) for groups of \(end) documents")
    return CellLists(groups)(scores)
  }
}

/// The documents of one query for a listwise loss: its positive and its own negatives.
struct GradedList {
  /// Row-major indices of the scores: the positive first.
  var cells: [Int]
  /// The grade of each document.
  var grades: [Float]

  /// True if one document is better than another; a listwise loss learns nothing from a list without an order.
  var isOrdered: Bool { grades.contains { $0 != grades[0] } }
}

extension Targets {
  /// The list of each query, with its grades.
  ///
  /// Known positives among the negatives are left out unless they have grades, since their grade is not known to be 0.
  func gradedLists(width: Int) -> [GradedList] {
    if !grades.isEmpty { return lists(of: grades, width: width) }
    return positives.indices.map { query in
      let known = Set(knownPositives[query])
      let columns = [positives[query]] + negatives[query].filter { !known.contains($0) }
      return GradedList(
        cells: columns.map { query * width + $0 },
        grades: [labels.isEmpty ? 1 : labels[query]] + Array(repeating: 0, count: columns.count - 1))
    }
  }

  /// The list of each query, with a value of every document instead of a grade.
  func lists(of values: [[Float]], width: Int) -> [GradedList] {
    positives.indices.map { query in
      GradedList(
        cells: ([positives[query]] + negatives[query]).map { query * width + $0 }, grades: values[query])
    }
  }
}
