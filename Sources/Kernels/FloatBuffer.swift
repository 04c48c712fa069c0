#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// 32-bit floats in memory: the only storage of the engine.
///
/// Its memory comes from `BufferPool` and goes back there, so that a training step allocates nothing new after the
/// first.
///
/// `@unchecked Sendable` rests on one invariant: a buffer is written only by the function that made it, before it is
/// returned; by a caller who holds the only reference to it (`isKnownUniquelyReferenced`); or by a reverse pass, which
/// a tape runs once, as the last reader of what its own forward pass kept.
public final class FloatBuffer: @unchecked Sendable {
  /// The number of floats.
  public let count: Int
  let base: UnsafeMutablePointer<Float>
  private let block: BufferPool.Block

  /// Makes a buffer whose contents are undefined.
  package init(uninitialized count: Int) {
    self.count = count
    block = BufferPool.shared.take(bytes: max(1, count) * MemoryLayout<Float>.stride)
    base = block.address.bindMemory(to: Float.self, capacity: max(1, count))
  }

  deinit { BufferPool.shared.give(back: block) }

  /// Makes a buffer with one value everywhere.
  package convenience init(repeating value: Float, count: Int) {
    self.init(uninitialized: count)
    base.update(repeating: value, count: count)
  }

  /// Makes a buffer with the elements of an array.
  package convenience init(_ elements: [Float]) {
    self.init(uninitialized: elements.count)
    elements.withUnsafeBufferPointer { source in
      if let address = source.baseAddress { base.update(from: address, count: source.count) }
    }
  }

  /// Makes a buffer from the little-endian bytes of 32-bit floats, such as a weight file holds.
  package convenience init(littleEndianBytes bytes: [UInt8]) {
    require(bytes.count % 4 == 0, "FloatBuffer: \(bytes.count) bytes are not a whole number of floats")
    self.init(uninitialized: bytes.count / 4)
    bytes.withUnsafeBytes { source in
      if let address = source.baseAddress { memcpy(base, address, source.count) }
    }
    #if _endian(big)
      for index in 0..<count { base[index] = Float(bitPattern: base[index].bitPattern.byteSwapped) }
    #endif
  }

  /// Makes a buffer that a closure fills.
  package convenience init<Failure: Error>(
    count: Int, initializingWith fill: (inout MutableSpan<Float>) throws(Failure) -> Void
  ) throws(Failure) {
    self.init(repeating: 0, count: count)
    var span = MutableSpan(_unsafeElements: UnsafeMutableBufferPointer(start: base, count: count))
    try fill(&span)
  }

  /// The elements as an array.
  package var elements: [Float] { Array(UnsafeBufferPointer(start: base, count: count)) }

  /// The elements of a range as an array.
  package func elements(in range: Range<Int>) -> [Float] {
    require(range.lowerBound >= 0 && range.upperBound <= count, "FloatBuffer: range \(range) of \(count) elements")
    return Array(UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  /// The elements of a range as the little-endian bytes of a weight file.
  package func littleEndianBytes(in range: Range<Int>) -> [UInt8] {
    require(range.lowerBound >= 0 && range.upperBound <= count, "FloatBuffer: range \(range) of \(count) elements")
    #if _endian(big)
      return range.flatMap { index in (0..<4).map { UInt8(truncatingIfNeeded: base[index].bitPattern >> ($0 * 8)) } }
    #else
      return Array(UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count * 4))
    #endif
  }

  /// A buffer with the same elements in memory of its own.
  package func copy() -> FloatBuffer {
    let result = FloatBuffer(uninitialized: count)
    result.base.update(from: base, count: count)
    return result
  }

  /// The element at an index.
  package subscript(_ index: Int) -> Float {
    get {
      require(index >= 0 && index < count, "FloatBuffer: index \(index) of \(count) elements")
      return base[index]
    }
    set {
      require(index >= 0 && index < count, "FloatBuffer: index \(index) of \(count) elements")
      base[index] = newValue
    }
  }
}
