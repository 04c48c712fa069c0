/// The four normalization forms with the tables of the reference library.
enum Normalization {
  /// The scalars of `range` of `bytes`, decomposed and in canonical order.
  static func decomposition(of bytes: [UInt8], _ range: Range<Int>, compatibility: Bool) -> [UInt32] {
    let mapping = compatibility ? UnicodeData.compatibility : UnicodeData.canonical
    let classes = UnicodeData.combiningClasses
    var scalars: [UInt32] = []
    scalars.reserveCapacity(range.count)
    var run = CombiningRun()
    func append(_ scalar: UInt32) {
      let combiningClass = classes[scalar]
      if combiningClass == 0 {
        run.drain { scalars.append($0) }
        scalars.append(scalar)
      } else {
        run.append(scalar, combiningClass)
      }
    }
    var position = range.lowerBound
    while position < range.upperBound {
      let (scalar, length) = UTF8Text.scalar(at: position, in: bytes)
      position += length
      if scalar >= Hangul.first, scalar <= Hangul.last {
        Hangul.forEachPart(of: scalar, append)
      } else {
        mapping.forEach(of: scalar, append)
      }
    }
    run.drain { scalars.append($0) }
    return scalars
  }

  /// Composes scalars in canonical order (Unicode Standard, section 3.11, D117).
  static func composition(of scalars: [UInt32]) -> [UInt32] {
    let pairs = UnicodeData.compositions
    let classes = UnicodeData.combiningClasses
    var result: [UInt32] = []
    result.reserveCapacity(scalars.count)
    var starter: Int?
    var lastClass: UInt16?
    for scalar in scalars {
      let combiningClass = classes[scalar]
      if let starter {
        // Blocked when something since the starter has class 0 or at least this one's class.
        let isBlocked = lastClass.map { $0 >= combiningClass } ?? false
        let first = result[starter]
        if !isBlocked,
          let composed = Hangul.composition(of: first, scalar) ?? pairs[UInt64(first) << 32 | UInt64(scalar)]
        {
          result[starter] = composed
          continue
        }
      }
      if combiningClass == 0 {
        starter = result.count
        lastClass = nil
      } else {
        lastClass = combiningClass
      }
      result.append(scalar)
    }
    return result
  }
}

/// Scalars of combining classes other than 0 in a row, handed out in canonical order: by class, equal ones as they came.
struct CombiningRun {
  private var scalars: [(combiningClass: UInt16, scalar: UInt32)] = []
  private var isSorted = true

  var isEmpty: Bool { scalars.isEmpty }

  mutating func append(_ scalar: UInt32, _ combiningClass: UInt16) {
    if let last = scalars.last, last.combiningClass > combiningClass { isSorted = false }
    scalars.append((combiningClass, scalar))
  }

  /// Calls `body` with every scalar in order, and forgets them.
  mutating func drain(_ body: (UInt32) -> Void) {
    guard !scalars.isEmpty else { return }
    if isSorted {
      for entry in scalars { body(entry.scalar) }
    } else {
      // The standard library does not promise a stable sort.
      let order = scalars.indices.sorted {
        (scalars[$0].combiningClass, $0) < (scalars[$1].combiningClass, $1)
      }
      for index in order { body(scalars[index].scalar) }
    }
    scalars.removeAll(keepingCapacity: true)
    isSorted = true
  }
}
