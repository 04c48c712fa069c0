import Kernels
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Each test has a process of its own: others compute at the same time in this one, and share its threads.
@Suite struct ThreadsTests {
  @Test func everyIndexIsVisitedOnce() async {
    await #expect(processExitsWith: .success) {
      recordingErrors {
        try withEvery("threads", in: [1, 2, 3, 5]) { threads in
          Threads.configure(count: threads)
          try expect(Threads.count == threads, "\(Threads.count) threads")
          try withEvery("count", in: [-1, 0, 1, 2, 3, 7, 64, 1000, 20_000]) { count in
            for _ in 0..<20 {
              let visits = Visits(count)
              parallelFor(count) { visits.add($0) }
              try expect(visits.areAllOne, "an index was visited more than once, or not at all")
            }
          }
        }
      }
    }
  }

  @Test func nestedLoopsVisitEveryPairOnce() async {
    await #expect(processExitsWith: .success) {
      recordingErrors {
        try withEvery("threads", in: [1, 2, 3]) { threads in
          Threads.configure(count: threads)
          try withEvery("repetition", in: 0..<50) { _ in
            let visits = Visits(7 * 11 * 3)
            parallelFor(7) { a in parallelFor(11) { b in parallelFor(3) { c in visits.add((a * 11 + b) * 3 + c) } } }
            try expect(visits.areAllOne, "a triple was visited more than once, or not at all")
          }
        }
      }
    }
  }

  @Test func callersAtTheSameTimeEachGetTheirLoop() async {
    await #expect(processExitsWith: .success) {
      Threads.configure(count: 3)
      await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<6 {
          group.addTask {
            (0..<500).allSatisfy { repetition in
              let visits = Visits(repetition % 70)
              parallelFor(repetition % 70) { visits.add($0) }
              return visits.areAllOne
            }
          }
        }
        for await isRight in group { #expect(isRight, "an index was visited more than once, or not at all") }
      }
    }
  }

  /// A change of the number of threads while others compute costs nobody a result.
  @Test func threadsChangeWhileOthersCompute() async {
    await #expect(processExitsWith: .success) {
      await withTaskGroup(of: Bool.self) { group in
        group.addTask {
          for repetition in 0..<200 { Threads.configure(count: 1 + repetition % 4) }
          return true
        }
        for _ in 0..<2 {
          group.addTask {
            (0..<2000).allSatisfy { _ in
              let visits = Visits(40)
              parallelFor(40) { visits.add($0) }
              return visits.areAllOne
            }
          }
        }
        for await isRight in group { #expect(isRight, "an index was visited more than once, or not at all") }
      }
    }
  }

  /// Threads that found nothing to do sleep after some microseconds, and wake for the next loop.
  @Test func loopsAfterAPauseAreShared() async {
    await #expect(processExitsWith: .success) {
      Threads.configure(count: 3)
      var helped = 0
      for _ in 0..<20 {
        usleep(5000)
        let visits = Visits(30)
        parallelFor(30) { index in
          visits.add(index)
          usleep(500)
        }
        #expect(visits.areAllOne)
        if visits.threadCount == 3 { helped += 1 }
      }
      // The machine may be busy, so not every time.
      #expect(helped > 0, "no loop of thirty naps was shared by all three threads")
    }
  }

  @Test func zeroMeansOneThreadACore() async {
    await #expect(processExitsWith: .success) {
      #expect(Threads.count == Threads.availableCores)
      Threads.configure(count: 4)
      Threads.configure(count: 0)
      #expect(Threads.count == Threads.availableCores && Threads.availableCores >= 1)
      Threads.configure(count: 4)
      Threads.configure(count: -3)
      #expect(Threads.count == Threads.availableCores)
    }
  }

  @Test func chunksCoverEverythingOnce() throws {
    try withEvery("count", in: [0, 1, 15, 16, 17, 600, 32_768, 32_769, 100_001]) { count in
      let visits = Visits(count)
      parallelChunks(count) { for index in $0 { visits.add(index) } }
      try expect(visits.areAllOne, "chunks: an element was visited more than once, or not at all")
      try withEvery("width", in: [0, 1, 7, 40_000]) { width in
        let rows = Visits(count)
        parallelRows(count, width: width) { for index in $0 { rows.add(index) } }
        try expect(rows.areAllOne, "rows: a row was visited more than once, or not at all")
      }
    }
  }
}

/// Counts how often each index was visited, and by how many threads.
///
/// `@unchecked Sendable`: each index has a place of its own, and is visited once unless the test fails.
private final class Visits: @unchecked Sendable {
  private let counts: UnsafeMutableBufferPointer<Int32>
  private let threads: UnsafeMutableBufferPointer<UInt>

  init(_ count: Int) {
    counts = .allocate(capacity: max(0, count))
    counts.initialize(repeating: 0)
    threads = .allocate(capacity: max(0, count))
    threads.initialize(repeating: 0)
  }

  deinit {
    counts.deallocate()
    threads.deallocate()
  }

  func add(_ index: Int) {
    counts[index] += 1
    #if canImport(Glibc)
      threads[index] = UInt(pthread_self())
    #else
      threads[index] = UInt(bitPattern: pthread_self())
    #endif
  }

  var areAllOne: Bool { counts.allSatisfy { $0 == 1 } }
  var threadCount: Int { Set(threads).count }
}
