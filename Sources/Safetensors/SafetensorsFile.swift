import Files

/// A safetensors file that is open for reading.
///
/// The header is checked in full when the file is opened; the numbers are read when they are asked for.
/// The rules are those of `safetensors/src/tensor.rs` 0.8.0 and stricter in these points: no tensor, field or
/// metadata entry occurs twice, no name contains a NUL, every tensor is written as an object with its dtype as a
/// string, and a dimension fits in 63 bits. The file is never mapped into memory.
public final class SafetensorsFile: Sendable {
  /// The path as it was given.
  public let path: String
  /// The tensors in the order of their bytes.
  public let entries: [TensorEntry]
  /// The entries of `__metadata__` in the order of the file.
  public let metadata: [(name: String, value: String)]

  private let file: RandomAccessFile
  private let index: [[UInt8]: Int]

  /// Opens a file and checks its header.
  public init(_ path: String) throws(SafetensorsError) {
    let file = try convertingErrors { () throws(FileError) in try RandomAccessFile(path) }
    let header = try Header(path: path, fileSize: file.size) { (offset, count) throws(SafetensorsError) in
      try convertingErrors { () throws(FileError) in try file.read(at: offset, count: count) }
    }
    self.path = path
    self.file = file
    entries = header.entries
    metadata = header.metadata
    var index: [[UInt8]: Int] = [:]
    index.reserveCapacity(header.entries.count)
    for (position, entry) in header.entries.enumerated() { index[Array(entry.name.utf8)] = position }
    self.index = index
  }

  /// The entry of a tensor, or nil when the file has none of this name.
  public func entry(named name: String) -> TensorEntry? {
    index[Array(name.utf8)].map { entries[$0] }
  }

  /// The entry of metadata with this name.
  public func metadata(named name: String) -> String? {
    metadata.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
  }

  // MARK: - Numbers

  /// Reads a tensor of F32, F16, BF16 or F64 as `Float`s; F64 is rounded to the nearest.
  public func floats(named name: String) throws(SafetensorsError) -> [Float] {
    let entry = try existingEntry(name)
    switch entry.type {
    case .f32: return try read(Float.self, entry)
    case .f16: return try convert(entry) { (bits: UInt16) in Float(halfBits: bits) }
    case .bf16: return try convert(entry) { (bits: UInt16) in Float(upperBits: bits) }
    case .f64: return try convert(entry) { (value: Double) in Float(value) }
    default: throw wrongType(entry, "F32, F16, BF16 or F64")
    }
  }

  /// Reads a tensor of F32, F16, BF16 or F64 into memory that is there already.
  ///
  /// - Parameter floats: As many as the tensor has.
  public func read(_ name: String, into floats: inout MutableSpan<Float>) throws(SafetensorsError) {
    let entry = try existingEntry(name)
    guard floats.count == entry.count else {
      throw SafetensorsError(
        path, tensor: name, "it has \(entry.count) numbers, but \(floats.count) were asked for",
        remedy: "give memory of its size", kind: .internalError)
    }
    if entry.type == .f32 {
      do throws(FileError) {
        try file.read(into: &floats, at: entry.range.lowerBound)
      } catch {
        throw SafetensorsError(error)
      }
      return
    }
    let converted = try self.floats(named: name)
    for index in converted.indices { floats[index] = converted[index] }
  }

  /// Reads a tensor of any integer type or BOOL as `Int`s; a U64 above `Int.max` is an error.
  public func integers(named name: String) throws(SafetensorsError) -> [Int] {
    let entry = try existingEntry(name)
    switch entry.type {
    case .bool, .u8: return try convert(entry) { (value: UInt8) in Int(value) }
    case .i8: return try convert(entry) { (value: Int8) in Int(value) }
    case .u16: return try convert(entry) { (value: UInt16) in Int(value) }
    case .i16: return try convert(entry) { (value: Int16) in Int(value) }
    case .u32: return try convert(entry) { (value: UInt32) in Int(value) }
    case .i32: return try convert(entry) { (value: Int32) in Int(value) }
    case .i64: return try convert(entry) { (value: Int64) in Int(value) }
    case .u64:
      let values = try read(UInt64.self, entry)
      if let large = values.first(where: { $0 > UInt64(Int.max) }) {
        throw SafetensorsError(
          path, tensor: name, "it has the value \(large), but at most \(Int.max) can be used",
          remedy: "write it with smaller values")
      }
      return values.map { Int($0) }
    default: throw wrongType(entry, "an integer type or BOOL")
    }
  }

  /// Reads the bytes of a tensor of any type, as they are in the file.
  public func bytes(named name: String) throws(SafetensorsError) -> [UInt8] {
    let entry = try existingEntry(name)
    return try convertingErrors { () throws(FileError) in
      try file.read(at: entry.range.lowerBound, count: entry.range.count)
    }
  }

  // MARK: - Helpers

  private func existingEntry(_ name: String) throws(SafetensorsError) -> TensorEntry {
    if let entry = entry(named: name) { return entry }
    throw SafetensorsError(
      path, tensor: name, "the file has no tensor of this name among its \(entries.count)",
      remedy: "check that it belongs to this model")
  }

  private func wrongType(_ entry: TensorEntry, _ wanted: String) -> SafetensorsError {
    SafetensorsError(
      path, tensor: entry.name, "it has dtype \(entry.type.rawValue), but \(wanted) is needed",
      remedy: "convert it and write the file again")
  }

  private func read<Number: FileNumber>(_ type: Number.Type, _ entry: TensorEntry) throws(SafetensorsError) -> [Number]
  {
    try convertingErrors { () throws(FileError) in
      try file.read(type, at: entry.range.lowerBound, count: entry.count)
    }
  }

  /// Reads numbers in pieces that stay in the cache, and converts each.
  private func convert<Number: FileNumber, Result>(
    _ entry: TensorEntry, _ transform: (Number) -> Result
  ) throws(SafetensorsError) -> [Result] {
    let piece = 1 << 16
    let count = entry.count
    var results: [Result] = []
    results.reserveCapacity(count)
    var start = 0
    while start < count {
      let length = min(piece, count - start)
      let offset = entry.range.lowerBound + start * MemoryLayout<Number>.stride
      let numbers = try convertingErrors { () throws(FileError) in
        try file.read(Number.self, at: offset, count: length)
      }
      results.append(contentsOf: numbers.lazy.map(transform))
      start += length
    }
    return results
  }
}
