/// A number for every Unicode scalar, 0 for most of them, found with two array reads.
///
/// Scalars come in blocks of 128; blocks that hold one number throughout are stored once.
struct ScalarTable: Sendable {
  private var blocks = [UInt16](repeating: 0, count: 0x110000 >> 7)
  private var values = [UInt16](repeating: 0, count: 128)
  /// The shared block of each number that fills a block; nobody writes into these.
  private var uniform: [UInt16: UInt16] = [0: 0]

  /// The number of `scalar`.
  @inline(__always)
  subscript(scalar: UInt32) -> UInt16 {
    values[Int(blocks[Int(scalar >> 7)]) << 7 | Int(scalar & 127)]
  }

  /// Sets the bits of `value` for every scalar from `first` through `last`.
  mutating func insert(_ value: UInt16, from first: UInt32, through last: UInt32) {
    var at = Int(first)
    while at <= Int(last) {
      let block = at >> 7
      let end = min(block << 7 | 127, Int(last))
      let old = values[Int(blocks[block]) << 7]
      let isShared = uniform[old] == blocks[block]
      if isShared, at & 127 == 0, end & 127 == 127 {
        blocks[block] = uniformBlock(of: old | value)
      } else {
        if isShared { blocks[block] = addBlock(filledWith: old) }
        let start = Int(blocks[block]) << 7
        for offset in (at & 127)...(end & 127) { values[start | offset] |= value }
      }
      at = end + 1
    }
  }

  private mutating func uniformBlock(of value: UInt16) -> UInt16 {
    if let known = uniform[value] { return known }
    let added = addBlock(filledWith: value)
    uniform[value] = added
    return added
  }

  private mutating func addBlock(filledWith value: UInt16) -> UInt16 {
    values.append(contentsOf: repeatElement(value, count: 128))
    return UInt16(values.count >> 7 - 1)
  }
}

/// A map from some scalars to one or more scalars each.
struct ScalarMapping: Sendable {
  /// One more than the index in `entries`; 0 where a scalar stays as it is.
  private var indices = ScalarTable()
  private var entries: [(start: UInt32, count: UInt32)] = []
  private var targets: [UInt32] = []

  init(_ texts: String...) {
    for text in texts {
      var words = TableText(text)
      while let word = words.next() {
        for (index, scalar) in stride(from: word.first, through: word.last, by: Int(word.step)).enumerated() {
          let start = UInt32(targets.count)
          targets.append(word.value + UInt32(index) * word.step)
          targets += word.rest
          if indices[scalar] == 0 {
            entries.append((start, UInt32(targets.count) - start))
            indices.insert(UInt16(entries.count), from: scalar, through: scalar)
          } else {
            // A later text replaces what an earlier one said.
            entries[Int(indices[scalar]) - 1] = (start, UInt32(targets.count) - start)
          }
        }
      }
    }
  }

  /// Calls `body` with each scalar that `scalar` turns into, which may be itself.
  @inline(__always)
  func forEach(of scalar: UInt32, _ body: (UInt32) -> Void) {
    let number = indices[scalar]
    guard number != 0 else { return body(scalar) }
    let entry = entries[Int(number) - 1]
    for index in Int(entry.start)..<Int(entry.start + entry.count) { body(targets[index]) }
  }

  /// The scalars that `scalar` turns into, or nil where it stays as it is.
  subscript(scalar: UInt32) -> ArraySlice<UInt32>? {
    let number = indices[scalar]
    guard number != 0 else { return nil }
    let entry = entries[Int(number) - 1]
    return targets[Int(entry.start)..<Int(entry.start + entry.count)]
  }
}
