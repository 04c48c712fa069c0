/// Turns text into the form that words are looked up in.
///
/// Upstream: `normalizers/`; each case is one class there.
indirect enum Normalizer: Sendable {
  case bert(BertNormalizer)
  case lowercase
  case stripAccents
  case strip(left: Bool, right: Bool)
  case decomposition(compatibility: Bool)
  case composition(compatibility: Bool)
  /// Bytes in the alphabet of byte-level models.
  case alphabet
  /// `Nmt`: drops controls, and makes characters without width, and the mark of `Metaspace`, spaces.
  case machineTranslation
  case precompiled(Precompiled)
  case replacement(Replacement)
  /// `Prepend`.
  case prefix([UInt8])
  case sequence([Normalizer])

  /// Appends the normal form of `range` of `input` to `output`.
  func append(_ input: [UInt8], _ range: Range<Int>, to output: inout [UInt8]) {
    switch self {
    case .bert(let normalizer):
      normalizer.append(input, range, to: &output)
    case .lowercase:
      let lowercase = UnicodeData.lowercase
      Self.forEachScalar(of: input, range) { scalar in
        lowercase.forEach(of: scalar) { UTF8Text.append($0, to: &output) }
      }
    case .stripAccents:
      let properties = UnicodeData.properties
      Self.forEachScalar(of: input, range) { scalar in
        let known = ScalarProperties(rawValue: properties[scalar])
        if !known.contains(.mark) { UTF8Text.append(scalar, to: &output) }
      }
    case .strip(let left, let right):
      output += input[Whitespace.trimmed(range, of: input, left: left, right: right)]
    case .decomposition(let compatibility):
      for scalar in Normalization.decomposition(of: input, range, compatibility: compatibility) {
        UTF8Text.append(scalar, to: &output)
      }
    case .composition(let compatibility):
      let scalars = Normalization.decomposition(of: input, range, compatibility: compatibility)
      for scalar in Normalization.composition(of: scalars) { UTF8Text.append(scalar, to: &output) }
    case .alphabet: ByteAlphabet.append(input, range, to: &output)
    case .machineTranslation:
      Self.forEachScalar(of: input, range) { scalar in
        switch scalar {
        case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x8F, 0x9F: break
        case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD:
          output.append(UInt8(ascii: " "))
        default: UTF8Text.append(scalar, to: &output)
        }
      }
    case .precompiled(let precompiled): precompiled.append(input, range, to: &output)
    case .replacement(let replacement): replacement.append(input, range, to: &output)
    case .prefix(let prefix):
      if !range.isEmpty { output += prefix }
      output += input[range]
    case .sequence(let steps):
      var text = Array(input[range])
      for step in steps {
        var next: [UInt8] = []
        step.append(text, text.indices, to: &next)
        text = next
      }
      output += text
    }
  }

  /// A normalizer that lower-cases the text first, unless it has a step that does.
  ///
  /// `BertNormalizer` does each of its steps by scalar and lower-cases last, which comes to the same.
  ///
  /// Upstream: `do_lower_case` in `sentence_transformers/base/modules/transformer.py`.
  static func lowercasing(_ normalizer: Normalizer?) -> Normalizer {
    switch normalizer {
    case nil, .lowercase: .lowercase
    case .bert(let bert): .bert(bert.lowercasing)
    case .sequence(let steps):
      .sequence(steps.contains { if case .lowercase = $0 { true } else { false } } ? steps : [.lowercase] + steps)
    case let other?: .sequence([.lowercase, other])
    }
  }

  /// The normal form of some text.
  func normalForm(of text: some Sequence<UInt8>) -> [UInt8] {
    let input = Array(text)
    var output: [UInt8] = []
    append(input, input.indices, to: &output)
    return output
  }

  private static func forEachScalar(of input: [UInt8], _ range: Range<Int>, _ body: (UInt32) -> Void) {
    var position = range.lowerBound
    while position < range.upperBound {
      let (scalar, length) = UTF8Text.scalar(at: position, in: input)
      position += length
      body(scalar)
    }
  }
}

/// White space at the ends of a piece of text.
enum Whitespace {
  /// `range` without the white space at its ends.
  static func trimmed(_ range: Range<Int>, of text: [UInt8], left: Bool, right: Bool) -> Range<Int> {
    let properties = UnicodeData.properties
    var start = range.lowerBound
    var end = range.upperBound
    while left, start < end {
      let (scalar, length) = UTF8Text.scalar(at: start, in: text)
      guard ScalarProperties(rawValue: properties[scalar]).contains(.whitespace) else { break }
      start += length
    }
    while right, start < end {
      let (scalar, position) = UTF8Text.scalar(before: end, in: text)
      guard ScalarProperties(rawValue: properties[scalar]).contains(.whitespace) else { break }
      end = position
    }
    return start..<end
  }
}
