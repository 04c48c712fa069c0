/// The hashes of the member names of all objects that are being read, for finding a name that stands twice.
///
/// One stack serves nested objects: each takes off at its end what it put on.
struct MemberNames {
  private var entries: [(hash: UInt64, offset: Int)] = []

  /// Above this many members a table is cheaper than comparing every pair.
  private static let pairLimit = 8

  /// The height of the stack.
  var mark: Int { entries.count }

  /// Puts a name on the stack.
  mutating func add(hash: UInt64, offset: Int) {
    entries.append((hash, offset))
  }

  /// Takes off the names of one object.
  ///
  /// - Returns: A name that stands twice and the place of its second appearance, or nil.
  mutating func removeAll(
    from mark: Int, namesOf members: [(name: String, value: JSONValue)]
  ) -> (name: String, offset: Int)? {
    defer { entries.removeSubrange(mark...) }
    guard let index = members.count > Self.pairLimit ? searchTable(mark, members) : searchPairs(mark, members) else {
      return nil
    }
    return (members[index].name, entries[mark + index].offset)
  }

  private func searchPairs(_ mark: Int, _ members: [(name: String, value: JSONValue)]) -> Int? {
    for later in members.indices {
      for earlier in 0..<later where isSame(mark, members, earlier, later) { return later }
    }
    return nil
  }

  /// A table with open addressing, at most half full.
  private func searchTable(_ mark: Int, _ members: [(name: String, value: JSONValue)]) -> Int? {
    var size = 32
    while size < 2 * members.count { size *= 2 }
    var table = [Int32](repeating: -1, count: size)
    for index in members.indices {
      var slot = Int(truncatingIfNeeded: entries[mark + index].hash) & (size - 1)
      while table[slot] >= 0 {
        if isSame(mark, members, Int(table[slot]), index) { return index }
        slot = (slot + 1) & (size - 1)
      }
      table[slot] = Int32(truncatingIfNeeded: index)
    }
    return nil
  }

  private func isSame(
    _ mark: Int, _ members: [(name: String, value: JSONValue)], _ first: Int, _ second: Int
  ) -> Bool {
    entries[mark + first].hash == entries[mark + second].hash
      && members[first].name.utf8.elementsEqual(members[second].name.utf8)
  }
}

/// A hash of bytes under a key that differs from process to process, so that nobody can prepare names that collide.
struct ByteHasher {
  private var state = key
  private var word: UInt64 = 0
  private var count: UInt64 = 0

  private static let key = UInt64.random(in: .min ... .max)
  private static let multiplier = UInt64.random(in: .min ... .max) | 1

  /// Adds a byte.
  mutating func add(_ byte: UInt8) {
    word = word << 8 | UInt64(byte)
    count &+= 1
    if count & 7 == 0 { mix() }
  }

  /// The hash of all bytes added.
  mutating func finish() -> UInt64 {
    mix()
    word = count
    mix()
    return state
  }

  private mutating func mix() {
    let product = (state ^ word).multipliedFullWidth(by: Self.multiplier)
    state = product.high ^ product.low
    word = 0
  }
}
