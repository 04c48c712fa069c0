import Datasets
import Files
import Words

/// The side of a split.
enum SplitSide: String, CaseIterable {
  case train, dev, test
}

/// A split of queries without a leak: no text, and no near-duplicate of one, is judged on two sides.
///
/// 1. Texts that are near-duplicates (``NearDuplicates``), as queries or as documents, are one text.
/// 2. Queries that share a relevant document hang together, and a group of queries that hang together has one side.
/// 3. Groups in random order go to test, then to dev, each until it has its size (``SplitSizes``); large groups and the rest train.
/// 4. Where too few queries are in groups that are small enough, the largest group is cut: neighbouring queries leave it for test and
///    dev, and judgments that would join two sides are left out.
struct QuerySplit {
  /// The side of each query; nil for one without judgments, or whose judgments were all left out.
  private(set) var sides: [SplitSide?]
  /// The judgments that are kept.
  private(set) var judgments: [Material.Judgment]
  /// The number of groups.
  let groups: Int
  /// The queries of the largest group.
  let largestGroup: Int
  /// Texts that have a near-duplicate.
  let nearDuplicates: Int
  /// The relevant documents that were left out to cut a group.
  private(set) var cut = 0
  /// Judgments of documents that are not relevant, which were left out because the document is judged on another side.
  private(set) var cutNegatives = 0
  let wanted: SplitSizes

  /// Splits the queries of some material.
  ///
  /// - Throws: `ProjectError` where there are too few queries, or where they cannot be split.
  init(_ material: Material, seed: UInt64) throws {
    let count = material.queries.count
    let answered = Set(material.judgments.lazy.map(\.query)).sorted()
    guard answered.count >= SplitSizes.fewestQueries else { throw Self.tooFew(answered.count, material) }
    wanted = SplitSizes(queries: answered.count)

    var texts = DisjointSets(count: count + material.documents.count)
    let documents = Dictionary(uniqueKeysWithValues: zip(material.documentKeys, 0...))
    for (query, key) in material.queryKeys.enumerated() {
      if let document = documents[key] { texts.join(query, count + document) }
    }
    let all = material.queries.map(\.text) + material.documents.map(\.content)
    nearDuplicates = NearDuplicates.join(all, in: &texts)
    /// The group of near-duplicates of each text.
    let classes = all.indices.map { texts.root(of: $0) }

    var joined = texts
    for judgment in material.judgments where judgment.grade > 0 {
      joined.join(judgment.query, count + judgment.document)
    }
    var members: [Int: [Int]] = [:]
    for query in answered { members[joined.root(of: query), default: []].append(query) }
    // Groups in the order of their first query, then shuffled.
    let ordered = members.values.sorted { $0[0] < $1[0] }
    let shuffled = StableRandom(seed: seed, epoch: 0).shuffled(ordered.count).map { ordered[$0] }
    groups = ordered.count
    largestGroup = ordered.map(\.count).max() ?? 0

    sides = Array(repeating: nil, count: count)
    for query in answered { sides[query] = .train }
    judgments = material.judgments
    var open = shuffled
    fill(.test, wanted.test, from: &open)
    fill(.dev, wanted.dev, from: &open)
    cutLargestGroups(open, classes, documentsFrom: count)
    leaveOutNegatives(classes, documentsFrom: count)
    try check(material)
  }

  /// The queries of a side.
  func count(of side: SplitSide) -> Int { sides.count { $0 == side } }

  /// The judgments of a side, in the order of the material.
  func judgments(of side: SplitSide) -> [Material.Judgment] { judgments.filter { sides[$0.query] == side } }

  // MARK: - Whole groups

  /// Gives a side groups until it has its size: small ones first come, first served, then the smallest of the others.
  private mutating func fill(_ side: SplitSide, _ size: Int, from open: inout [[Int]]) {
    var taken = 0
    var rest: [[Int]] = []
    let most = max(1, size / 8)
    for group in open {
      if group.count <= most && taken + group.count <= size {
        group.forEach { sides[$0] = side }
        taken += group.count
      } else {
        rest.append(group)
      }
    }
    // Where groups are large, as with a hundred questions to each of ten answers, some must be taken whole.
    let total = open.reduce(0) { $0 + $1.count }
    for index in rest.indices.sorted(by: { (rest[$0].count, $0) < (rest[$1].count, $1) })
    where taken < size - size / 4 && taken + rest[index].count <= size + size / 2 && rest[index].count * 2 < total {
      rest[index].forEach { sides[$0] = side }
      taken += rest[index].count
      rest[index] = []
    }
    open = rest.filter { !$0.isEmpty }
  }

  // MARK: - Cutting a group

  /// Moves neighbouring queries out of the largest groups where test or dev lack more than half of their size.
  private mutating func cutLargestGroups(_ open: [[Int]], _ classes: [Int], documentsFrom count: Int) {
    let missing: [(SplitSide, Int)] = [(.test, wanted.test), (.dev, wanted.dev)].compactMap { side, size in
      let has = self.count(of: side)
      return has * 2 < size ? (side, size - has) : nil
    }
    guard !missing.isEmpty, let group = open.max(by: { ($0.count, $1[0]) < ($1.count, $0[0]) }),
      group.count > missing.reduce(0, { $0 + $1.1 }) * 2
    else { return }
    var neighbours: [Int: [Int]] = [:]
    let inGroup = Set(group)
    for judgment in judgments where judgment.grade > 0 && inGroup.contains(judgment.query) {
      let (query, document) = (classes[judgment.query], classes[count + judgment.document])
      neighbours[query, default: []].append(document)
      neighbours[document, default: []].append(query)
    }
    var queries: [Int: [Int]] = [:]
    for query in group { queries[classes[query], default: []].append(query) }
    // Breadth first, so that few judgments lead out of what has been reached.
    var order: [Int] = []
    var seen: Set<Int> = []
    for query in group where seen.insert(classes[query]).inserted {
      order.append(classes[query])
      var next = order.count - 1
      while next < order.count {
        for neighbour in neighbours[order[next]] ?? [] where seen.insert(neighbour).inserted { order.append(neighbour) }
        next += 1
      }
    }
    /// The side of each class of texts in the group.
    var placed: [Int: SplitSide] = [:]
    var place = 0
    for (side, size) in missing {
      var moved = 0
      while moved < size && place < order.count {
        placed[order[place]] = side
        moved += queries[order[place]]?.count ?? 0
        place += 1
      }
    }
    for query in group { sides[query] = placed[classes[query]] ?? .train }
    let before = judgments.count { $0.grade > 0 }
    judgments.removeAll { judgment in
      judgment.grade > 0 && inGroup.contains(judgment.query)
        && sides[judgment.query] != placed[classes[count + judgment.document]] ?? .train
    }
    cut = before - judgments.count { $0.grade > 0 }
    let answered = Set(judgments.lazy.filter { $0.grade > 0 }.map(\.query))
    judgments.removeAll { !answered.contains($0.query) }
    for query in group where !answered.contains(query) { sides[query] = nil }
  }

  /// Leaves out judgments of documents that are not relevant where the text is judged, or is a query, on another side.
  private mutating func leaveOutNegatives(_ classes: [Int], documentsFrom count: Int) {
    var placed: [Int: SplitSide] = [:]
    for (query, side) in sides.enumerated() { if let side { placed[classes[query]] = side } }
    for judgment in judgments where judgment.grade > 0 {
      placed[classes[count + judgment.document]] = sides[judgment.query]
    }
    let before = judgments.count
    judgments.removeAll { judgment in
      guard judgment.grade <= 0 else { return false }
      let text = classes[count + judgment.document]
      // A text that is nowhere relevant belongs to the first side that judges it.
      let side = placed[text] ?? sides[judgment.query]
      placed[text] = side
      return side != sides[judgment.query]
    }
    cutNegatives = before - judgments.count
  }

  // MARK: - Refusals

  private static func tooFew(_ count: Int, _ material: Material) -> ProjectError {
    let found =
      count == 1
      ? "found 1 query in all rows (\"\(material.queries[material.judgments[0].query].text.shortened)\")"
      : "found \(NumberText.count(count))"
    return ProjectError(
      .badData,
      "expected at least \(SplitSizes.fewestQueries) different queries with a document of their own, \(found); fewer are too few "
        + "to learn from and to measure on, so collect more rows, or check that the columns are the right ones")
  }

  private func check(_ material: Material) throws {
    let fewest = SplitSide.allCases.map { (side: $0, count: count(of: $0)) }.min { $0.count < $1.count }
    guard let fewest, fewest.count < 3 else { return }
    func queries(_ count: Int) -> String { NumberText.counted(count, "query", plural: "queries") }
    let documents = NumberText.counted(Set(material.judgments.map(\.document)).count, "document")
    throw ProjectError(
      .badData,
      "the queries cannot be split without a leak: \(NumberText.count(largestGroup)) of "
        + "\(queries(wanted.train + wanted.dev + wanted.test)) hang together through shared or nearly equal texts, and "
        + "\(fewest.side.rawValue) would have \(queries(fewest.count)); bring rows whose texts differ more (they have "
        + "\(documents)), or leave out what stands in all of them")
  }
}
