/// Reads the wire format of protocol buffers field by field, as far as the files of sentencepiece use it.
///
/// Upstream: the encoding of protocol buffers, https://protobuf.dev/programming-guides/encoding/.
struct ProtobufReader {
  /// The value of a field.
  enum Value {
    case number(UInt64)
    case bytes(Range<Int>)
    /// A value of four bytes.
    case bits32(UInt32)
    case bits64
  }

  /// Why bytes are no message, and where.
  struct Fault: Error {
    let message: String
    let offset: Int
  }

  private let bytes: [UInt8]
  private var position: Int
  private let end: Int

  /// Starts at the first field of the message that `range` of `bytes` is.
  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  /// The next field: its number and its value; nil at the end of the message.
  mutating func next() throws(Fault) -> (field: UInt64, value: Value)? {
    guard position < end else { return nil }
    let start = position
    let tag = try number()
    let field = tag >> 3
    guard field > 0, field < 1 << 29 else { throw Fault(message: "a field has the number \(field)", offset: start) }
    switch tag & 7 {
    case 0: return (field, .number(try number()))
    case 1:
      _ = try take(8)
      return (field, .bits64)
    case 2:
      let length = try number()
      guard length <= UInt64(end - position) else {
        throw Fault(
          message: "field \(field) has \(length) bytes, but only \(end - position) are left", offset: start)
      }
      return (field, .bytes(try take(Int(length))))
    case 5:
      let range = try take(4)
      return (field, .bits32(range.reversed().reduce(0) { $0 << 8 | UInt32(bytes[$1]) }))
    default: throw Fault(message: "field \(field) has the wire type \(tag & 7)", offset: start)
    }
  }

  private mutating func take(_ count: Int) throws(Fault) -> Range<Int> {
    guard count <= end - position else { throw Fault(message: "the file ends inside a field", offset: position) }
    defer { position += count }
    return position..<position + count
  }

  /// A number of up to 64 bits in groups of seven.
  private mutating func number() throws(Fault) -> UInt64 {
    let start = position
    var value: UInt64 = 0
    for place in 0..<10 {
      guard position < end else { throw Fault(message: "the file ends inside a number", offset: start) }
      let byte = bytes[position]
      position += 1
      guard place < 9 || byte <= 1 else { break }
      value |= UInt64(byte & 0x7F) << UInt64(7 * place)
      if byte < 0x80 { return value }
    }
    throw Fault(message: "a number has more than 64 bits", offset: start)
  }
}
