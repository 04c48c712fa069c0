import OrderedCollections
import Words

/// A query with the documents that are ranked for it: what a cross-encoder trains on.
public struct RankingGroup: Sendable, Equatable {
  /// The query.
  public var query: String
  /// The query's identifier, where the data has one.
  public var queryID: String?
  /// The documents.
  public var documents: [String]
  /// The relevance of each document: 1 for a row's positive, 0 for its negatives, for other documents their label or grade.
  public var grades: [Float]
  /// A teacher's scores of the documents; nil when there are none.
  public var scores: [Float]?
  /// The index of the first row that the group comes from.
  public let row: Int

  /// True if some document is relevant.
  public var hasPositive: Bool { grades.contains { $0 > 0 } }

  /// True if a document is more relevant than another.
  public var isOrdered: Bool { grades.contains { $0 != grades[0] } }

  mutating func append(_ document: String, grade: Float) {
    documents.append(document)
    grades.append(grade)
  }

  /// Leaves out documents of grade 0 that are the same as one of a higher grade.
  fileprivate mutating func removeKnownPositives(_ remarks: inout Remarks) {
    let positives = Set(zip(documents, grades).filter { $0.1 > 0 }.map { TextKey($0.0) })
    let kept = documents.indices.filter { grades[$0] > 0 || !positives.contains(TextKey(documents[$0])) }
    if kept.count == documents.count { return }
    for index in Set(documents.indices).subtracting(kept).sorted() {
      remarks.add(
        .knownPositive, example: "\"\(documents[index].shortened)\" of query \"\(queryID ?? query.shortened)\"")
    }
    self = keeping(kept)
  }

  /// The same group with some of its documents only.
  fileprivate func keeping(_ indices: [Int]) -> RankingGroup {
    var result = self
    result.documents = indices.map { documents[$0] }
    result.grades = indices.map { grades[$0] }
    result.scores = scores.map { scores in indices.map { scores[$0] } }
    return result
  }
}

/// Training data as groups of documents, one group a query or a row.
public struct RankingGroups: Sendable {
  /// The groups, in the order of their first rows.
  public private(set) var groups: [RankingGroup] = []
  /// What was left out, each as a warning for the user, with a number and an example.
  public let warnings: [String]

  /// Makes a group of each row; a labelled pair is a group of one document.
  ///
  /// Negatives that are known positives of their query are left out.
  ///
  /// - Parameters:
  ///   - gathersLabels: True if labelled pairs of one query are one group, for losses that compare documents.
  ///   - source: The file of the rows, for warnings.
  public init(rows: [TrainingRow], gathersLabels: Bool, source: String) {
    let known = KnownPositives(rows: rows)
    var numbers: [ExactText: Int] = [:]
    var remarks = Remarks()
    for (index, row) in rows.enumerated() {
      if let label = row.label {
        if gathersLabels, let number = numbers[ExactText(row.query)] {
          groups[number].append(row.positive, grade: label)
          continue
        }
        numbers[ExactText(row.query)] = groups.count
      }
      let row = known.trueNegatives(of: row, at: index, &remarks)
      groups.append(
        RankingGroup(
          query: row.query, queryID: row.queryID, documents: [row.positive] + row.negatives,
          grades: [row.label ?? 1] + row.negatives.map { _ in 0 }, scores: row.scores, row: index))
    }
    for number in numbers.values.sorted() { groups[number].removeKnownPositives(&remarks) }
    warnings = remarks.warnings(of: source)
  }

  /// Makes a group of every query and all documents judged for it in a split of a collection.
  ///
  /// Grades below 0 count as not judged. Judgments of queries and documents that the collection lacks, and of blank documents, are
  /// left out, as are documents of grade 0 that are the same as one of a higher grade.
  ///
  /// - Parameter corpus: Other documents that identifiers mean; without it, those of the collection.
  /// - Throws: `DatasetError` for what ``Collection/judgments(split:)`` refuses, and when nothing is judged.
  public init(collection: Collection, split: String, corpus: Corpus? = nil) throws(DatasetError) {
    var problems = Problems(file: try collection.file(ofSplit: split))
    var groups: [RankingGroup] = []
    var numbers: OrderedSet<ExactText> = []
    var covered = CoveredJudgments(collection, corpus: corpus)
    try JudgmentLines.forEach(of: problems.file, &problems) { judgment, _ in
      guard judgment.grade >= 0, let (query, document) = covered.texts(of: judgment) else { return }
      let (isNew, number) = numbers.append(ExactText(judgment.query))
      if isNew {
        groups.append(
          RankingGroup(
            query: query, queryID: judgment.query, documents: [], grades: [], scores: nil, row: groups.count))
      }
      groups[number].append(document, grade: Float(judgment.grade))
    }
    if problems.count == 0 && groups.isEmpty {
      covered.addNothingLeft("documents with a grade of 0 or more", &problems)
    }
    try problems.throwIfAny()
    for index in groups.indices { groups[index].removeKnownPositives(&covered.remarks) }
    self.groups = groups
    warnings = problems.warnings + covered.warnings(of: problems.file)
  }

  /// Leaves out the groups for which a condition does not hold.
  public mutating func filter(_ isKept: (RankingGroup) -> Bool) { groups = groups.filter(isKept) }

  /// The groups with at most so many documents of grade 0 or less each, drawn anew in every epoch.
  ///
  /// All are equally likely, and all other documents stay. A drawn document keeps its grade and its teacher's score.
  /// The draw depends on the seed, the epoch and the group's index only; that of easy negatives of the batch on the batches too.
  ///
  /// - Parameters:
  ///   - easy: The source of random negatives, which then take their share and whatever the group's own negatives leave.
  ///   - batches: The indices of the groups of each step; easy negatives of the batch read them.
  public func drawing(
    _ count: Int, easy: EasyNegatives? = nil, batches: [[Int]] = [], epoch: Int, seed: UInt64
  ) -> [RankingGroup] {
    // Another stream than the one that orders the groups.
    let random = StableRandom(seed: seed ^ 0x6772_6f75_7064_7277, epoch: epoch)
    // More than there can be documents, and little enough to compute with.
    let count = min(count, 1 << 32)
    let hardest = count - (easy.map { Int(($0.share * Double(count)).rounded()) } ?? 0)
    let drawn = groups.enumerated().map { number, group in
      var pool = group.grades.indices.filter { group.grades[$0] <= 0 }
      let hard = min(pool.count, hardest)
      for index in 0..<(pool.count > hard ? hard : 0) {
        pool.swapAt(index, index + random.index(below: pool.count - index, at: number << 20 | index))
      }
      let drawn = Set(pool.prefix(hard))
      return group.keeping(group.grades.indices.filter { group.grades[$0] > 0 || drawn.contains($0) })
    }
    let complete =
      easy.map { $0.completing(drawn, of: groups, to: count, batches: batches, epoch: epoch, seed: seed) } ?? drawn
    // A pool may be too small for a group without positives.
    return zip(complete, groups).map { $0.documents.isEmpty ? $1 : $0 }
  }
}
