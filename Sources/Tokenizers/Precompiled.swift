/// The normalizer `Precompiled`: the table of a sentencepiece model, from characters to other characters.
///
/// Of a grapheme cluster of fewer than six bytes, the shortest beginning that is in the table replaces all of it. Any
/// other cluster goes scalar by scalar. sentencepiece itself takes the longest match and knows no clusters, which gives
/// other results for letters with combining marks.
///
/// Upstream: `normalizers/precompiled.rs`, and the crate spm_precompiled 0.1.4.
struct Precompiled: Sendable {
  /// The table as the file has it: the size of the trie in bytes, the trie, and texts that end with a zero byte.
  let table: [UInt8]

  /// The nodes of a double array in the form of the library Darts-clone.
  private let units: [UInt32]
  /// Where the texts start in the table.
  private let textStart: Int
  /// The class of each scalar, and whether the trie has it.
  private let classes: ScalarTable
  /// True for an ASCII character that stays as it is.
  private let isPlain: [Bool]

  /// A scalar that is in the trie.
  private static let replaced: UInt16 = 1 << 14
  /// A scalar that the trie has longer keys for.
  private static let continued: UInt16 = 1 << 15

  /// What is wrong with a table.
  struct Fault: Error { let message: String }

  init(_ table: [UInt8]) throws(Fault) {
    self.table = table
    guard table.count >= 4 else { throw Fault(message: "it has \(table.count) bytes; expected the size of a trie") }
    func number(at place: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(table[place + $1]) << UInt32(8 * $1) }
    }
    let size = Int(number(at: 0))
    guard size % 4 == 0, size > 0, size <= table.count - 4 else {
      throw Fault(
        message:
          "its trie has \(size) bytes; expected a positive multiple of 4, at most the \(table.count - 4) that follow")
    }
    units = stride(from: 4, to: 4 + size, by: 4).map { number(at: $0) }
    textStart = 4 + size
    guard UTF8Text.isValid(table[textStart...]) else { throw Fault(message: "its texts are not UTF-8") }
    try Self.check(units, table[textStart...])

    var classes = UnicodeData.graphemeClasses
    let units = units
    Self.forEachScalar(of: units) { scalar, node in
      let isReplaced = Self.value(of: node, units) != nil
      let isContinued = (1..<256).contains { Self.child(of: node, UInt8($0), units) != nil }
      classes.insert(
        (isReplaced ? Self.replaced : 0) | (isContinued ? Self.continued : 0), from: scalar, through: scalar)
    }
    self.classes = classes
    isPlain = (UInt32(0)..<128).map { classes[$0] & (Self.replaced | Self.continued) == 0 && $0 != 0x0D }
  }

  // MARK: - The trie

  /// A place in the trie.
  private struct Node {
    /// The place that is combined with the next byte.
    var base: Int
    var hasValue: Bool

    init(_ unit: UInt32, at place: Int) {
      base = place ^ Int((unit >> 10) << ((unit & 1 << 9) >> 6))
      hasValue = unit & 1 << 8 != 0
    }
  }

  private static func root(_ units: [UInt32]) -> Node { Node(units[0], at: 0) }

  @inline(__always)
  private static func child(of node: Node, _ byte: UInt8, _ units: [UInt32]) -> Node? {
    let place = node.base ^ Int(byte)
    // A key ends at a zero byte.
    guard byte != 0, place < units.count, units[place] & 0x8000_00FF == UInt32(byte) else { return nil }
    return Node(units[place], at: place)
  }

  /// Where the text of a node starts among the texts.
  private static func value(of node: Node, _ units: [UInt32]) -> Int? {
    node.hasValue && node.base < units.count ? Int(units[node.base] & 0x7FFF_FFFF) : nil
  }

  /// Refuses a trie that leads out of itself or out of the texts.
  private static func check(_ units: [UInt32], _ texts: ArraySlice<UInt8>) throws(Fault) {
    var isSeen = [Bool](repeating: false, count: units.count)
    var nodes = [root(units)]
    while let node = nodes.popLast() {
      guard node.base < units.count else { throw Fault(message: "its trie leads out of its \(units.count) nodes") }
      if let value = value(of: node, units) {
        let isText = value < texts.count && texts[texts.startIndex + value] & 0xC0 != 0x80
        guard isText || value == texts.count else {
          throw Fault(message: "its trie leads to the text at \(value), but the texts have \(texts.count) bytes")
        }
      }
      for byte in UInt8(1)...255 {
        let place = node.base ^ Int(byte)
        guard let child = child(of: node, byte, units), !isSeen[place] else { continue }
        isSeen[place] = true
        nodes.append(child)
      }
    }
  }

  /// Calls `body` with every scalar whose bytes lead somewhere.
  private static func forEachScalar(of units: [UInt32], _ body: (UInt32, Node) -> Void) {
    func go(_ node: Node, _ bits: UInt32, _ left: Int, _ least: UInt32) {
      guard left > 0 else {
        if bits >= least, !(0xD800...0xDFFF).contains(bits), bits <= 0x10FFFF { body(bits, node) }
        return
      }
      for byte in UInt8(0x80)...0xBF {
        if let child = child(of: node, byte, units) { go(child, bits << 6 | UInt32(byte & 0x3F), left - 1, least) }
      }
    }
    let root = root(units)
    for byte in UInt8(1)...0xF4 {
      guard let node = child(of: root, byte, units) else { continue }
      switch byte {
      case ..<0x80: go(node, UInt32(byte), 0, 0)
      case 0xC2..<0xE0: go(node, UInt32(byte & 0x1F), 1, 0x80)
      case 0xE0..<0xF0: go(node, UInt32(byte & 0x0F), 2, 0x800)
      case 0xF0...: go(node, UInt32(byte & 0x07), 3, 0x10000)
      default: break
      }
    }
  }

  // MARK: - Normalizing

  /// Appends the normal form of `range` of `input` to `output`.
  func append(_ input: [UInt8], _ range: Range<Int>, to output: inout [UInt8]) {
    var position = range.lowerBound
    while position < range.upperBound {
      let byte = input[position]
      if byte < 0x80, isPlain[Int(byte)], position + 1 == range.upperBound || input[position + 1] < 0x80 {
        output.append(byte)
        position += 1
        continue
      }
      position = appendCluster(input, from: position, range.upperBound, to: &output)
    }
  }

  /// Appends the normal form of the cluster that starts at `start`.
  ///
  /// - Returns: Where it ends.
  private func appendCluster(_ input: [UInt8], from start: Int, _ limit: Int, to output: inout [UInt8]) -> Int {
    let (first, length) = UTF8Text.scalar(at: start, in: input)
    let known = classes[first]
    var boundary = GraphemeBoundary(first, GraphemeClass(rawValue: known))
    var end = start + length
    while end < limit {
      let (scalar, length) = UTF8Text.scalar(at: end, in: input)
      guard boundary.append(scalar, GraphemeClass(rawValue: classes[scalar])) else { break }
      end += length
    }
    if end - start < 6, known & (Self.replaced | Self.continued) != 0,
      let value = shortestKey(input, start..<end)
    {
      appendText(value, to: &output)
      return end
    }
    var position = start
    while position < end {
      let (scalar, length) = UTF8Text.scalar(at: position, in: input)
      if classes[scalar] & Self.replaced != 0, let value = shortestKey(input, position..<position + length) {
        appendText(value, to: &output)
      } else {
        for offset in 0..<length { output.append(input[position + offset]) }
      }
      position += length
    }
    return end
  }

  /// The value of the shortest key that `range` of `input` starts with.
  private func shortestKey(_ input: [UInt8], _ range: Range<Int>) -> Int? {
    var node = Self.root(units)
    for position in range {
      guard let child = Self.child(of: node, input[position], units) else { return nil }
      if let value = Self.value(of: child, units) { return value }
      node = child
    }
    return nil
  }

  private func appendText(_ value: Int, to output: inout [UInt8]) {
    var position = textStart + value
    while position < table.count, table[position] != 0 {
      output.append(table[position])
      position += 1
    }
  }
}
