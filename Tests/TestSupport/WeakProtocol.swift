public import Files

/// A way to spoil a protocol of changes of the disk; a test of the protocol that finds no fault then proves nothing.
public enum WeakProtocol: CaseIterable, Sendable {
  case filesAreNotSynchronized
  case foldersAreNotSynchronized
  /// What was synchronized before a rename is so only after all changes.
  case filesAreSynchronizedLast

  /// The changes as the spoilt protocol makes them.
  public func weaken(_ changes: [DiskChange]) -> [DiskChange] {
    var result: [DiskChange] = []
    var late: [DiskChange] = []
    // The system gives a number again once its file is closed; here every opened file has its own.
    var numbers: [Int32: Int32] = [:]
    var folders: Set<Int32> = []
    var (next, isFile) = (Int32(1000), false)
    for change in changes {
      switch change {
      case .open:
        // A folder is opened without this announcement, since that changes nothing.
        isFile = true
        result.append(change)
      case .opened(let descriptor, let path):
        next += 1
        numbers[descriptor] = next
        if !isFile { folders.insert(next) }
        isFile = false
        result.append(.opened(next, path: path))
      case .write(let descriptor, let bytes): result.append(.write(numbers[descriptor] ?? descriptor, bytes: bytes))
      case .truncate(let descriptor, let count):
        result.append(.truncate(numbers[descriptor] ?? descriptor, count: count))
      case .reserve(let descriptor, let count):
        result.append(.reserve(numbers[descriptor] ?? descriptor, count: count))
      case .synchronize(let descriptor):
        let number = numbers[descriptor] ?? descriptor
        let isFolder = folders.contains(number)
        switch self {
        case .filesAreNotSynchronized where !isFolder, .foldersAreNotSynchronized where isFolder: break
        case .filesAreSynchronizedLast where !isFolder: late.append(.synchronize(number))
        default: result.append(.synchronize(number))
        }
      default: result.append(change)
      }
    }
    return result + late
  }
}
