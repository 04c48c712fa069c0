/// The member names of all objects that are being read, for finding a duplicate name.
///
/// One stack serves nested objects: each removes its names at its end.
struct MemberNames {
  private var names: [StringRange] = []

  /// Above this many members a set is cheaper than comparing every pair.
  private static let pairLimit = 8

  /// The height of the stack.
  var count: Int { names.count }

  /// Pushes a name.
  mutating func add(_ name: StringRange) {
    names.append(name)
  }

  /// Removes the names of an object.
  mutating func removeAll(from mark: Int) {
    names.removeSubrange(mark...)
  }

  /// The second appearance of a name in the object that began at `mark`, or nil.
  ///
  /// - Parameter isSame: Compares the names themselves; asked only when their hashes are equal.
  func firstDuplicate(from mark: Int, isSame: (StringRange, StringRange) -> Bool) -> StringRange? {
    let names = names[mark...]
    if names.count <= Self.pairLimit {
      for later in names.indices {
        for earlier in mark..<later where names[earlier].hash == names[later].hash {
          if isSame(names[earlier], names[later]) { return names[later] }
        }
      }
      return nil
    }
    var hashes = Set<UInt64>(minimumCapacity: names.count)
    for later in names.indices where !hashes.insert(names[later].hash).inserted {
      // Two names with one hash are one name, but for an accident that nobody can arrange.
      for earlier in mark..<later where names[earlier].hash == names[later].hash {
        if isSame(names[earlier], names[later]) { return names[later] }
      }
    }
    return nil
  }
}

/// A hash of bytes under a key that differs from process to process, so that nobody can prepare names that collide.
struct ByteHasher {
  /// The secret of this process.
  struct Key {
    let start = UInt64.random(in: .min ... .max)
    let multiplier = UInt64.random(in: .min ... .max) | 1
  }

  static let key = Key()

  private var state: UInt64
  private let multiplier: UInt64
  private var word: UInt64 = 0
  private var count: UInt64 = 0

  init(key: Key) {
    state = key.start
    multiplier = key.multiplier
  }

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
    let product = (state ^ word).multipliedFullWidth(by: multiplier)
    state = product.high ^ product.low
    word = 0
  }
}
