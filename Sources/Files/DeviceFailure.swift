import Synchronization

/// A failure of a disk that a system call of this process has met, whatever became of it.
///
/// Not every failure ends the work in which it happens: a file that cannot be read may count as missing, and a message then
/// names that. The end of the process tells of the disk as well.
public enum DeviceFailure {
  private static let hasHappened = Atomic<Bool>(false)

  /// The failure in words, with the remedy; nil where there was none.
  public static var explanation: String? {
    guard hasHappened.load(ordering: .relaxed) else { return nil }
    let explanation = SystemError.inputOutput.explanation
    return "\(explanation.what); \(explanation.remedy)"
  }

  static func note() { hasHappened.store(true, ordering: .relaxed) }
}
