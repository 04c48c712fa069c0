/// Texts that need vectors, by their hashes, and a flag for those that have one: 41 bytes per text.
struct WantedTexts {
  /// A text of the list.
  private struct Text {
    let hash: ContentHash
    let index: Int32
  }

  /// Equal texts of the list, as a range in the order of hashes.
  struct Group {
    fileprivate let texts: Range<Int>
  }

  /// All texts by hash; those of one hash in the order of the list.
  private let sorted: [Text]
  /// True for each text of the list that has its vector.
  private var isFound: [Bool]

  init(_ texts: [String]) {
    sorted = texts.enumerated()
      .map { Text(hash: ContentHash(of: $0.element), index: Int32($0.offset)) }
      .sorted { ($0.hash, $0.index) < ($1.hash, $1.index) }
    isFound = [Bool](repeating: false, count: texts.count)
  }

  /// The number of texts that have their vector.
  var foundCount: Int { isFound.count { $0 } }

  /// The texts of a hash; nil if there are none or they have their vector.
  func wanted(_ hash: ContentHash) -> Group? {
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle].hash < hash { low = middle + 1 } else { high = middle }
    }
    guard low < sorted.count, sorted[low].hash == hash, !isFound[Int(sorted[low].index)] else { return nil }
    return group(from: low)
  }

  /// The groups of texts without a vector, in the order of the list.
  var missing: [Group] {
    var groups: [Group] = []
    var start = 0
    while start < sorted.count {
      let group = group(from: start)
      if !isFound[Int(sorted[start].index)] { groups.append(group) }
      start = group.texts.upperBound
    }
    return groups.sorted { first(of: $0) < first(of: $1) }
  }

  /// Notes that the texts of a group have their vector.
  mutating func find(_ group: Group) {
    for position in group.texts { isFound[Int(sorted[position].index)] = true }
  }

  /// The hash of a group's texts.
  func hash(of group: Group) -> ContentHash { sorted[group.texts.lowerBound].hash }

  /// The first index in the list with the text of a group.
  func first(of group: Group) -> Int { Int(sorted[group.texts.lowerBound].index) }

  /// All indices in the list with the text of a group.
  func indices(of group: Group) -> [Int] { sorted[group.texts].map { Int($0.index) } }

  private func group(from start: Int) -> Group {
    var end = start + 1
    while end < sorted.count && sorted[end].hash == sorted[start].hash { end += 1 }
    return Group(texts: start..<end)
  }
}
