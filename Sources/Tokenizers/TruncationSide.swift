/// The end at which a text of too many tokens is cut.
public enum TruncationSide: String, Sendable {
  /// The beginning is cut off.
  case left
  /// The end is cut off.
  case right
}

extension TruncationSide {
  /// Cuts tokens to a number of them.
  func cut(_ ids: inout [Int32], to count: Int) {
    guard ids.count > count else { return }
    switch self {
    case .left: ids.removeFirst(ids.count - count)
    case .right: ids.removeLast(ids.count - count)
    }
  }
}
