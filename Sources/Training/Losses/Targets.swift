import Kernels
import Tensors

/// The training targets of a matrix of scores `[queries, documents]`: the documents that answer each query, those that
/// must not count against it, and teacher scores, labels or grades.
///
/// Documents are column indices. A list that is empty as a whole means an empty one per query.
public struct Targets: Equatable, Sendable {
  /// The document of each query: its positive, or the other text of a labelled pair.
  public let positives: [Int]
  /// The negatives of each query's own row, any number of them.
  public let negatives: [[Int]]
  /// Other documents that answer the query, so that they are not its negatives; its positive may be among them.
  public let knownPositives: [[Int]]
  /// A teacher's score of each query's positive, then of each of its negatives.
  public let teacherScores: [[Float]]
  /// The label of each query and its positive.
  public let labels: [Float]
  /// The grade of each query's positive, then of each of its negatives, on a scale where more is better.
  ///
  /// If empty, a positive has its label, or else 1, and a negative 0.
  public let grades: [[Float]]

  /// The data that a loss reads beyond the columns of the positives.
  public enum Needs: Sendable {
    /// Nothing; in-batch or own negatives if there are any.
    case nothing
    /// `teacherScores` of the positive and the negatives.
    case teacherScores
    /// `labels`.
    case labels
    /// The grades of the positive and the negatives, which all targets have: `grades`, or else `labels`, or 1 and 0.
    case grades
    /// Targets of the scores themselves: `teacherScores`, or else the grades.
    case wantedScores
  }

  /// Makes the targets of a batch; every list has an entry for each query, or none at all.
  public init(
    positives: [Int], negatives: [[Int]] = [], knownPositives: [[Int]] = [], teacherScores: [[Float]] = [],
    labels: [Float] = [], grades: [[Float]] = []
  ) {
    let count = positives.count
    self.positives = positives
    self.negatives = negatives.isEmpty ? Array(repeating: [], count: count) : negatives
    self.knownPositives = knownPositives.isEmpty ? Array(repeating: [], count: count) : knownPositives
    self.teacherScores = teacherScores
    self.labels = labels
    self.grades = grades
    require(
      self.negatives.count == count && self.knownPositives.count == count
        && [teacherScores.count, labels.count, grades.count].allSatisfy { $0 == 0 || $0 == count },
      "targets: \(count) positives, negatives of \(self.negatives.count) queries, known positives of "
        + "\(self.knownPositives.count), teacher scores of \(teacherScores.count), labels of \(labels.count), "
        + "grades of \(grades.count)")
    for (name, lists) in [("teacher scores", teacherScores), ("grades", grades)] {
      for (values, negatives) in zip(lists, self.negatives) {
        require(
          values.count == negatives.count + 1,
          "targets: \(values.count) \(name) for a positive and \(negatives.count) negatives")
      }
    }
  }

  /// The number of queries.
  public var queries: Int { positives.count }
}

// MARK: - Cells of the score matrix

extension Targets {
  /// Stops the program if the targets do not fit the scores.
  func check(_ scores: Tensor, for loss: String, needs: Needs = .nothing) {
    require(
      scores.shape.rank == 2 && scores.shape[0] == queries && queries > 0,
      "\(loss): scores \(scores.shape) for the targets of \(queries) queries")
    let columns = 0..<scores.shape[1]
    for query in positives.indices {
      require(
        columns.contains(positives[query]) && negatives[query].allSatisfy(columns.contains)
          && knownPositives[query].allSatisfy(columns.contains),
        "\(loss): query \(query) names a document beyond the \(columns.count) of the scores")
    }
    switch needs {
    case .nothing, .grades, .wantedScores: break
    case .teacherScores: require(!teacherScores.isEmpty, "\(loss): the targets have no teacher scores")
    case .labels: require(!labels.isEmpty, "\(loss): the targets have no labels")
    }
  }

  /// The scores of each query with its positive.
  ///
  /// - Shape: scores `[queries, documents]` → `[queries]`
  func positiveScores(of scores: Tensor) -> Tensor {
    let width = scores.shape[1]
    return scores.gatherElements(positives.enumerated().map { $0.offset * width + $0.element })
  }

  /// An additive mask that removes the known positives of each query from a softmax: −∞ there, 0 elsewhere.
  ///
  /// A query's own positive always stays. Nil if no query has others.
  ///
  /// - Shape: `[queries, documents]`
  func maskOfKnownPositives(documents: Int) -> Tensor? {
    if knownPositives.allSatisfy(\.isEmpty) { return nil }
    var mask = [Float](repeating: 0, count: queries * documents)
    for (query, columns) in knownPositives.enumerated() {
      for column in columns where column != positives[query] { mask[query * documents + column] = -.infinity }
    }
    return Tensor(mask, shape: [queries, documents])
  }
}

/// Lists of cells, one per query and of any length, padded to a rectangle; a mask of −∞ removes the padding.
struct CellLists {
  private let cells: [Int]
  private let mask: Tensor?
  private let shape: Shape
  /// The indices in the rectangle of the cells that are not padding, list by list.
  let indices: [Int]

  /// Makes the rectangle of lists of row-major indices; no list is empty.
  init(_ lists: [[Int]]) {
    let width = lists.map(\.count).max() ?? 0
    var cells: [Int] = []
    var mask: [Float] = []
    var indices: [Int] = []
    for (query, list) in lists.enumerated() {
      require(!list.isEmpty, "cell lists: the list of query \(query) is empty")
      let missing = width - list.count
      indices += query * width..<query * width + list.count
      cells += list + Array(repeating: list[0], count: missing)
      mask += Array(repeating: 0, count: list.count) + Array(repeating: -.infinity, count: missing)
    }
    self.cells = cells
    self.mask = mask.contains(-.infinity) ? Tensor(mask, shape: [lists.count, width]) : nil
    self.indices = indices
    shape = [lists.count, width]
  }

  /// The scores in the rectangle, −∞ in the padding.
  ///
  /// - Shape: any → `[queries, longest list]`
  func callAsFunction(_ scores: Tensor) -> Tensor {
    let rectangle = scores.gatherElements(cells).reshaped(to: shape)
    return mask.map { rectangle + $0 } ?? rectangle
  }
}
