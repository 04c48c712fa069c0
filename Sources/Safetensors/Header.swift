import JSONText

/// The header of a safetensors file, checked in full.
package struct Header {
  /// The entries of `__metadata__` in the order of the file.
  package private(set) var metadata: [(name: String, value: String)] = []
  /// The tensors in the order of their bytes.
  package private(set) var entries: [TensorEntry] = []

  /// The most the header may have, by the format.
  static let maximumBytes = 100_000_000
  /// The deepest nesting of values, as in the reference.
  static let maximumDepth = 127
  static let metadataName = "__metadata__"

  /// Reads and checks the header of a file.
  ///
  /// - Parameters:
  ///   - path: The file, for errors.
  ///   - fileSize: The bytes in the file.
  ///   - read: Gives bytes of the file, from an offset on.
  package init(
    path: String, fileSize: Int, read: (_ offset: Int, _ count: Int) throws(SafetensorsError) -> [UInt8]
  ) throws(SafetensorsError) {
    guard fileSize >= 8 else {
      throw SafetensorsError(path, "it has \(byteText(fileSize)), fewer than the 8 every safetensors file starts with")
    }
    let prefix = try read(0, 8)
    let length = prefix.reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    // Both checks come before any memory is taken for the header.
    guard length <= Self.maximumBytes else {
      throw SafetensorsError(
        path, "its first 8 bytes give a header of \(length) bytes, more than the \(Self.maximumBytes) allowed")
    }
    let count = Int(length)
    guard count <= fileSize - 8 else {
      throw SafetensorsError(
        path, "its first 8 bytes give a header of \(byteText(count)), but \(byteText(fileSize - 8)) follow")
    }
    let text = try read(8, count)
    let declarations = try declarations(in: text, path)
    try place(declarations, dataStart: 8 + count, dataBytes: fileSize - 8 - count, path)
  }

  /// Reads the JSON text.
  private mutating func declarations(in text: [UInt8], _ path: String) throws(SafetensorsError) -> [Declaration] {
    var declarations: [Declaration] = []
    do throws(JSONError) {
      var cursor = JSONCursor(text, maximumDepth: Self.maximumDepth)
      try cursor.readObject { (cursor, name) throws(JSONError) in
        if name.utf8.elementsEqual(Self.metadataName.utf8) {
          metadata = try Self.readMetadata(&cursor)
        } else {
          declarations.append(try Declaration(name, &cursor))
        }
      }
      try cursor.finish()
    } catch {
      throw SafetensorsError(path, "the header is wrong at \(error)")
    }
    return declarations
  }

  /// Checks that the tensors fill the data one after the other, without gap, overlap or rest.
  private mutating func place(
    _ declarations: [Declaration], dataStart: Int, dataBytes: Int, _ path: String
  ) throws(SafetensorsError) {
    entries.reserveCapacity(declarations.count)
    var end: UInt64 = 0
    for declaration in declarations.sorted(by: Declaration.precedes) {
      entries.append(try declaration.entry(path, from: end, dataStart: dataStart, dataBytes: dataBytes))
      end = declaration.end
    }
    if end != UInt64(dataBytes) {
      throw SafetensorsError(path, "its tensors take \(byteText(end)), but \(byteText(dataBytes)) follow the header")
    }
  }

  private static func readMetadata(_ cursor: inout JSONCursor) throws(JSONError) -> [(name: String, value: String)] {
    var metadata: [(name: String, value: String)] = []
    switch try cursor.nextKind() {
    case .null: try cursor.skipValue()
    case .object:
      try cursor.readObject { (cursor, name) throws(JSONError) in
        guard try cursor.nextKind() == .string else {
          throw cursor.error("the metadata entry \(quoted(name)) must be a string")
        }
        metadata.append((name, try cursor.readString()))
      }
    default: throw cursor.error("\"\(metadataName)\" must be an object or null")
    }
    return metadata
  }
}

/// A tensor as the header declares it, before its byte range has been checked.
private struct Declaration {
  let name: String
  let type: DataType
  let shape: [Int]
  let begin: UInt64
  let end: UInt64

  /// Reads one, the cursor being at the value of the member `name`.
  init(_ name: String, _ cursor: inout JSONCursor) throws(JSONError) {
    let start = cursor.offset
    var type: DataType?
    var shape: [Int]?
    var offsets: [UInt64]?
    if name.utf8.contains(0) { throw cursor.error("the tensor name \(quoted(name)) contains a NUL") }
    guard try cursor.nextKind() == .object else {
      throw cursor.error("tensor \(quoted(name)) must be an object with dtype, shape and data_offsets")
    }
    try cursor.readObject { (cursor, field) throws(JSONError) in
      switch Array(field.utf8) {
      case Array("dtype".utf8): type = try Self.readType(name, &cursor)
      case Array("shape".utf8): shape = try Self.readShape(name, &cursor)
      case Array("data_offsets".utf8): offsets = try Self.readOffsets(name, &cursor)
      default: try cursor.skipValue()
      }
    }
    guard let type else { throw cursor.error("tensor \(quoted(name)) has no \"dtype\"", at: start) }
    guard let shape else { throw cursor.error("tensor \(quoted(name)) has no \"shape\"", at: start) }
    guard let offsets else { throw cursor.error("tensor \(quoted(name)) has no \"data_offsets\"", at: start) }
    self.name = name
    self.type = type
    self.shape = shape
    begin = offsets[0]
    end = offsets[1]
  }

  /// The order of the data; names decide between tensors without bytes.
  static func precedes(_ left: Declaration, _ right: Declaration) -> Bool {
    if (left.begin, left.end) != (right.begin, right.end) {
      return (left.begin, left.end) < (right.begin, right.end)
    }
    return left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
  }

  /// The entry, when the bytes follow those before without a gap, fit the shape and lie in the file.
  func entry(
    _ path: String, from previousEnd: UInt64, dataStart: Int, dataBytes: Int
  ) throws(SafetensorsError) -> TensorEntry {
    if begin != previousEnd {
      throw error(path, "its bytes start at \(begin), but those before it end at \(previousEnd)")
    }
    if end < begin { throw error(path, "its bytes end at \(end), before their start at \(begin)") }
    let size: UInt64
    do throws(SizeError) {
      size = try type.byteCount(shape: shape)
    } catch .overflow {
      throw error(path, "its shape \(shape) is larger than any file")
    } catch {
      throw self.error(path, "its shape \(shape) of \(type.rawValue) does not fill whole bytes")
    }
    if end - begin != size {
      throw error(path, "its shape \(shape) of \(type.rawValue) takes \(byteText(size)), but it has \(end - begin)")
    }
    if end > UInt64(dataBytes) {
      throw error(path, "its bytes end at \(end), but \(byteText(dataBytes)) follow the header")
    }
    return TensorEntry(name: name, type: type, shape: shape, range: dataStart + Int(begin)..<dataStart + Int(end))
  }

  private func error(_ path: String, _ problem: String) -> SafetensorsError {
    SafetensorsError(path, tensor: name, problem)
  }

  // MARK: - Fields

  private static func readType(_ name: String, _ cursor: inout JSONCursor) throws(JSONError) -> DataType {
    let start = cursor.offset
    guard try cursor.nextKind() == .string else {
      throw cursor.error("the dtype of tensor \(quoted(name)) must be a string")
    }
    let text = try cursor.readString()
    guard let type = DataType.allCases.first(where: { $0.rawValue.utf8.elementsEqual(text.utf8) }) else {
      throw cursor.error(
        "tensor \(quoted(name)) has the dtype \(quoted(text)), which the format does not know", at: start)
    }
    return type
  }

  private static func readShape(_ name: String, _ cursor: inout JSONCursor) throws(JSONError) -> [Int] {
    guard try cursor.nextKind() == .array else {
      throw cursor.error("the shape of tensor \(quoted(name)) must be an array of whole numbers")
    }
    var shape: [Int] = []
    try cursor.readArray { (cursor) throws(JSONError) in
      let start = cursor.offset
      let dimension = try readInteger("the shape of tensor \(quoted(name))", &cursor)
      guard let value = Int(exactly: dimension) else {
        throw cursor.error("tensor \(quoted(name)) has the dimension \(dimension), larger than any file", at: start)
      }
      shape.append(value)
    }
    return shape
  }

  private static func readOffsets(_ name: String, _ cursor: inout JSONCursor) throws(JSONError) -> [UInt64] {
    let start = cursor.offset
    guard try cursor.nextKind() == .array else {
      throw cursor.error("the data_offsets of tensor \(quoted(name)) must be an array of two whole numbers")
    }
    var offsets: [UInt64] = []
    try cursor.readArray { (cursor) throws(JSONError) in
      let offset = try readInteger("the data_offsets of tensor \(quoted(name))", &cursor)
      // More than three need not be kept to know that there are too many.
      if offsets.count < 3 { offsets.append(offset) }
    }
    if offsets.count != 2 {
      throw cursor.error("the data_offsets of tensor \(quoted(name)) must be an array of two whole numbers", at: start)
    }
    return offsets
  }

  /// Reads a number that is written as a plain integer from 0 to 2^64 - 1.
  private static func readInteger(_ place: @autoclosure () -> String, _ cursor: inout JSONCursor)
    throws(JSONError) -> UInt64
  {
    let start = cursor.offset
    guard try cursor.nextKind() == .number else {
      throw cursor.error("\(place()) must have nothing but whole numbers", at: start)
    }
    let text = try cursor.readNumber()
    // "-0" is a number of JSON and none of this format.
    if text.utf8.first != UInt8(ascii: "-"), let integer = UInt64(text) { return integer }
    throw cursor.error("\(place()) must have whole numbers below 2^64, not \(quoted(text, limit: 40))", at: start)
  }
}

/// Text from a file as it can stand in a message: in quotation marks, control characters escaped, cut when long.
func quoted(_ name: String, limit: Int = 200) -> String {
  let start = String(name.unicodeScalars.prefix(limit))
  let isWhole = start.utf8.count == name.utf8.count
  return JSONValue.string(isWhole ? start : start + "…").text()
}

/// A number of bytes in words: "1 byte".
func byteText(_ count: some BinaryInteger) -> String {
  count == 1 ? "1 byte" : "\(count) bytes"
}
