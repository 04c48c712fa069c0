/// The sets a scalar belongs to, as the reference library sees them; see `ScalarSetTable` for each.
struct ScalarProperties: OptionSet, Sendable {
  var rawValue: UInt16

  static let removed = ScalarProperties(rawValue: 1 << 0)
  static let spaced = ScalarProperties(rawValue: 1 << 1)
  static let isolated = ScalarProperties(rawValue: 1 << 2)
  static let nonspacing = ScalarProperties(rawValue: 1 << 3)
  static let mark = ScalarProperties(rawValue: 1 << 4)
  static let whitespace = ScalarProperties(rawValue: 1 << 5)
  static let punctuation = ScalarProperties(rawValue: 1 << 6)
  static let word = ScalarProperties(rawValue: 1 << 7)
  /// Has a canonical decomposition (Hangul syllables too).
  static let decomposes = ScalarProperties(rawValue: 1 << 8)
  /// Has a combining class other than 0.
  static let reorders = ScalarProperties(rawValue: 1 << 9)
  /// Has a lowercase mapping.
  static let lowercases = ScalarProperties(rawValue: 1 << 10)
}

/// The Unicode data of the reference library, read once from the generated tables.
///
/// The library mixes versions of Unicode (8 for categories, 9 for normalization, newer ones for case and `\w`), none of
/// them that of the Swift standard library; this is why the tables are here.
enum UnicodeData {
  static let properties: ScalarTable = {
    var table = ScalarTable()
    let texts: [(String, ScalarProperties)] = [
      (ScalarSetTable.removed, .removed), (ScalarSetTable.spaced, .spaced), (ScalarSetTable.isolated, .isolated),
      (ScalarSetTable.nonspacing, .nonspacing), (ScalarSetTable.marks, .mark),
      (ScalarSetTable.whitespace, .whitespace), (ScalarSetTable.punctuation, .punctuation),
      (ScalarSetTable.word, .word), (DecompositionTable.canonical, .decomposes),
      (DecompositionTable.combiningClasses, .reorders), (LowercaseTable.mapping, .lowercases),
    ]
    for (text, property) in texts {
      var words = TableText(text)
      while let word = words.next() {
        if word.step == 1 {
          table.insert(property.rawValue, from: word.first, through: word.last)
        } else {
          for scalar in stride(from: word.first, through: word.last, by: Int(word.step)) {
            table.insert(property.rawValue, from: scalar, through: scalar)
          }
        }
      }
    }
    table.insert(ScalarProperties.decomposes.rawValue, from: Hangul.first, through: Hangul.last)
    return table
  }()

  static let lowercase = ScalarMapping(LowercaseTable.mapping)
  static let canonical = ScalarMapping(DecompositionTable.canonical)
  static let compatibility = ScalarMapping(DecompositionTable.canonical, DecompositionTable.compatibility)

  static let combiningClasses: ScalarTable = {
    var table = ScalarTable()
    var words = TableText(DecompositionTable.combiningClasses)
    while let word = words.next() { table.insert(UInt16(word.value), from: word.first, through: word.last) }
    return table
  }()

  /// The composition of two scalars in a row, keyed by both.
  ///
  /// Each full decomposition is built from the pair of its last scalar and the composition of all before it; shorter
  /// ones come first, so that the composition is known when a longer one needs it.
  static let compositions: [UInt64: UInt32] = {
    var excluded = ScalarTable()
    var words = TableText(DecompositionTable.excluded)
    while let word = words.next() { excluded.insert(1, from: word.first, through: word.last) }
    var all: [(scalar: UInt32, parts: [UInt32])] = []
    words = TableText(DecompositionTable.canonical)
    while let word = words.next() {
      if !word.rest.isEmpty, excluded[word.first] == 0 { all.append((word.first, [word.value] + word.rest)) }
    }
    var pairs: [UInt64: UInt32] = [:]
    for entry in all.sorted(by: { $0.parts.count < $1.parts.count }) {
      let prefix = entry.parts.dropFirst().dropLast().reduce(entry.parts[0]) { first, next in
        pairs[UInt64(first) << 32 | UInt64(next)] ?? first
      }
      pairs[UInt64(prefix) << 32 | UInt64(entry.parts[entry.parts.count - 1])] = entry.scalar
    }
    return pairs
  }()
}

/// The Hangul syllables, whose decompositions are computed (Unicode Standard, section 3.12).
enum Hangul {
  static let first: UInt32 = 0xAC00
  static let last: UInt32 = 0xD7A3
  static let leads = UInt32(0x1100)..<0x1113
  static let vowels = UInt32(0x1161)..<0x1176
  /// The trailing consonants; the position before the first means none.
  static let trails = UInt32(0x11A8)..<0x11C3

  @inline(__always)
  static func forEachPart(of syllable: UInt32, _ body: (UInt32) -> Void) {
    let index = syllable - first
    body(leads.lowerBound + index / 588)
    body(vowels.lowerBound + index % 588 / 28)
    if index % 28 != 0 { body(trails.lowerBound - 1 + index % 28) }
  }

  static func composition(of first: UInt32, _ second: UInt32) -> UInt32? {
    if leads.contains(first), vowels.contains(second) {
      return Self.first + ((first - leads.lowerBound) * 21 + second - vowels.lowerBound) * 28
    }
    if first >= Self.first, first <= last, (first - Self.first) % 28 == 0, trails.contains(second) {
      return first + second - (trails.lowerBound - 1)
    }
    return nil
  }
}
