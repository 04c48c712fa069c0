/// Reads the text of the generated tables: words between spaces, all numbers in hexadecimal.
///
/// ```
/// 300-36F          a run of scalars              (sets)
/// 300-314>E6       a run and its value           (values)
/// 41-5A>61         a run that maps to a run      (mappings)
/// 100-12E/2>101    every second scalar of it
/// C0>41+300        one scalar that maps to several
/// ```
struct TableText {
  private let bytes: [UInt8]
  private var at = 0

  init(_ text: String) {
    bytes = Array(text.utf8)
  }

  /// The next word, or nil at the end.
  mutating func next() -> Word? {
    while at < bytes.count, bytes[at] == UInt8(ascii: " ") { at += 1 }
    guard at < bytes.count else { return nil }
    let first = number()
    var word = Word(first: first, last: first)
    if take(UInt8(ascii: "-")) { word.last = number() }
    if take(UInt8(ascii: "/")) { word.step = number() }
    if take(UInt8(ascii: ">")) {
      word.value = number()
      while take(UInt8(ascii: "+")) { word.rest.append(number()) }
    }
    return word
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard at < bytes.count, bytes[at] == byte else { return false }
    at += 1
    return true
  }

  private mutating func number() -> UInt32 {
    var value: UInt32 = 0
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(bytes[at] - UInt8(ascii: "0"))
      case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(bytes[at] - UInt8(ascii: "A") + 10)
      default: return value
      }
      at += 1
    }
    return value
  }

  /// One word of a table.
  struct Word {
    var first: UInt32
    var last: UInt32
    var step: UInt32 = 1
    var value: UInt32 = 0
    var rest: [UInt32] = []
  }
}
