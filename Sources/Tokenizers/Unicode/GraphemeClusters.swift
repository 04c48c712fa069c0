/// What counts about a scalar for the boundaries of extended grapheme clusters.
///
/// Only what can be seen in clusters of fewer than six bytes is here; the library looks up no longer ones. Two regional
/// indicators are eight bytes, so that their rule is left out.
struct GraphemeClass: OptionSet, Sendable {
  var rawValue: UInt16

  static let control = GraphemeClass(rawValue: 1 << 0)
  static let extend = GraphemeClass(rawValue: 1 << 1)
  static let spacingMark = GraphemeClass(rawValue: 1 << 2)
  static let prepend = GraphemeClass(rawValue: 1 << 3)
  static let joiner = GraphemeClass(rawValue: 1 << 4)
  static let pictographic = GraphemeClass(rawValue: 1 << 5)
  /// A consonant of a script whose conjuncts stay together.
  static let consonant = GraphemeClass(rawValue: 1 << 6)
  /// A sign that joins two consonants.
  static let linker = GraphemeClass(rawValue: 1 << 7)
  /// A mark that may stand between a consonant and a linker.
  static let conjunctExtend = GraphemeClass(rawValue: 1 << 8)
  static let lead = GraphemeClass(rawValue: 1 << 9)
  static let vowel = GraphemeClass(rawValue: 1 << 10)
  static let trail = GraphemeClass(rawValue: 1 << 11)

  /// Joins whatever stands before it, unless that is a control.
  static let joinsBefore: GraphemeClass = [.extend, .spacingMark, .joiner]

  /// The scalars of each class.
  fileprivate static let tables: [(text: String, class: GraphemeClass)] = [
    (GraphemeTable.control, .control), (GraphemeTable.extend, .extend), (GraphemeTable.spacingMark, .spacingMark),
    (GraphemeTable.prepend, .prepend), ("200D", .joiner), (GraphemeTable.pictographic, .pictographic),
    (GraphemeTable.consonant, .consonant), (GraphemeTable.linker, .linker),
    (GraphemeTable.conjunctExtend, .conjunctExtend), (GraphemeTable.lead, .lead), (GraphemeTable.vowel, .vowel),
    (GraphemeTable.trail, .trail),
  ]
}

extension UnicodeData {
  /// The raw value of the class of every scalar.
  static let graphemeClasses: ScalarTable = {
    var table = ScalarTable()
    for (text, scalarClass) in GraphemeClass.tables {
      var words = TableText(text)
      while let word = words.next() { table.insert(scalarClass.rawValue, from: word.first, through: word.last) }
    }
    return table
  }()
}

/// Goes along a text, scalar by scalar, and finds the ends of its grapheme clusters (Unicode Standard Annex 29).
struct GraphemeBoundary {
  private enum Emoji { case no, base, joined }
  private enum Conjunct { case no, consonant, linked }

  private var last: UInt32
  private var lastClass: GraphemeClass
  private var emoji: Emoji
  private var conjunct: Conjunct

  /// Starts a cluster.
  init(_ scalar: UInt32, _ scalarClass: GraphemeClass) {
    last = scalar
    lastClass = scalarClass
    emoji = scalarClass.contains(.pictographic) ? .base : .no
    conjunct = scalarClass.contains(.consonant) ? .consonant : .no
  }

  /// Adds the next scalar of the text to the cluster.
  ///
  /// - Returns: False where the cluster ends before it.
  mutating func append(_ scalar: UInt32, _ scalarClass: GraphemeClass) -> Bool {
    guard joins(scalar, scalarClass) else { return false }
    if scalarClass.contains(.joiner) {
      emoji = emoji == .base ? .joined : .no
    } else if scalarClass.contains(.pictographic) {
      emoji = .base
    } else if !(scalarClass.contains(.extend) && emoji == .base) {
      emoji = .no
    }
    if scalarClass.contains(.consonant) {
      conjunct = .consonant
    } else if scalarClass.contains(.linker), conjunct != .no {
      conjunct = .linked
    } else if !scalarClass.contains(.conjunctExtend) {
      conjunct = .no
    }
    last = scalar
    lastClass = scalarClass
    return true
  }

  private func joins(_ scalar: UInt32, _ scalarClass: GraphemeClass) -> Bool {
    if lastClass.contains(.control) || scalarClass.contains(.control) { return last == 0x0D && scalar == 0x0A }
    if !scalarClass.isDisjoint(with: .joinsBefore) || lastClass.contains(.prepend) { return true }
    if scalarClass.contains(.pictographic), emoji == .joined { return true }
    if scalarClass.contains(.consonant), conjunct == .linked { return true }
    return Self.joins(
      Self.syllablePart(last, lastClass, isFirst: true), Self.syllablePart(scalar, scalarClass, isFirst: false))
  }

  /// The class of a part of a Hangul syllable at one of its ends; none for anything else.
  private static func syllablePart(_ scalar: UInt32, _ scalarClass: GraphemeClass, isFirst: Bool) -> GraphemeClass {
    guard scalar >= Hangul.first, scalar <= Hangul.last else {
      return scalarClass.intersection([.lead, .vowel, .trail])
    }
    guard isFirst else { return .syllable }
    return (scalar - Hangul.first) % 28 == 0 ? .vowel : .trail
  }

  private static func joins(_ first: GraphemeClass, _ second: GraphemeClass) -> Bool {
    switch first {
    case .lead: second == .lead || second == .vowel || second == .syllable
    case .vowel: second == .vowel || second == .trail
    case .trail: second == .trail
    default: false
    }
  }
}

extension GraphemeClass {
  /// A whole Hangul syllable as the second of two scalars.
  fileprivate static let syllable = GraphemeClass(rawValue: 1 << 12)
}
