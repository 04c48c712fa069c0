/// The normalizer `BertNormalizer`: clean, isolate ideographs, strip accents, lowercase, in this order.
///
/// One pass over the scalars does all four; ASCII takes a table. Upstream: `normalizers/bert.rs`.
struct BertNormalizer: Sendable {
  let cleansText: Bool
  let isolatesIdeographs: Bool
  let stripsAccents: Bool
  let lowercases: Bool

  /// The normal form of each ASCII byte; `dropped` where it is removed.
  private let ascii: [UInt8]
  /// The properties that make a scalar need work under these options.
  private let attention: ScalarProperties
  private let properties = UnicodeData.properties
  private let lowercase = UnicodeData.lowercase
  private let canonical = UnicodeData.canonical
  private let combiningClasses = UnicodeData.combiningClasses

  private static let dropped: UInt8 = 0xFF

  init(cleansText: Bool, isolatesIdeographs: Bool, stripsAccents: Bool, lowercases: Bool) {
    self.cleansText = cleansText
    self.isolatesIdeographs = isolatesIdeographs
    self.stripsAccents = stripsAccents
    self.lowercases = lowercases
    var attention: ScalarProperties = []
    if cleansText { attention.formUnion([.removed, .spaced]) }
    if isolatesIdeographs { attention.insert(.isolated) }
    if stripsAccents { attention.formUnion([.nonspacing, .decomposes, .reorders]) }
    if lowercases { attention.insert(.lowercases) }
    self.attention = attention
    let properties = UnicodeData.properties
    let lowercase = UnicodeData.lowercase
    ascii = (UInt32(0)..<128).map { byte in
      let known = ScalarProperties(rawValue: properties[byte])
      if cleansText, known.contains(.removed) { return Self.dropped }
      if cleansText, known.contains(.spaced) { return UInt8(ascii: " ") }
      if lowercases, let lower = lowercase[byte]?.first { return UInt8(lower) }
      return UInt8(byte)
    }
  }

  /// The same normalizer with lower-casing.
  var lowercasing: BertNormalizer {
    BertNormalizer(
      cleansText: cleansText, isolatesIdeographs: isolatesIdeographs, stripsAccents: stripsAccents, lowercases: true)
  }

  /// Appends the normal form of `range` of `input` to `output`.
  func append(_ input: [UInt8], _ range: Range<Int>, to output: inout [UInt8]) {
    var run = CombiningRun()
    var position = range.lowerBound
    while position < range.upperBound {
      let byte = input[position]
      if byte < 0x80, run.isEmpty {
        let result = ascii[Int(byte)]
        if result != Self.dropped { output.append(result) }
        position += 1
        continue
      }
      let (scalar, length) = UTF8Text.scalar(at: position, in: input)
      let known = ScalarProperties(rawValue: properties[scalar])
      if known.isDisjoint(with: attention) {
        if !run.isEmpty { drain(&run, into: &output) }
        for offset in 0..<length { output.append(input[position + offset]) }
      } else {
        append(scalar, known, &run, to: &output)
      }
      position += length
    }
    drain(&run, into: &output)
  }

  private func append(
    _ scalar: UInt32, _ known: ScalarProperties, _ run: inout CombiningRun, to output: inout [UInt8]
  ) {
    if cleansText {
      if known.contains(.removed) { return }
      if known.contains(.spaced) {
        drain(&run, into: &output)
        return output.append(UInt8(ascii: " "))
      }
    }
    let isIsolated = isolatesIdeographs && known.contains(.isolated)
    if isIsolated {
      drain(&run, into: &output)
      output.append(UInt8(ascii: " "))
    }
    if !stripsAccents {
      appendLowercased(scalar, known, to: &output)
    } else if !known.contains(.decomposes) {
      appendStripped(scalar, known, &run, to: &output)
    } else if scalar >= Hangul.first, scalar <= Hangul.last {
      // Jamo are neither marks nor letters with case.
      drain(&run, into: &output)
      Hangul.forEachPart(of: scalar) { UTF8Text.append($0, to: &output) }
    } else {
      canonical.forEach(of: scalar) {
        appendStripped($0, ScalarProperties(rawValue: properties[$0]), &run, to: &output)
      }
    }
    if isIsolated {
      drain(&run, into: &output)
      output.append(UInt8(ascii: " "))
    }
  }

  /// Drops a nonspacing mark; keeps anything else, marks of other categories in canonical order.
  private func appendStripped(
    _ scalar: UInt32, _ known: ScalarProperties, _ run: inout CombiningRun, to output: inout [UInt8]
  ) {
    if known.contains(.reorders) {
      if !known.contains(.nonspacing) { run.append(scalar, combiningClasses[scalar]) }
      return
    }
    // A mark of class 0 ends the run even though it goes itself.
    drain(&run, into: &output)
    if !known.contains(.nonspacing) { appendLowercased(scalar, known, to: &output) }
  }

  private func appendLowercased(_ scalar: UInt32, _ known: ScalarProperties, to output: inout [UInt8]) {
    if lowercases, known.contains(.lowercases) {
      lowercase.forEach(of: scalar) { UTF8Text.append($0, to: &output) }
    } else {
      UTF8Text.append(scalar, to: &output)
    }
  }

  private func drain(_ run: inout CombiningRun, into output: inout [UInt8]) {
    run.drain { appendLowercased($0, ScalarProperties(rawValue: properties[$0]), to: &output) }
  }
}
