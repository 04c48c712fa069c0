#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

#if !_endian(little)
  #error("Numbers are read from and written to files as they lie in memory: little endian.")
#endif

/// A number of fixed size whose every bit pattern is a value, so that it can be read straight from a file.
public protocol FileNumber: BitwiseCopyable, Sendable {
  /// The number zero.
  static var zero: Self { get }
}

extension UInt8: FileNumber {}
extension Int8: FileNumber {}
extension UInt16: FileNumber {}
extension Int16: FileNumber {}
extension UInt32: FileNumber {}
extension Int32: FileNumber {}
extension UInt64: FileNumber {}
extension Int64: FileNumber {}
extension Float: FileNumber {}
extension Double: FileNumber {}

extension System {
  /// The most one call moves; Linux moves no more than 2^31 - 4096 bytes at a time.
  private static let largestTransfer = 1 << 30

  /// Reads up to `count` numbers from `offset`; fewer only when the file ends before.
  ///
  /// The memory is not cleared first: a large tensor is touched once, by the kernel that fills it.
  static func read<Number: FileNumber>(
    _ type: Number.Type, count: Int, from descriptor: Int32, at offset: Int
  ) throws(SystemError) -> [Number] {
    // The initializer would write to the empty array, which all threads share.
    if count == 0 { return [] }
    var failure: SystemError?
    let numbers = unsafe [Number](unsafeUninitializedCapacity: count) { buffer, initialized in
      let bytes = unsafe UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count * stride(of: type))
      let result = unsafe fill(bytes, from: descriptor, at: offset)
      failure = result.failure
      initialized = result.count / stride(of: type)
    }
    if let failure { throw failure }
    return numbers
  }

  /// Fills a range of `numbers`, which it must have, from `offset` and returns how many of them the file had.
  static func read<Number: FileNumber>(
    into numbers: inout MutableSpan<Number>, range: Range<Int>, from descriptor: Int32, at offset: Int
  ) throws(SystemError) -> Int {
    precondition(range.lowerBound >= 0 && range.upperBound <= numbers.count)
    let stride = stride(of: Number.self)
    let result = unsafe numbers.withUnsafeMutableBytes { bytes in
      let part = unsafe UnsafeMutableRawBufferPointer(
        rebasing: bytes[range.lowerBound * stride..<range.upperBound * stride])
      return unsafe fill(part, from: descriptor, at: offset)
    }
    if let failure = result.failure { throw failure }
    return result.count / stride
  }

  /// Appends up to `count` bytes from the current position of a file, pipe or terminal.
  ///
  /// - Returns: The number of bytes read; 0 at the end.
  static func read(from descriptor: Int32, count: Int, appendingTo bytes: inout [UInt8]) throws(SystemError) -> Int {
    var failure: SystemError?
    let chunk = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(SystemError) {
        let address = buffer.baseAddress
        initialized = try retrying { unsafe Self.platformRead(descriptor, address, count) }
      } catch {
        failure = error
        initialized = 0
      }
    }
    if let failure { throw failure }
    if bytes.isEmpty { bytes = chunk } else { bytes.append(contentsOf: chunk) }
    return chunk.count
  }

  /// Writes all the bytes of `numbers` at the current position.
  static func write<Number: FileNumber>(_ numbers: [Number], to descriptor: Int32) throws(SystemError) {
    try DiskWitness.note(.write(descriptor, bytes: unsafe numbers.withUnsafeBytes { unsafe Array($0) }))
    let failure = unsafe numbers.withUnsafeBytes { bytes -> SystemError? in
      var done = 0
      while done < bytes.count {
        do throws(SystemError) {
          let address = unsafe bytes.baseAddress.map { unsafe $0 + done }
          let count = min(bytes.count - done, largestTransfer)
          done += try retrying { unsafe Self.platformWrite(descriptor, address, count) }
        } catch {
          return error
        }
      }
      return nil
    }
    if let failure { throw failure }
  }

  private static func stride<Number>(of type: Number.Type) -> Int { MemoryLayout<Number>.stride }

  private static func fill(
    _ bytes: UnsafeMutableRawBufferPointer, from descriptor: Int32, at offset: Int
  ) -> (count: Int, failure: SystemError?) {
    var done = 0
    while done < bytes.count {
      do throws(SystemError) {
        let address = unsafe bytes.baseAddress.map { unsafe $0 + done }
        let count = min(bytes.count - done, largestTransfer)
        let moved = try retrying { unsafe pread(descriptor, address, count, off_t(offset + done)) }
        if moved == 0 { break }
        done += moved
      } catch {
        return (done, error)
      }
    }
    return (done, nil)
  }

  private static func platformRead(_ descriptor: Int32, _ address: UnsafeMutablePointer<UInt8>?, _ count: Int) -> Int {
    unsafe systemRead(descriptor, address, count)
  }

  private static func platformWrite(_ descriptor: Int32, _ address: UnsafeRawPointer?, _ count: Int) -> Int {
    unsafe systemWrite(descriptor, address, count)
  }
}

private func systemRead(_ descriptor: Int32, _ address: UnsafeMutablePointer<UInt8>?, _ count: Int) -> Int {
  unsafe read(descriptor, address, count)
}

private func systemWrite(_ descriptor: Int32, _ address: UnsafeRawPointer?, _ count: Int) -> Int {
  unsafe write(descriptor, address, count)
}
