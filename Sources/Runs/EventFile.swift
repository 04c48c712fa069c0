import Files

/// A TensorBoard event file: scalar values over steps, readable while the run goes on.
///
/// A record is its length (u64), the masked checksum of those eight bytes (u32), the data, and the data's masked
/// checksum (u32), all little-endian; the data is an `Event` protocol buffer (`tensorflow/core/util/event.proto`). A
/// reader skips a record that a crash cut short, and each start of a run opens a file of its own. A start that goes on says
/// from which step on, so that a reader drops what an earlier file has from there.
struct EventFile {
  private let file: AppendingFile

  /// Starts an event file in a folder.
  ///
  /// - Parameters:
  ///   - step: The first step of a start that goes on, for a `SessionLog` record; nil for the first start.
  ///   - time: The seconds since 1970 that the name and the first records carry.
  init(in folder: String, from step: Int? = nil, time: Double = Files.currentTime) throws {
    // A reader takes the files in the order of their names: a start within the same second needs a later one.
    let seconds = String(try max(Int(time), (Self.newestStamp(in: folder) ?? 0) + 1))
    let stamp = String(repeating: "0", count: max(0, 10 - seconds.count)) + seconds
    let host = Files.hostName.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    let path = Files.join(folder, "\(Self.prefix)\(stamp).\(host).\(Files.processIdentifier).0")
    try Files.write([], to: path)
    file = try AppendingFile(path)
    try append(Self.event(time: time, step: 0, payload: Self.field(3, "brain.Event:2")))
    if let step { try append(Self.event(time: time, step: step, payload: Self.field(7, [1 << 3, 1]))) }
  }

  private static let prefix = "events.out.tfevents."

  /// The seconds in the name of the newest event file of a folder.
  private static func newestStamp(in folder: String) throws(FileError) -> Int? {
    try Files.list(folder).filter { $0.hasPrefix(prefix) }.compactMap { Int($0.dropFirst(prefix.count).prefix(10)) }
      .max()
  }

  /// Adds one value of a scalar.
  func add(_ tag: String, _ value: Double, step: Int, time: Double = Files.currentTime) throws {
    try append(Self.scalar(tag, Float(value), step: step, time: time))
  }

  private func append(_ data: [UInt8]) throws { try file.append(Self.record(data)) }

  // MARK: - The format

  /// The event of one scalar value.
  static func scalar(_ tag: String, _ value: Float, step: Int, time: Double) -> [UInt8] {
    let summaryValue = field(1, tag) + [2 << 3 | 5] + bytes(value.bitPattern)
    return event(time: time, step: step, payload: field(5, field(1, summaryValue)))
  }

  /// An event with its time and step; the payload is its last field.
  static func event(time: Double, step: Int, payload: [UInt8]) -> [UInt8] {
    [1 << 3 | 1] + bytes(time.bitPattern) + (step == 0 ? [] : [2 << 3] + variable(UInt64(step))) + payload
  }

  /// A field of text.
  static func field(_ number: UInt8, _ text: String) -> [UInt8] {
    field(number, Array(text.utf8))
  }

  private static func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
    [number << 3 | 2] + variable(UInt64(content.count)) + content
  }

  /// A record around its data.
  static func record(_ data: [UInt8]) -> [UInt8] {
    let length = bytes(UInt64(data.count))
    return length + bytes(CRC32C.masked(length)) + data + bytes(CRC32C.masked(data))
  }

  private static func variable(_ value: UInt64) -> [UInt8] {
    var result: [UInt8] = []
    var rest = value
    while rest >= 0x80 {
      result.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return result + [UInt8(rest)]
  }

  private static func bytes(_ value: some FixedWidthInteger & UnsignedInteger) -> [UInt8] {
    stride(from: 0, to: value.bitWidth, by: 8).map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
