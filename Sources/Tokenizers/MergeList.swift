/// The merges of a BPE model as its files have them: pairs of tokens, the first to be merged first.
struct MergeList: Sendable {
  private var bytes: [UInt8] = []
  /// Where each part ends; the parts of one merge follow each other.
  private var ends: [Int] = []

  var count: Int { ends.count / 2 }

  /// The two tokens of merge `index`.
  subscript(_ index: Int) -> (left: ArraySlice<UInt8>, right: ArraySlice<UInt8>) {
    let middle = ends[2 * index]
    return (bytes[(index == 0 ? 0 : ends[2 * index - 1])..<middle], bytes[middle..<ends[2 * index + 1]])
  }

  mutating func reserveCapacity(_ count: Int) {
    bytes.reserveCapacity(count * 8)
    ends.reserveCapacity(count * 2)
  }

  /// Appends the next part: the left token of a merge, or its right one.
  mutating func appendPart(_ token: some Collection<UInt8>) {
    bytes.append(contentsOf: token)
    ends.append(bytes.count)
  }

  /// Appends a merge written as two tokens with a space between them; a line of the version (`#version: 0.2`) is none.
  ///
  /// - Returns: False where the line has not exactly one space.
  mutating func append(line: some Collection<UInt8>) -> Bool {
    if line.starts(with: "#version".utf8) { return true }
    guard let space = line.firstIndex(of: UInt8(ascii: " ")) else { return false }
    let right = line[line.index(after: space)...]
    guard !right.contains(UInt8(ascii: " ")) else { return false }
    appendPart(line[..<space])
    appendPart(right)
    return true
  }
}
