import Words

/// Random documents, which nearly always do not fit a query at all.
///
/// A document that the group has already, that is a positive of the same query in any group, or that is the query
/// itself is never drawn. Documents are compared by text as in ``KnownPositives``.
public struct EasyNegatives: Sendable {
  /// The share of a group's negatives that is random, from 0 to 1.
  public let share: Double
  /// True if a group gets documents of the other groups of its step only.
  public let isInBatch: Bool
  /// The different documents to draw from.
  private var texts: [String] = []
  private var numbers: [TextKey: Int] = [:]
  /// The documents of every positive that has their text without their title.
  private var untitled: [TextKey: [Int]] = [:]
  /// The positives of each query.
  private var positives: [TextKey: Set<TextKey>] = [:]

  /// Prepares the documents.
  ///
  /// - Parameters:
  ///   - share: The share of a group's negatives that is random, from 0 to 1.
  ///   - corpus: The documents to draw from; without it, those of all groups. Blank ones are left out.
  ///   - groups: All groups.
  ///   - isInBatch: True if a group gets documents of the other groups of its step only; these must be among those that are drawn
  ///     from.
  public init(share: Double, corpus: Corpus? = nil, groups: RankingGroups, isInBatch: Bool = false) {
    self.share = share
    self.isInBatch = isInBatch
    for group in groups.groups {
      for (text, grade) in zip(group.documents, group.grades) where grade > 0 {
        positives[TextKey(group.query), default: []].insert(TextKey(text))
      }
    }
    guard let corpus else {
      for group in groups.groups { for text in group.documents { _ = add(text) } }
      return
    }
    let known = positives.values.reduce(into: Set<TextKey>()) { $0.formUnion($1) }
    for document in corpus.documents where !document.isBlank {
      guard let number = add(document.content), !document.title.isBlank, !document.text.isBlank else { continue }
      let key = TextKey(document.text)
      if known.contains(key) { untitled[key, default: []].append(number) }
    }
  }

  /// Adds a document that is new and not blank; returns its number.
  private mutating func add(_ text: String) -> Int? {
    let key = TextKey(text)
    guard !text.isBlank, numbers[key] == nil else { return nil }
    numbers[key] = texts.count
    texts.append(text)
    return texts.count - 1
  }

  /// The groups with as many random negatives as they lack.
  ///
  /// - Parameter whole: The groups with all their documents, none of which is easy for them.
  func completing(
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
      let documents = Set(batch.flatMap { numbers(of: groups[$0].documents) }).sorted()
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
    let available = documents?.count ?? texts.count
    let count = min(count, available)
    guard count > 0 else { return [] }
    let random = StableRandom(seed: seed ^ 0x6561_7379_6e65_6761 ^ UInt64(index) << 24, epoch: epoch)
    var taken = Set(numbers(of: group.documents + [group.query]))
    for positive in positives[TextKey(group.query)] ?? [] {
      taken.formUnion([numbers[positive]].compactMap { $0 } + (untitled[positive] ?? []))
    }
    var drawn: [String] = []
    // A pool that is nearly used up is not searched for its last documents.
    for attempt in 0..<(20 * count + 20) where drawn.count < count {
      let place = random.index(below: available, at: attempt)
      let number = documents.map { $0[place] } ?? place
      if taken.insert(number).inserted { drawn.append(texts[number]) }
    }
    return drawn
  }

  private func numbers(of texts: [String]) -> [Int] { texts.compactMap { numbers[TextKey($0)] } }
}
