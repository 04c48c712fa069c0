import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Recycles the memory of buffers.
///
/// A freed block waits for the next request of its size class. The pool never lets live and waiting memory together exceed
/// what was once live at the same time, so a run's peak is the peak of its tensors, not of its history.
final class BufferPool: Sendable {
  static let shared = BufferPool()

  /// A piece of memory and its size in bytes.
  struct Block: @unchecked Sendable {
    let address: UnsafeMutableRawPointer
    let bytes: Int
  }

  private struct State {
    /// Free blocks by size class, the last used on top.
    var free: [[Block]] = []
    var liveBytes = 0
    var freeBytes = 0
    var peakLiveBytes = 0
  }

  private let state = Mutex(State())

  /// Blocks from this size on are mapped one by one, so that freeing them returns memory to the system at once.
  private static let mappedSize = 1 << 20
  private static let smallest = 64

  func take(bytes: Int) -> Block {
    let sizeClass = Self.sizeClass(of: bytes)
    let size = Self.smallest << sizeClass
    let reused: Block? = state.withLock { state in
      while state.free.count <= sizeClass { state.free.append([]) }
      let block = state.free[sizeClass].popLast()
      if block != nil { state.freeBytes -= size }
      state.liveBytes += size
      state.peakLiveBytes = max(state.peakLiveBytes, state.liveBytes)
      Self.trim(&state)
      return block
    }
    return reused ?? Self.allocate(size)
  }

  func give(back block: Block) {
    state.withLock { state in
      state.liveBytes -= block.bytes
      state.freeBytes += block.bytes
      state.free[Self.sizeClass(of: block.bytes)].append(block)
      Self.trim(&state)
    }
  }

  /// Returns all waiting memory to the system, and forgets the peak.
  func drain() {
    state.withLock { state in
      for sizeClass in state.free.indices {
        for block in state.free[sizeClass] { Self.release(block) }
        state.free[sizeClass] = []
      }
      state.freeBytes = 0
      state.peakLiveBytes = state.liveBytes
    }
  }

  var statistics: (liveBytes: Int, waitingBytes: Int, peakLiveBytes: Int) {
    state.withLock { ($0.liveBytes, $0.freeBytes, $0.peakLiveBytes) }
  }

  /// Releases waiting blocks, the largest first, until live and waiting memory fit under the peak.
  private static func trim(_ state: inout State) {
    var sizeClass = state.free.count - 1
    while state.liveBytes + state.freeBytes > state.peakLiveBytes && sizeClass >= 0 {
      guard let block = state.free[sizeClass].popLast() else {
        sizeClass -= 1
        continue
      }
      state.freeBytes -= block.bytes
      release(block)
    }
  }

  /// Sizes are powers of two times the smallest one.
  ///
  /// Steps of a ragged batch differ in size, but fall into the same classes, so blocks are reused from step to step. What a
  /// block has beyond its request is never touched, and pages that are not touched are not occupied.
  private static func sizeClass(of bytes: Int) -> Int {
    let units = max(1, (bytes + smallest - 1) / smallest)
    return Int.bitWidth - (units - 1).leadingZeroBitCount
  }

  private static func allocate(_ bytes: Int) -> Block {
    if bytes >= mappedSize {
      let address = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      if let address, address != MAP_FAILED { return Block(address: address, bytes: bytes) }
    } else {
      var address: UnsafeMutableRawPointer?
      if posix_memalign(&address, smallest, bytes) == 0, let address { return Block(address: address, bytes: bytes) }
    }
    fatalError("out of memory: \(bytes) bytes could not be had; lower batch.tokens")
  }

  private static func release(_ block: Block) {
    if block.bytes >= mappedSize { munmap(block.address, block.bytes) } else { free(block.address) }
  }
}

/// What the engine's buffers occupy.
public enum EngineMemory {
  /// Bytes in buffers that are in use now.
  public static var liveBytes: Int { BufferPool.shared.statistics.liveBytes }
  /// The most bytes that were in use at once.
  public static var peakBytes: Int { BufferPool.shared.statistics.peakLiveBytes }
  /// Returns memory that waits for reuse to the system, as after a phase that needed far more than the next one.
  public static func releaseUnused() { BufferPool.shared.drain() }
}
