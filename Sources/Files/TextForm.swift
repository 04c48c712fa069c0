/// The way in which the bytes of a file stand for lines of text.
public struct TextForm: Sendable, Equatable {
  /// An encoding that is read.
  public enum Encoding: Sendable {
    /// UTF-8, with or without a byte order mark.
    case utf8
    /// UTF-16, the low byte of a unit first.
    case utf16LittleEndian
    /// UTF-16, the high byte of a unit first.
    case utf16BigEndian
  }

  /// What ends a line.
  public enum LineEnd: Sendable {
    /// A line feed, alone or behind a carriage return.
    case lineFeed
    /// A carriage return alone.
    case carriageReturn
  }

  /// The encoding.
  public var encoding = Encoding.utf8
  /// What ends a line.
  public var lineEnd = LineEnd.lineFeed

  /// What is unusual about the form, each as it follows "read as".
  public var oddities: [String] {
    (encoding == .utf8 ? [] : ["UTF-16 text"])
      + (lineEnd == .lineFeed ? [] : ["text whose lines end with a carriage return alone"])
  }
}

extension TextForm.Encoding {
  /// The encoding of a file, by its byte order mark, or by the bytes 0 of characters that have no high byte.
  ///
  /// - Parameter bytes: The beginning of the file, 8 bytes or more where it has as many.
  public init(of bytes: some Collection<UInt8>) {
    let start = Array(bytes.prefix(8))
    func isASCII(highBytesAt high: Int) -> Bool {
      start.count >= 4 && start.count % 2 == 0
        && start.indices.allSatisfy { start[$0] == 0 ? $0 % 2 == high : start[$0] < 0x80 && $0 % 2 != high }
    }
    if start.starts(with: [0xFF, 0xFE]) || isASCII(highBytesAt: 1) {
      self = .utf16LittleEndian
    } else if start.starts(with: [0xFE, 0xFF]) || isASCII(highBytesAt: 0) {
      self = .utf16BigEndian
    } else {
      self = .utf8
    }
  }
}

/// Turns UTF-16 into UTF-8, piece by piece; a byte order mark at the start is dropped.
struct UTF16Decoder {
  private let isBigEndian: Bool
  /// The first byte of a unit whose second has not come yet.
  private var half: UInt8?
  /// The high surrogate whose low one has not come yet.
  private var high: UInt16?
  private var isAtStart = true

  init(isBigEndian: Bool) {
    self.isBigEndian = isBigEndian
  }

  /// True if nothing is missing of what has come.
  var isComplete: Bool { half == nil && high == nil }

  /// Appends the text of the next bytes; false for half a surrogate pair.
  mutating func decode(_ bytes: some Sequence<UInt8>, to text: inout [UInt8]) -> Bool {
    for byte in bytes {
      guard let first = half else {
        half = byte
        continue
      }
      half = nil
      let unit = isBigEndian ? UInt16(first) << 8 | UInt16(byte) : UInt16(byte) << 8 | UInt16(first)
      defer { isAtStart = false }
      if isAtStart && unit == 0xFEFF { continue }
      if !take(unit, &text) { return false }
    }
    return true
  }

  private mutating func take(_ unit: UInt16, _ text: inout [UInt8]) -> Bool {
    let isLow = UTF16.isTrailSurrogate(unit)
    guard isLow == (high != nil) else { return false }
    if UTF16.isLeadSurrogate(unit) {
      high = unit
      return true
    }
    var value = UInt32(unit)
    if let high { value = 0x10000 + (UInt32(high) - 0xD800) << 10 + (UInt32(unit) - 0xDC00) }
    high = nil
    guard let scalar = Unicode.Scalar(value) else { return false }
    text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    return true
  }
}
