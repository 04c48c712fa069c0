import Files
import Safetensors
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct NumberTests {
  let folder = TemporaryFolder()

  /// Writes one tensor of bytes and opens the file.
  private func file(_ type: DataType, _ shape: [Int], _ bytes: [UInt8]) throws -> SafetensorsFile {
    let path = folder.file("\(type.rawValue).safetensors")
    try SafetensorsWriter.write([PendingTensor(name: "a", type: type, shape: shape, bytes: bytes)], to: path)
    return try SafetensorsFile(path)
  }

  private func bytes<Number: FixedWidthInteger>(_ numbers: [Number]) -> [UInt8] {
    numbers.flatMap { number in
      (0..<MemoryLayout<Number>.size).map { UInt8(truncatingIfNeeded: number >> Number(8 * $0)) }
    }
  }

  #if !(os(macOS) && arch(x86_64))
    @Test func everyHalfPrecisionFloatIsRead() throws {
      let halves = (0...0xFFFF).map { UInt16($0) }
      let floats = try file(.f16, [256, 256], bytes(halves)).floats(named: "a")
      #expect(floats.count == halves.count)
      for (half, float) in zip(halves, floats) {
        let expected = Float(Float16(bitPattern: half))
        if expected.isNaN ? !float.isNaN : float.bitPattern != expected.bitPattern {
          Issue.record("the half \(half) was read as \(float), not \(expected)")
        }
      }
    }

    @Test func floatsAreRoundedToTheNearestHalf() throws {
      var generator = SplitMix64(state: 3)
      var values = (0...0xFFFF as ClosedRange<UInt16>).flatMap { half -> [Float] in
        // Each half, the midpoint to the next and the neighbours of both: where rounding goes wrong.
        let value = Float(Float16(bitPattern: half))
        let middle = (value + Float(Float16(bitPattern: half).nextUp)) / 2
        return [value, value.nextUp, value.nextDown, middle, middle.nextUp, middle.nextDown]
      }
      values += (0..<300_000).map { _ in Float(bitPattern: UInt32.random(in: .min ... .max, using: &generator)) }
      let path = folder.file("a.safetensors")
      try SafetensorsWriter.write(
        [PendingTensor(name: "a", type: .f16, shape: [values.count], content: .floats { values })], to: path)
      let written = try SafetensorsFile(path).bytes(named: "a")
      for (index, value) in values.enumerated() {
        let bits = UInt16(written[2 * index]) | UInt16(written[2 * index + 1]) << 8
        let expected = Float16(value)
        if expected.isNaN ? !Float16(bitPattern: bits).isNaN : bits != expected.bitPattern {
          Issue.record("\(value) was written as \(Float16(bitPattern: bits)), not \(expected)")
          return
        }
      }
    }
  #endif

  @Test func brainFloatsAreTheUpperHalf() throws {
    let halves: [UInt16] = [0, 0x8000, 0x3F80, 0xBF80, 0x7F80, 0x0001, 0x4049]
    let floats = try file(.bf16, [7], bytes(halves)).floats(named: "a")
    #expect(floats.map(\.bitPattern) == halves.map { UInt32($0) << 16 })
  }

  @Test(
    arguments: [
      (0x3F80_0000, 0x3F80), (0x3F80_8000, 0x3F80), (0x3F80_8001, 0x3F81), (0x3F81_8000, 0x3F82), (0x3F80_7FFF, 0x3F80),
      (0xBF81_8000, 0xBF82), (0x7F7F_FFFF, 0x7F80), (0x7F80_0000, 0x7F80), (0x7F80_0001, 0x7FC0), (0xFFFF_FFFF, 0xFFFF),
      (0x0000_8001, 0x0001), (0x8000_0000, 0x8000),
    ] as [(UInt32, UInt16)])
  func floatsAreRoundedToTheNearestBrainFloat(bits: UInt32, expected: UInt16) throws {
    let path = folder.file("a.safetensors")
    let tensor = PendingTensor(
      name: "a", type: .bf16, shape: [1], content: .floats { [Float(bitPattern: bits)] })
    try SafetensorsWriter.write([tensor], to: path)
    #expect(try SafetensorsFile(path).bytes(named: "a") == bytes([expected]))
  }

  @Test func singleAndDoublePrecisionAreRead() throws {
    let singles: [Float] = [0, -0.0, 1, -1.5, .pi, .infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
    #expect(try file(.f32, [2, 4], bytes(singles.map(\.bitPattern))).floats(named: "a") == singles)
    let doubles: [Double] = [0.1, 1e300, -1e-300, 16_777_217, .infinity]
    let read = try file(.f64, [5], bytes(doubles.map(\.bitPattern))).floats(named: "a")
    #expect(read == [0.1, .infinity, -0.0, 16_777_216, .infinity])
    let path = folder.file("doubles.safetensors")
    try SafetensorsWriter.write(
      [PendingTensor(name: "a", type: .f64, shape: [8], content: .floats { singles })], to: path)
    #expect(try SafetensorsFile(path).bytes(named: "a") == bytes(singles.map { Double($0).bitPattern }))
  }

  @Test func floatsGoIntoMemoryThatIsThere() throws {
    let values = (0..<10).map { Float($0) / 3 }
    for type in [DataType.f32, .f64] {
      let path = folder.file("a.safetensors")
      try SafetensorsWriter.write(
        [PendingTensor(name: "a", type: type, shape: [2, 5], content: .floats { values })], to: path)
      let file = try SafetensorsFile(path)
      var memory = [Float](repeating: 9, count: 10)
      var span = memory.mutableSpan
      try file.read("a", into: &span)
      #expect(memory == values)
      var small = [Float](repeating: 9, count: 9)
      let error = try #require(throws: SafetensorsError.self) {
        var span = small.mutableSpan
        try file.read("a", into: &span)
      }
      #expect(
        error.description
          == "\(path): tensor \"a\": it has 10 numbers, but 9 were asked for; give memory of its size")
      #expect(small == [Float](repeating: 9, count: 9))
    }
  }

  @Test func integersOfEveryTypeAreRead() throws {
    #expect(try file(.bool, [3], [0, 1, 2]).integers(named: "a") == [0, 1, 2])
    #expect(try file(.u8, [2], [0, 255]).integers(named: "a") == [0, 255])
    #expect(try file(.i8, [2], [0x80, 0x7F]).integers(named: "a") == [-128, 127])
    #expect(try file(.u16, [2], bytes([1, UInt16.max])).integers(named: "a") == [1, 65535])
    #expect(try file(.i16, [2], bytes([Int16.min, 5])).integers(named: "a") == [-32768, 5])
    #expect(try file(.u32, [1], bytes([UInt32.max])).integers(named: "a") == [4_294_967_295])
    #expect(try file(.i32, [2], bytes([Int32.min, -1])).integers(named: "a") == [-2_147_483_648, -1])
    #expect(try file(.i64, [2], bytes([Int64.min, .max])).integers(named: "a") == [Int.min, Int.max])
    #expect(try file(.u64, [2], bytes([7, UInt64(Int.max)])).integers(named: "a") == [7, Int.max])
    let large = try file(.u64, [2], bytes([7, UInt64(Int.max) + 1]))
    let error = try #require(throws: SafetensorsError.self) { try large.integers(named: "a") }
    #expect(
      error.description == "\(large.path): tensor \"a\": it has the value 9223372036854775808, "
        + "but at most 9223372036854775807 can be used; write it with smaller values")
  }

  @Test func otherTypesAreRefusedByName() throws {
    let integers = try file(.i64, [1], [UInt8](repeating: 0, count: 8))
    let error = try #require(throws: SafetensorsError.self) { try integers.floats(named: "a") }
    #expect(
      error.description == "\(integers.path): tensor \"a\": it has dtype I64, but F32, F16, BF16 or F64 is needed; "
        + "convert it and write the file again")
    let floats = try file(.f32, [1], [0, 0, 0, 0])
    let other = try #require(throws: SafetensorsError.self) { try floats.integers(named: "a") }
    #expect(
      other.description == "\(floats.path): tensor \"a\": it has dtype F32, but an integer type or BOOL is needed; "
        + "convert it and write the file again")
    #expect(throws: SafetensorsError.self) { try file(.f8e4m3, [1], [0]).floats(named: "a") }
    let missing = try #require(throws: SafetensorsError.self) { try floats.bytes(named: "b") }
    #expect(
      missing.description == "\(floats.path): tensor \"b\": the file has no tensor of this name among its 1; "
        + "check that it belongs to this model")
  }

  @Test func aFileCutShortAfterItWasOpenedIsAnError() throws {
    let file = try file(.f32, [1000], [UInt8](repeating: 1, count: 4000))
    // In place, as a copying program would do it; a rename would leave the open file whole.
    #expect(truncate(file.path, 0) == 0)
    let error = try #require(throws: SafetensorsError.self) { try file.floats(named: "a") }
    #expect(
      error.description
        == "cannot read \(file.path): it ends at byte 0, before what was asked for; fetch or copy it again")
  }
}
