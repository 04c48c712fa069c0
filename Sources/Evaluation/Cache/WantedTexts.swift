/// Texts that vectors are wanted for, by their hashes, and which of them have one: 41 bytes a text.
struct WantedTexts {
  /// A text of the list.
  private struct Text {
    let hash: ContentHash
    let position: Int32
  }

  /// Texts of the list that are equal: their place in the order of hashes.
  struct Group {
    fileprivate let texts: Range<Int>
  }

  /// All texts by hash; those of one hash in the order of the list.
  private let sorted: [Text]
  /// Whether each text of the list has its vector.
  private var isFound: [Bool]

  init(_ texts: [String]) {
    sorted = texts.enumerated()
      .map { Text(hash: ContentHash(of: $0.element), position: Int32($0.offset)) }
      .sorted { ($0.hash, $0.position) < ($1.hash, $1.position) }
    isFound = [Bool](repeating: false, count: texts.count)
  }

  /// The number of texts that have their vector.
  var foundCount: Int { isFound.count { $0 } }

  /// The texts of a hash, unless they have their vector.
  func wanted(_ hash: ContentHash) -> Group? {
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle].hash < hash { low = middle + 1 } else { high = middle }
    }
    guard low < sorted.count, sorted[low].hash == hash, !isFound[Int(sorted[low].position)] else { return nil }
    return group(from: low)
  }

  /// The groups of texts without a vector, in the order of the list.
  var missing: [Group] {
    var groups: [Group] = []
    var start = 0
    while start < sorted.count {
      let group = group(from: start)
      if !isFound[Int(sorted[start].position)] { groups.append(group) }
      start = group.texts.upperBound
    }
    return groups.sorted { first(of: $0) < first(of: $1) }
  }

  /// Notes that the texts of a group have their vector.
  mutating func find(_ group: Group) {
    for index in group.texts { isFound[Int(sorted[index].position)] = true }
  }

  /// The hash of a group's texts.
  func hash(of group: Group) -> ContentHash { sorted[group.texts.lowerBound].hash }

  /// The first place in the list that has the text of a group.
  func first(of group: Group) -> Int { Int(sorted[group.texts.lowerBound].position) }

  /// Every place in the list that has the text of a group.
  func positions(of group: Group) -> [Int] { sorted[group.texts].map { Int($0.position) } }

  private func group(from start: Int) -> Group {
    var end = start + 1
    while end < sorted.count && sorted[end].hash == sorted[start].hash { end += 1 }
    return Group(texts: start..<end)
  }
}
