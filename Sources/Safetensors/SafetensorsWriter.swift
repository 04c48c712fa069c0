import Files
import JSONText

/// A tensor to be written: what it is, and where its numbers come from when it is its turn.
public struct PendingTensor {
  /// Gives the content of a tensor.
  public enum Content {
    /// The bytes as they are to be in the file; asked for once.
    case bytes(() throws(SafetensorsError) -> [UInt8])
    /// Numbers that are converted to the type of the tensor (F32, F16, BF16 or F64), rounded to the nearest; asked for
    /// once.
    case floats(() throws(SafetensorsError) -> [Float])
    /// Numbers as ``floats(_:)``, asked for in pieces, from the first to the last, so that none are held twice.
    case pieces(count: Int, (Range<Int>) -> [Float])
  }

  /// The name.
  public let name: String
  /// The type of the numbers in the file.
  public let type: DataType
  /// The dimensions, the slowest first.
  public let shape: [Int]
  /// The source of the numbers.
  public let content: Content

  /// Makes a tensor whose content is asked for when it is written.
  public init(name: String, type: DataType, shape: [Int], content: Content) {
    self.name = name
    self.type = type
    self.shape = shape
    self.content = content
  }

  /// Makes a tensor of single-precision floats.
  public init(name: String, shape: [Int], floats: [Float]) {
    self.init(name: name, type: .f32, shape: shape, content: .floats { () throws(SafetensorsError) in floats })
  }

  /// Makes a tensor of bytes as they are to be in the file.
  public init(name: String, type: DataType, shape: [Int], bytes: [UInt8]) {
    self.init(name: name, type: type, shape: shape, content: .bytes { () throws(SafetensorsError) in bytes })
  }
}

/// Writes safetensors files, byte for byte like safetensors 0.8.0.
public enum SafetensorsWriter {
  /// Writes a file, durably; it appears under its name when it is complete.
  ///
  /// Tensors come in order of falling rank of their types, then by name; the header is padded with spaces to a
  /// multiple of 8 bytes. With two or more entries of metadata the reference's order is that of a hash table;
  /// here they are sorted by name.
  ///
  /// - Parameters:
  ///   - tensors: In any order; each is asked for its content in the order of the file.
  ///   - metadata: The content of `__metadata__`; nil for none. An empty one is written as `{}`.
  ///   - path: The file, replaced if it exists.
  public static func write(
    _ tensors: [PendingTensor], metadata: [(name: String, value: String)]? = nil, to path: String
  ) throws(SafetensorsError) {
    let plan = try Plan(tensors, metadata, path)
    let file = try convertingErrors { () throws(FileError) in
      let file = try DurableFile(path)
      try file.reserve(plan.header.count + plan.dataBytes)
      try file.write(plan.header)
      return file
    }
    for (tensor, size) in plan.tensors { try write(tensor, size: size, to: file) }
    try convertingErrors { () throws(FileError) in try file.commit() }
  }

  private static func write(_ tensor: PendingTensor, size: Int, to file: DurableFile) throws(SafetensorsError) {
    switch tensor.content {
    case .bytes(let content):
      let bytes = try content()
      try check(tensor, bytes.count, size, "bytes", file.path)
      try convertingErrors { () throws(FileError) in try file.write(bytes) }
    case .floats(let content):
      let floats = try content()
      try check(tensor, floats.count, size * 8 / tensor.type.bits, "numbers", file.path)
      try convertingErrors { () throws(FileError) in
        try write(floats.count, as: tensor.type, to: file) { Array(floats[$0]) }
      }
    case .pieces(let count, let floats):
      try check(tensor, count, size * 8 / tensor.type.bits, "numbers", file.path)
      try convertingErrors { () throws(FileError) in try write(count, as: tensor.type, to: file, floats) }
    }
  }

  /// Converts in pieces, so that the memory for a converted tensor stays small.
  private static func write(
    _ count: Int, as type: DataType, to file: DurableFile, _ floats: (Range<Int>) -> [Float]
  ) throws(FileError) {
    let piece = 1 << 16
    for start in stride(from: 0, to: count, by: piece) {
      let part = floats(start..<min(start + piece, count))
      switch type {
      case .f32: try file.write(numbers: part)
      case .f16: try file.write(numbers: part.map(\.halfBits))
      case .bf16: try file.write(numbers: part.map(\.upperBits))
      default: try file.write(numbers: part.map { Double($0) })
      }
    }
  }

  private static func check(
    _ tensor: PendingTensor, _ found: Int, _ expected: Int, _ unit: String, _ path: String
  ) throws(SafetensorsError) {
    if found == expected { return }
    throw SafetensorsError(
      path, tensor: tensor.name,
      "shape \(tensor.shape) of \(tensor.type.rawValue) takes \(expected) \(unit), but \(found) were given",
      remedy: Plan.remedy, kind: .internalError)
  }
}

/// The order and offsets of the tensors, and the header with them.
private struct Plan {
  let tensors: [(tensor: PendingTensor, size: Int)]
  let header: [UInt8]
  let dataBytes: Int

  static let remedy = "nothing was written; this is a fault of the program"

  init(
    _ tensors: [PendingTensor], _ metadata: [(name: String, value: String)]?, _ path: String
  ) throws(SafetensorsError) {
    let sorted = tensors.sorted {
      if $0.type.rank != $1.type.rank { return $0.type.rank > $1.type.rank }
      return $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
    }
    var object = JSONObject()
    if let metadata {
      try Self.checkHeader(metadata.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }, path)
      let entries = metadata.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
      if let name = Self.duplicate(entries.map(\.name)) {
        throw SafetensorsError(
          path, "the metadata entry \(quoted(name)) is given twice", remedy: Self.remedy, kind: .internalError)
      }
      let members = entries.map { (name: $0.name, value: JSONValue($0.value)) }
      object.members.append((Header.metadataName, .object(JSONObject(members))))
    }
    if let name = Self.duplicate(tensors.map(\.name)) {
      throw SafetensorsError(path, tensor: name, "it is given twice", remedy: Self.remedy, kind: .internalError)
    }
    var planned: [(tensor: PendingTensor, size: Int)] = []
    var end = 0
    for tensor in sorted {
      let start = end
      let size = try Self.size(of: tensor, path)
      let (sum, overflow) = end.addingReportingOverflow(size)
      if overflow { throw Self.error(tensor, "the tensors are larger than any file", path) }
      end = sum
      planned.append((tensor, size))
      let entry: JSONValue = [
        "dtype": JSONValue(tensor.type.rawValue), "shape": JSONValue(tensor.shape.map { JSONValue($0) }),
        "data_offsets": [JSONValue(start), JSONValue(end)],
      ]
      object.members.append((tensor.name, entry))
    }
    var text = Array(JSONValue.object(object).text().utf8)
    text += repeatElement(UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
    try Self.checkHeader(text.count, path)
    header = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text
    self.tensors = planned
    dataBytes = end
  }

  private static func checkHeader(_ bytes: Int, _ path: String) throws(SafetensorsError) {
    if bytes <= Header.maximumBytes { return }
    throw SafetensorsError(
      path, "the header would have more than the \(Header.maximumBytes) bytes allowed",
      remedy: "write fewer tensors or less metadata", kind: .internalError)
  }

  private static func size(of tensor: PendingTensor, _ path: String) throws(SafetensorsError) -> Int {
    let name = tensor.name.utf8
    if name.elementsEqual(Header.metadataName.utf8) || name.contains(0) {
      throw error(tensor, "the format does not allow this name", path)
    }
    if tensor.shape.contains(where: { $0 < 0 }) { throw error(tensor, "its shape \(tensor.shape) is negative", path) }
    let isConverted = if case .bytes = tensor.content { false } else { true }
    if isConverted, !tensor.type.holdsFloats {
      throw error(tensor, "floats cannot be written as \(tensor.type.rawValue)", path)
    }
    do throws(SizeError) {
      if let size = Int(exactly: try tensor.type.byteCount(shape: tensor.shape)) { return size }
      throw SizeError.overflow
    } catch .overflow {
      throw error(tensor, "its shape \(tensor.shape) is larger than any file", path)
    } catch {
      throw self.error(
        tensor, "its shape \(tensor.shape) of \(tensor.type.rawValue) does not fill whole bytes", path)
    }
  }

  private static func error(_ tensor: PendingTensor, _ problem: String, _ path: String) -> SafetensorsError {
    SafetensorsError(path, tensor: tensor.name, problem, remedy: remedy, kind: .internalError)
  }

  private static func duplicate(_ names: [String]) -> String? {
    var seen: Set<[UInt8]> = []
    return names.first { !seen.insert(Array($0.utf8)).inserted }
  }
}
