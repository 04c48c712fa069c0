/// The scripts in which texts are written, as shares of their letters.
struct Scripts {
  private var counts: [String: Int] = [:]
  private var letters = 0

  /// Counts the letters of a text.
  mutating func add(_ text: String) {
    for scalar in text.unicodeScalars {
      let name: String
      if scalar.isASCII {
        guard ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) else { continue }
        name = "Latin"
      } else {
        guard scalar.properties.isAlphabetic else { continue }
        name = Self.ranges.first { $0.scalars.contains(scalar.value) }?.name ?? "other scripts"
      }
      counts[name, default: 0] += 1
      letters += 1
    }
  }

  /// The scripts with a share of 0.5 % or more, the commonest first: "Latin 97 %, Cyrillic 3 %".
  var sentence: String {
    let shares = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.compactMap { name, count -> String? in
      let share = Int((100 * Double(count) / Double(letters)).rounded())
      return share > 0 ? "\(name) \(share) %" : nil
    }
    return shares.isEmpty ? "no letters" : shares.joined(separator: ", ")
  }

  /// Blocks of Unicode by script; those that are not listed are "other scripts".
  private static let ranges: [(name: String, scalars: ClosedRange<UInt32>)] = [
    ("Latin", 0xAA...0x24F), ("Latin", 0x1E00...0x1EFF), ("Latin", 0x2C60...0x2C7F), ("Latin", 0xFF21...0xFF5A),
    ("Greek", 0x370...0x3FF), ("Greek", 0x1F00...0x1FFF), ("Cyrillic", 0x400...0x52F), ("Armenian", 0x530...0x58F),
    ("Hebrew", 0x590...0x5FF), ("Arabic", 0x600...0x6FF), ("Arabic", 0x750...0x77F), ("Arabic", 0xFB50...0xFEFC),
    ("Devanagari", 0x900...0x97F), ("Bengali", 0x980...0x9FF), ("Gurmukhi", 0xA00...0xA7F), ("Gujarati", 0xA80...0xAFF),
    ("Tamil", 0xB80...0xBFF), ("Telugu", 0xC00...0xC7F), ("Kannada", 0xC80...0xCFF), ("Malayalam", 0xD00...0xD7F),
    ("Thai", 0xE00...0xE7F), ("Lao", 0xE80...0xEFF), ("Georgian", 0x10A0...0x10FF), ("Ethiopic", 0x1200...0x137F),
    ("Khmer", 0x1780...0x17FF), ("Burmese", 0x1000...0x109F), ("Hangul", 0x1100...0x11FF), ("Hangul", 0xAC00...0xD7AF),
    ("Japanese kana", 0x3040...0x30FF), ("Han", 0x3400...0x9FFF), ("Han", 0xF900...0xFAFF), ("Han", 0x20000...0x3134F),
  ]
}

extension Unicode.Scalar {
  /// True from the radicals of Han on: ideographs, kana, Hangul and emoji, of which one says as much as several letters.
  var isDense: Bool { value > 0x2E80 }
}
