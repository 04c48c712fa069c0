import Kernels
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What buffers cost: where all memory of the process counts, a test has a process of its own.
@Suite struct MemoryTests {
  @Test func liveAndPeakBytesFollowTheBuffers() async {
    await #expect(processExitsWith: .success) {
      let start = EngineMemory.liveBytes
      for count in [0, 1, 16, 17, 100_000, 262_144, 1_000_000] {
        do {
          let buffer = FloatBuffer(repeating: 1, count: count)
          let bytes = EngineMemory.liveBytes - start
          // Small blocks have the sizes of powers of two, large ones whole pages.
          #expect(bytes >= 4 * count && bytes <= max(64, 8 * count), "\(bytes) bytes for \(buffer.count) floats")
        }
        #expect(EngineMemory.liveBytes == start, "after \(count) floats")
      }
      EngineMemory.releaseUnused()
      #expect(EngineMemory.peakBytes == start)
      do {
        let buffers = (0..<10).map { _ in FloatBuffer(repeating: 1, count: 50_000) }
        #expect(EngineMemory.liveBytes >= buffers.count * 200_000)
      }
      #expect(EngineMemory.liveBytes == start)
      #expect(EngineMemory.peakBytes >= start + 2_000_000 && EngineMemory.peakBytes <= start + 4_000_000)
    }
  }

  /// Memory that is written for the first time costs a page fault a page; memory that comes back does not.
  @Test func freedBuffersAreUsedAgain() async {
    await #expect(processExitsWith: .success) {
      let pages = 8_000_000 / 4096
      _ = FloatBuffer(repeating: 1, count: 2_000_000)
      let before = pageFaults()
      for _ in 0..<50 { _ = FloatBuffer(repeating: 1, count: 2_000_000) }
      #expect(pageFaults() - before < pages, "\(pageFaults() - before) page faults for 50 buffers of \(pages) pages")
    }
  }

  #if os(Linux)
    /// Sixteen megabytes at a time, in buffers of one size after another: what waits from one size makes room for the next.
    @Test func waitingMemoryStaysBelowThePeak() async {
      await #expect(processExitsWith: .success) {
        let before = residentBytes()
        for count in [16, 8, 4, 2, 1, 32, 64] {
          do { _ = (0..<count).map { _ in FloatBuffer(repeating: 1, count: (4 << 20) / count) } }
        }
        let grown = residentBytes() - before
        #expect(EngineMemory.peakBytes <= 17 << 20)
        #expect(grown < EngineMemory.peakBytes + (4 << 20), "\(grown) bytes, the peak was \(EngineMemory.peakBytes)")
      }
    }

    @Test func waitingMemoryIsReleasedOnRequest() async {
      await #expect(processExitsWith: .success) {
        let before = residentBytes()
        do { _ = (0..<25).map { _ in FloatBuffer(repeating: 1, count: 1_000_000) } }
        let waiting = residentBytes() - before
        #expect(waiting > 90_000_000, "\(waiting) bytes wait")
        EngineMemory.releaseUnused()
        let left = residentBytes() - before
        #expect(left < 8_000_000, "\(left) bytes are left")
      }
    }
  #endif

  /// Buffers never share memory while they live, whoever makes and frees them.
  @Test func liveBuffersDoNotOverlap() async {
    await withTaskGroup(of: Bool.self) { group in
      for task in 0..<4 {
        group.addTask {
          var generator = SeededGenerator(seed: UInt64(task))
          var live: [(buffer: FloatBuffer, mark: Float)] = []
          for step in 0..<3000 {
            let mark = Float(task * 10_000 + step)
            let count = Int.random(in: 0...(step % 50 == 0 ? 300_000 : 2000), using: &generator)
            live.append((FloatBuffer(repeating: mark, count: count), mark))
            if live.count > 20 {
              let (buffer, mark) = live.remove(at: Int.random(in: 0..<live.count, using: &generator))
              if buffer.elements.contains(where: { $0 != mark }) { return false }
            }
          }
          return live.allSatisfy { buffer, mark in buffer.elements.allSatisfy { $0 == mark } }
        }
      }
      for await isIntact in group { #expect(isIntact, "a buffer was overwritten while it lived") }
    }
  }

  @Test func buffersHoldWhatTheyAreMadeOf() throws {
    let elements: [Float] = [1, -2.5, 0, .infinity]
    try expectSameBits(FloatBuffer(elements).elements, elements)
    try expectSameBits(FloatBuffer(repeating: 3, count: 2).elements, [3, 3])
    #expect(FloatBuffer([]).elements.isEmpty)
    let bytes: [UInt8] = [0, 0, 0x80, 0x3F, 0, 0, 0x20, 0xC0, 1, 0, 0xC0, 0x7F]
    let read = FloatBuffer(littleEndianBytes: bytes).elements
    #expect(read.map(\.bitPattern) == [0x3F80_0000, 0xC020_0000, 0x7FC0_0001])
    #expect(FloatBuffer(elements).elements(in: 1..<3) == [-2.5, 0])
    #expect(FloatBuffer(elements).elements(in: 4..<4).isEmpty)
  }

  @Test func copiesAreIndependent() {
    let original = FloatBuffer([1, 2, 3])
    let copy = original.copy()
    copy[1] = 9
    #expect(original.elements == [1, 2, 3])
    #expect(copy.elements == [1, 9, 3])
  }
}

private func pageFaults() -> Int {
  var usage = rusage()
  #if canImport(Glibc)
    getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
  #else
    getrusage(RUSAGE_SELF, &usage)
  #endif
  return usage.ru_minflt
}

#if os(Linux)
  /// The memory that this process occupies now.
  private func residentBytes() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 200)
    guard fgets(&line, 200, file) != nil else { return 0 }
    let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return text.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * sysconf(Int32(_SC_PAGESIZE)) }
      ?? 0
  }
#endif
