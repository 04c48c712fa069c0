/// A string that equals another only when their UTF-8 bytes are equal, ordered by those bytes.
///
/// Swift's own comparison takes canonically equivalent strings ("é" as one scalar or as two) for the same and orders by
/// normal form. Run files and the programs that read them compare bytes, and so must whatever is keyed by an
/// identifier.
package struct ExactText: Hashable, Comparable, Sendable {
  /// The text itself.
  package let text: String

  /// Wraps a text.
  package init(_ text: String) {
    self.text = text
  }

  package static func == (left: ExactText, right: ExactText) -> Bool {
    let leftBytes = left.text.utf8.span
    let rightBytes = right.text.utf8.span
    guard leftBytes.count == rightBytes.count else { return false }
    for position in leftBytes.indices where leftBytes[position] != rightBytes[position] { return false }
    return true
  }

  package static func < (left: ExactText, right: ExactText) -> Bool {
    let leftBytes = left.text.utf8.span
    let rightBytes = right.text.utf8.span
    for position in 0..<min(leftBytes.count, rightBytes.count) where leftBytes[position] != rightBytes[position] {
      return leftBytes[position] < rightBytes[position]
    }
    return leftBytes.count < rightBytes.count
  }

  package func hash(into hasher: inout Hasher) {
    let bytes = text.utf8.span
    var word: UInt64 = 0
    for position in bytes.indices {
      word = word << 8 | UInt64(bytes[position])
      if position & 7 == 7 { hasher.combine(word) }
    }
    hasher.combine(word)
    hasher.combine(bytes.count)
  }
}
