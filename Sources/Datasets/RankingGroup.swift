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

  fileprivate mutating func append(_ document: String, grade: Float) {
    documents.append(document)
    grades.append(grade)
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
  /// Documents that a row names as negatives of a query that they answer according to another row; they are left out.
  public private(set) var contradictions = 0

  /// Makes a group of each row; a labelled pair is a group of one document.
  ///
  /// - Parameter gathersLabels: True if labelled pairs of one query are one group, for losses that compare documents.
  public init(rows: [TrainingRow], gathersLabels: Bool) {
    let known = KnownPositives(rows: rows)
    var numbers: [Int: Int] = [:]
    for (index, row) in rows.enumerated() {
      let query = known.queryClasses[index]
      if let label = row.label {
        if gathersLabels, let number = numbers[query] {
          groups[number].append(row.positive, grade: label)
          continue
        }
        numbers[query] = groups.count
        groups.append(
          RankingGroup(
            query: row.query, queryID: row.queryID, documents: [row.positive], grades: [label], scores: nil, row: index)
        )
        continue
      }
      let others = row.negatives.indices.filter { !known.contains(.negative($0, ofRow: index), forQueryOf: index) }
      contradictions += row.negatives.count - others.count
      groups.append(
        RankingGroup(
          query: row.query, queryID: row.queryID, documents: [row.positive] + others.map { row.negatives[$0] },
          grades: [1] + others.map { _ in 0 },
          scores: row.scores.map { scores in [scores[0]] + others.map { scores[$0 + 1] } }, row: index))
    }
  }

  /// Makes a group of every query and all documents judged for it in a split of a collection.
  ///
  /// Grades below 0 count as not judged.
  ///
  /// - Throws: `DatasetError` for what ``Collection/judgments(split:)`` refuses, for queries and documents that the
  ///   collection lacks or whose text is blank, and when nothing is judged.
  public init(collection: Collection, split: String) throws(DatasetError) {
    let file = try collection.file(ofSplit: split)
    var problems = Problems(file: file)
    var groups: [RankingGroup] = []
    var numbers: OrderedSet<ExactText> = []
    try JudgmentLines.forEach(of: file, &problems) { judgment, problems in
      guard judgment.grade >= 0 else { return }
      let texts = CollectionTexts(collection, line: judgment.line)
      guard let query = texts.query(judgment.query, &problems),
        let document = texts.document(judgment.document, &problems)
      else { return }
      let (isNew, number) = numbers.append(ExactText(judgment.query))
      if isNew {
        groups.append(
          RankingGroup(
            query: query, queryID: judgment.query, documents: [], grades: [], scores: nil, row: groups.count))
      }
      groups[number].append(document, grade: Float(judgment.grade))
    }
    if problems.count == 0 && groups.isEmpty {
      problems.add("expected documents with a grade of 0 or more, found none; name another split")
    }
    try problems.throwIfAny()
    self.groups = groups
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

/// Random documents, which nearly always do not fit a query at all.
///
/// A document that the group has already, that is a positive of the same query in any group, or that is the query
/// itself is never drawn.
public struct EasyNegatives: Sendable {
  /// The share of a group's negatives that is random, from 0 to 1.
  public let share: Double
  /// True if a group gets documents of the other groups of its step only.
  public let isInBatch: Bool
  private var pool: OrderedSet<ExactText> = []
  /// The numbers of the positives of each query.
  private var positives: [Int: Set<Int>] = [:]
  private var queries: OrderedSet<ExactText> = []

  /// Prepares the documents.
  ///
  /// - Parameters:
  ///   - share: The share of a group's negatives that is random, from 0 to 1.
  ///   - documents: The documents to draw from; without any, those of all groups. Blank ones are left out.
  ///   - groups: All groups.
  ///   - isInBatch: True if a group gets documents of the other groups of its step only; these must be among those that are drawn
  ///     from.
  public init(share: Double, documents: [String]? = nil, groups: RankingGroups, isInBatch: Bool = false) {
    self.share = share
    self.isInBatch = isInBatch
    for text in documents ?? groups.groups.flatMap(\.documents) where !text.isBlank { pool.append(ExactText(text)) }
    for group in groups.groups {
      let query = queries.append(ExactText(group.query)).index
      for (text, grade) in zip(group.documents, group.grades) where grade > 0 {
        if let number = pool.firstIndex(of: ExactText(text)) { positives[query, default: []].insert(number) }
      }
    }
  }

  /// The groups with as many random negatives as they lack.
  ///
  /// - Parameter whole: The groups with all their documents, none of which is easy for them.
  fileprivate func completing(
    _ groups: [RankingGroup], of whole: [RankingGroup], to count: Int, batches: [[Int]], epoch: Int, seed: UInt64
  ) -> [RankingGroup] {
    var result = groups
    func complete(_ index: Int, from documents: [Int]?) {
      let lacking = count - groups[index].grades.count { $0 <= 0 }
      let texts = texts(lacking, from: documents, for: whole[index], index: index, epoch: epoch, seed: seed)
      for text in texts { result[index].append(text, grade: 0) }
      result[index].scores = nil
    }
    guard isInBatch else {
      for index in groups.indices { complete(index, from: nil) }
      return result
    }
    for batch in batches {
      // What a group has itself is passed over in drawing.
      let documents = Set(batch.flatMap { groups[$0].documents.compactMap { pool.firstIndex(of: ExactText($0)) } })
        .sorted()
      for index in batch { complete(index, from: documents) }
    }
    return result
  }

  /// Different documents for a group; fewer than asked for where there are no more.
  ///
  /// - Parameter documents: The numbers of those to draw from; nil for all.
  private func texts(
    _ count: Int, from documents: [Int]?, for group: RankingGroup, index: Int, epoch: Int, seed: UInt64
  ) -> [String] {
    let available = documents?.count ?? pool.count
    let count = min(count, available)
    guard count > 0 else { return [] }
    let random = StableRandom(seed: seed ^ 0x6561_7379_6e65_6761 ^ UInt64(index) << 24, epoch: epoch)
    var taken = Set(group.documents.compactMap { pool.firstIndex(of: ExactText($0)) })
    if let number = pool.firstIndex(of: ExactText(group.query)) { taken.insert(number) }
    if let query = queries.firstIndex(of: ExactText(group.query)), let known = positives[query] {
      taken.formUnion(known)
    }
    var texts: [String] = []
    // A pool that is nearly used up is not searched for its last documents.
    for attempt in 0..<(20 * count + 20) where texts.count < count {
      let drawn = random.index(below: available, at: attempt)
      let number = documents.map { $0[drawn] } ?? drawn
      if taken.insert(number).inserted { texts.append(pool[number].text) }
    }
    return texts
  }
}
