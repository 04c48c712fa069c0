/// Cuts a run of characters of scripts without spaces into its pairs of neighbours.
struct CharacterPairs {
  /// The character before the last, if there is one.
  private var previous: [UInt8] = []
  /// The last character with the marks that have come.
  private var last: [Unicode.Scalar] = []
  private var hasPair = false

  /// Takes a mark of the run's last character; false for everything else.
  mutating func take(mark: Unicode.Scalar) -> Bool {
    guard let base = last.last, mark.value >= 0x0300, mark.isMark else { return false }
    if mark.properties.isVariationSelector { return true }
    if let composed = base.composedKana(with: mark) {
      last[last.count - 1] = composed
    } else {
      last.append(mark)
    }
    return true
  }

  /// Takes the run's next character, and calls a function with the pair that is now complete.
  mutating func take(_ character: Unicode.Scalar, _ body: ([UInt8]) -> Void) {
    complete(body)
    last.append(character)
  }

  /// Ends the run.
  mutating func finish(_ body: ([UInt8]) -> Void) {
    if last.isEmpty { return }
    complete(body)
    if !hasPair { body(previous) }
    self = CharacterPairs()
  }

  private mutating func complete(_ body: ([UInt8]) -> Void) {
    if last.isEmpty { return }
    let character = last.flatMap { Array(String($0).utf8) }
    if !previous.isEmpty {
      body(previous + character)
      hasPair = true
    }
    previous = character
    last.removeAll()
  }
}

extension Unicode.Scalar {
  /// True for a mark, which belongs to the character before it.
  var isMark: Bool {
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: true
    default: false
    }
  }

  /// True for letters of scripts that put no space between words.
  ///
  /// These are ideographs and kana, and the letters of South East Asia whose words only a dictionary can tell apart (class SA of
  /// Unicode Standard Annex 14). Hangul has spaces.
  var isInScriptWithoutSpaces: Bool {
    switch value {
    case 0..<0x0E01: false
    case 0x0E01...0x0E3A, 0x0E40...0x0E4E: true  // Thai
    case 0x0E81...0x0ECE, 0x0EDC...0x0EDF: true  // Lao
    case 0x1000...0x103F, 0x1050...0x108F, 0x109A...0x109D: true  // Burmese and its neighbours
    case 0x1780...0x17D3, 0x17D7, 0x17DC...0x17DD: true  // Khmer
    case 0x1950...0x19CF, 0x1A20...0x1A7C: true  // scripts of Tai languages
    case 0x2E80..<0x3041:
      properties.isIdeographic || [0x3005, 0x3031, 0x3032, 0x3033, 0x3034, 0x3035, 0x303B].contains(value)
    case 0x3041...0x3096, 0x309D...0x309F, 0x30A1...0x30FA, 0x30FC...0x30FF, 0x31F0...0x31FF: true  // kana
    case 0x3100..<0xA000: properties.isIdeographic
    case 0xA9E0...0xA9EF, 0xA9FA...0xA9FE, 0xAA60...0xAAC2, 0xAADB...0xAADD: true  // more of Burmese and Tai
    case 0xF900...0xFAFF, 0x1_6FE0...0x3_FFFF: properties.isIdeographic || (0x1_B000...0x1_B16F).contains(value)
    default: false
    }
  }

  /// The character that a fullwidth or halfwidth form stands for; all others as they are.
  ///
  /// Fullwidth ASCII becomes ASCII and halfwidth katakana the usual one, as in Lucene's `CJKWidthFilter`.
  var ordinaryWidth: Unicode.Scalar {
    switch value {
    case 0xFF01...0xFF5E: Unicode.Scalar(UInt8(truncatingIfNeeded: value - 0xFEE0))
    case 0xFF65...0xFF9F: Self.katakana[Int(value - 0xFF65)]
    default: self
    }
  }

  /// Kana of ordinary width for U+FF65 to U+FF9F, then the combining marks of voiced kana.
  private static let katakana = Array(
    "・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン\u{3099}\u{309A}"
      .unicodeScalars)

  /// The kana that this one and a mark of voicing are together, such as が of か and U+3099.
  func composedKana(with mark: Unicode.Scalar) -> Unicode.Scalar? {
    guard mark.value == 0x3099 || mark.value == 0x309A else { return nil }
    let isHiragana = (0x3041...0x3096).contains(value)
    let distance: UInt32
    switch isHiragana ? value + 0x60 : value {
    case 0x30CF, 0x30D2, 0x30D5, 0x30D8, 0x30DB: distance = mark.value == 0x3099 ? 1 : 2
    case _ where mark.value == 0x309A: return nil
    case 0x30AB, 0x30AD, 0x30AF, 0x30B1, 0x30B3, 0x30B5, 0x30B7, 0x30B9, 0x30BB, 0x30BD, 0x30BF, 0x30C1, 0x30C4, 0x30C6,
      0x30C8, 0x30FD, 0x309D:
      distance = 1
    case 0x30A6: distance = 0x4E
    case 0x30EF...0x30F2 where !isHiragana: distance = 8
    default: return nil
    }
    return Unicode.Scalar(value + distance)
  }
}
