/// Byte strings numbered in the order they came, found by content or as the longest prefix of a text.
///
/// Keys are bytes because two Swift strings are equal when they are canonically equivalent, which tokens are not.
///
/// The hash of a string is `h = (h ^ byte) * m` over its bytes, modulo 2^64, with an odd `m`. Each step can be undone,
/// so the search for the longest prefix hashes the text once and then walks back byte by byte. A slot holds the first
/// eight bytes of its key: most tokens are found, and most others passed over, with one access to memory.
struct ByteTable: Sendable {
  private static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15
  /// `multiplier * inverse == 1` modulo 2^64.
  private static let inverse: UInt64 = 0xF1DE_83E1_9937_733D
  private static let emptyHash: UInt64 = 0x2545_F491_4F6C_DD1D

  private var bytes: [UInt8] = []
  private var starts: [UInt32] = [0]
  /// Open addressing, two words a slot: the mark of the key (0 where free), and its head.
  ///
  /// A mark is, from the top: 32 bits of the hash, 4 bits for the length (15 for anything longer than a head), and 28
  /// bits for one more than the number of the key.
  private var slots: [UInt64]
  /// The top bits of the hash choose the slot.
  private var shift: UInt64

  /// The length of the longest key.
  private(set) var longest = 0

  /// The number of keys.
  var count: Int { starts.count - 1 }

  /// Makes an empty table with room for `capacity` keys.
  init(capacity: Int) {
    var bits: UInt64 = 4
    while 1 << bits < capacity * 2 { bits += 1 }
    shift = 64 - bits
    slots = [UInt64](repeating: 0, count: 2 << Int(bits))
    starts.reserveCapacity(capacity + 1)
    bytes.reserveCapacity(capacity * 8)
  }

  /// The bytes of key `index`.
  func key(_ index: Int) -> ArraySlice<UInt8> {
    bytes[Int(starts[index])..<Int(starts[index + 1])]
  }

  /// The number of bytes of key `index`.
  func length(of index: Int) -> Int { Int(starts[index + 1] - starts[index]) }

  /// One byte of key `index`.
  func byte(_ offset: Int, of index: Int) -> UInt8 { bytes[Int(starts[index]) + offset] }

  /// The numbers of the keys in ascending order of their bytes.
  func sortedKeys() -> [Int32] {
    // Most keys differ in their first eight bytes; the order of these is that of a number.
    var heads = (0..<count).map { index in
      let start = Int(starts[index])
      let length = length(of: index)
      var head: UInt64 = 0
      for offset in 0..<8 { head = head << 8 | (offset < length ? UInt64(bytes[start + offset]) : 0) }
      return (head: head, index: Int32(index))
    }
    heads.sort { left, right in
      left.head != right.head
        ? left.head < right.head : key(Int(left.index)).lexicographicallyPrecedes(key(Int(right.index)))
    }
    return heads.map(\.index)
  }

  /// Adds a key.
  ///
  /// - Returns: Its number, and whether it was new.
  mutating func insert(_ key: some Collection<UInt8>) -> (index: Int, isNew: Bool) {
    var search = Search()
    for byte in key { search.append(byte) }
    let slot: Int
    switch find(search, { self.key($0).elementsEqual(key) }) {
    case .found(let index): return (index, false)
    case .free(let free): slot = free
    }
    bytes.append(contentsOf: key)
    starts.append(UInt32(bytes.count))
    slots[slot] = search.mark | UInt64(count)
    slots[slot + 1] = search.head
    longest = max(longest, search.length)
    if count * 4 > slots.count { grow() }
    return (count - 1, true)
  }

  /// The number of `key`, or nil where it is not in the table.
  func index(of key: some Collection<UInt8>) -> Int? {
    var search = Search()
    for byte in key { search.append(byte) }
    if case .found(let index) = find(search, { self.key($0).elementsEqual(key) }) { return index }
    return nil
  }

  /// The number of the key that `text` has from `start` to `end`, or nil where it is not in the table.
  @inline(__always)
  func index(in text: [UInt8], from start: Int, to end: Int) -> Int? {
    var search = Search()
    for position in start..<end { search.append(text[position]) }
    if case .found(let index) = find(search, { matches($0, text, start, end) }) { return index }
    return nil
  }

  /// Bytes that stand before every key of a search.
  struct Prefix: Sendable {
    let bytes: [UInt8]
    fileprivate let search: Search

    init(_ bytes: [UInt8]) {
      self.bytes = bytes
      search = bytes.reduce(into: Search()) { $0.append($1) }
    }
  }

  /// The longest key that is `prefix` and then one or more bytes of `text` from `start` on.
  ///
  /// - Returns: Its number and where it ends in `text`, or nil where no key fits.
  @inline(__always)
  func longestKey(_ prefix: Prefix, in text: [UInt8], from start: Int, to end: Int) -> (index: Int, end: Int)? {
    let skipped = prefix.search.length
    guard longest > skipped else { return nil }
    var position = min(end, start + longest - skipped)
    var search = prefix.search
    for index in start..<position { search.append(text[index]) }
    while position > start {
      if case .found(let index) = find(search, { matches($0, prefix, text, start, position) }) {
        return (index, position)
      }
      position -= 1
      search.removeLast(text[position])
    }
    return nil
  }

  private func matches(_ index: Int, _ prefix: Prefix, _ text: [UInt8], _ start: Int, _ end: Int) -> Bool {
    var position = Int(starts[index])
    guard Int(starts[index + 1]) - position == prefix.bytes.count + end - start else { return false }
    for byte in prefix.bytes {
      if bytes[position] != byte { return false }
      position += 1
    }
    for index in start..<end {
      if bytes[position] != text[index] { return false }
      position += 1
    }
    return true
  }

  private func matches(_ index: Int, _ text: [UInt8], _ start: Int, _ end: Int) -> Bool {
    key(index).elementsEqual(text[start..<end])
  }

  // MARK: - Hashing

  /// The hash, the head and the length of a string that is still growing or shrinking.
  fileprivate struct Search: Sendable {
    var hash = ByteTable.emptyHash
    /// The first eight bytes, the first one lowest.
    var head: UInt64 = 0
    var length = 0

    @inline(__always)
    mutating func append(_ byte: UInt8) {
      hash = (hash ^ UInt64(byte)) &* ByteTable.multiplier
      if length < 8 { head |= UInt64(byte) << UInt64(length * 8) }
      length += 1
    }

    @inline(__always)
    mutating func removeLast(_ byte: UInt8) {
      hash = hash &* ByteTable.inverse ^ UInt64(byte)
      length -= 1
      if length < 8 { head &= (1 << UInt64(length * 8)) - 1 }
    }

    /// The mark of the string without the number of its key.
    @inline(__always)
    var mark: UInt64 { hash << 32 | UInt64(length <= 8 ? length : 15) << 28 }
  }

  private enum Place {
    case found(Int)
    case free(Int)
  }

  /// Looks for a string; `isSame` compares it with a key that is longer than a head.
  @inline(__always)
  private func find(_ search: Search, _ isSame: (Int) -> Bool) -> Place {
    let mark = search.mark
    var slot = Int(truncatingIfNeeded: search.hash >> (shift & 63)) << 1
    while true {
      let known = slots[slot]
      if known == 0 { return .free(slot) }
      if known >> 28 == mark >> 28, slots[slot + 1] == search.head {
        let index = Int(known & 0xFFF_FFFF) - 1
        if search.length <= 8 || isSame(index) { return .found(index) }
      }
      slot = (slot + 2) & (slots.count - 1)
    }
  }

  private mutating func grow() {
    shift -= 1
    slots = [UInt64](repeating: 0, count: slots.count * 2)
    for index in 0..<count {
      var search = Search()
      for byte in key(index) { search.append(byte) }
      guard case .free(let slot) = find(search, { _ in false }) else { continue }
      slots[slot] = search.mark | UInt64(index + 1)
      slots[slot + 1] = search.head
    }
  }
}
