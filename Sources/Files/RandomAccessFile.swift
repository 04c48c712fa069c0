/// A file that is read at any offset, by `pread`.
///
/// It is never mapped: a file that another process cuts short gives an error instead of a signal.
public final class RandomAccessFile: Sendable {
  /// The path as it was given.
  public let path: String
  /// The bytes in the file at the time it was opened.
  public let size: Int
  private let descriptor: Int32

  /// Opens a file for reading.
  public init(_ path: String) throws(FileError) {
    do throws(SystemError) {
      let descriptor = try System.open(path, .read)
      do throws(SystemError) {
        let status = try System.status(of: descriptor)
        if status.kind == .folder { throw .isFolder }
        self.size = status.size
      } catch {
        try? System.close(descriptor)
        throw error
      }
      self.descriptor = descriptor
    } catch {
      throw FileError("read", path, error, .reading)
    }
    self.path = path
  }

  deinit {
    try? System.close(descriptor)
  }

  /// Reads exactly `count` bytes from `offset` on.
  public func read(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
    try read(UInt8.self, at: offset, count: count)
  }

  /// Reads exactly `count` numbers, little endian, from byte `offset` on.
  public func read<Number: FileNumber>(
    _ type: Number.Type, at offset: Int, count: Int
  ) throws(FileError) -> [Number] {
    try checkRange(type, offset, count)
    let numbers: [Number]
    do throws(SystemError) {
      numbers = try System.read(type, count: count, from: descriptor, at: offset)
    } catch {
      throw FileError("read", path, error, .reading)
    }
    if numbers.count != count { throw endsEarly() }
    return numbers
  }

  /// Fills `numbers` with what the file has from byte `offset` on, little endian.
  public func read<Number: FileNumber>(into numbers: inout MutableSpan<Number>, at offset: Int) throws(FileError) {
    try read(into: &numbers, range: 0..<numbers.count, at: offset)
  }

  /// Fills a range of `numbers` with what the file has from byte `offset` on, little endian.
  public func read<Number: FileNumber>(
    into numbers: inout MutableSpan<Number>, range: Range<Int>, at offset: Int
  ) throws(FileError) {
    guard range.lowerBound >= 0 && range.upperBound <= numbers.count else {
      throw FileError(
        path: path, kind: .internalError,
        description:
          "cannot read \(path): \(range) is no part of \(numbers.count) places; this is a fault of the program")
    }
    try checkRange(Number.self, offset, range.count)
    let count: Int
    do throws(SystemError) {
      count = try System.read(into: &numbers, range: range, from: descriptor, at: offset)
    } catch {
      throw FileError("read", path, error, .reading)
    }
    if count != range.count { throw endsEarly() }
  }

  /// Refuses a range outside the file before any memory is taken for it.
  private func checkRange<Number>(_ type: Number.Type, _ offset: Int, _ count: Int) throws(FileError) {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Number>.stride)
    if offset < 0 || count < 0 || overflow || offset > size || bytes > size - offset { throw endsEarly() }
  }

  private func endsEarly() -> FileError {
    // The size now: it is smaller than at the opening when somebody has cut the file short since.
    let end = (try? System.status(of: descriptor).size) ?? size
    return FileError(
      path: path, kind: .badData,
      description: "cannot read \(path): it ends at byte \(end), before what was asked for; fetch or copy it again")
  }
}
