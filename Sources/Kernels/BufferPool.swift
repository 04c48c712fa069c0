import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Recycles the memory of buffers.
///
/// A freed block waits for the next request it fits. The pool never lets live and waiting memory together exceed
/// what was once live at the same time, so a run's peak is the peak of its tensors, not of its history.
final class BufferPool: Sendable {
  static let shared = BufferPool()

  /// A piece of memory and its size in bytes.
  struct Block: @unchecked Sendable {
    let address: UnsafeMutableRawPointer
    let bytes: Int
  }

  private struct State {
    /// Free blocks by size, smallest first.
    var free: [Block] = []
    var liveBytes = 0
    var freeBytes = 0
    var peakLiveBytes = 0
  }

  private let state = Mutex(State())

  /// Blocks from this size on are mapped one by one, so that freeing them returns memory to the system at once.
  private static let mappedSize = 1 << 20
  private static let alignment = 64

  func take(bytes: Int) -> Block {
    let wanted = Self.roundedUp(bytes)
    let reused: Block? = state.withLock { state in
      let index = Self.firstIndex(in: state.free, ofAtLeast: wanted)
      if index < state.free.count, state.free[index].bytes <= wanted + wanted / 2 {
        let block = state.free.remove(at: index)
        state.freeBytes -= block.bytes
        state.liveBytes += block.bytes
        state.peakLiveBytes = max(state.peakLiveBytes, state.liveBytes)
        return block
      }
      state.liveBytes += wanted
      state.peakLiveBytes = max(state.peakLiveBytes, state.liveBytes)
      Self.trim(&state)
      return nil
    }
    return reused ?? Self.allocate(wanted)
  }

  func give(back block: Block) {
    state.withLock { state in
      state.liveBytes -= block.bytes
      state.freeBytes += block.bytes
      state.free.insert(block, at: Self.firstIndex(in: state.free, ofAtLeast: block.bytes))
      Self.trim(&state)
    }
  }

  /// Returns all waiting memory to the system, and forgets the peak.
  func drain() {
    state.withLock { state in
      for block in state.free { Self.release(block) }
      state.free = []
      state.freeBytes = 0
      state.peakLiveBytes = state.liveBytes
    }
  }

  var statistics: (liveBytes: Int, waitingBytes: Int, peakLiveBytes: Int) {
    state.withLock { ($0.liveBytes, $0.freeBytes, $0.peakLiveBytes) }
  }

  /// Releases the largest waiting blocks until live and waiting memory fit under the peak.
  private static func trim(_ state: inout State) {
    while state.liveBytes + state.freeBytes > state.peakLiveBytes, let block = state.free.popLast() {
      state.freeBytes -= block.bytes
      release(block)
    }
  }

  private static func firstIndex(in blocks: [Block], ofAtLeast bytes: Int) -> Int {
    var low = 0
    var high = blocks.count
    while low < high {
      let middle = (low + high) / 2
      if blocks[middle].bytes < bytes { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private static func roundedUp(_ bytes: Int) -> Int {
    let unit = bytes >= mappedSize ? 1 << 16 : alignment
    return (bytes + unit - 1) / unit * unit
  }

  private static func allocate(_ bytes: Int) -> Block {
    if bytes >= mappedSize {
      let address = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      if let address, address != MAP_FAILED { return Block(address: address, bytes: bytes) }
    } else {
      var address: UnsafeMutableRawPointer?
      if posix_memalign(&address, alignment, bytes) == 0, let address { return Block(address: address, bytes: bytes) }
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
