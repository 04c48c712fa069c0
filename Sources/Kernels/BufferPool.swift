import CInstructions
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Recycles the memory of buffers.
///
/// Large blocks come from an `Arena`. A freed small block waits for the next request of its size class; waiting and
/// live small blocks together never exceed the peak of live ones.
final class BufferPool: Sendable {
  static let shared = BufferPool()

  /// A piece of memory and its size in bytes.
  struct Block: @unchecked Sendable {
    let address: UnsafeMutableRawPointer
    let bytes: Int
  }

  private struct State {
    var arena = Arena()
    /// Small free blocks by size class, the last used on top.
    var small = [[Block]](repeating: [], count: BufferPool.sizeClass(of: BufferPool.largestSmall) + 1)
    var smallBytes = (live: 0, waiting: 0, peakLive: 0)
    var liveBytes = 0
    var peakLiveBytes = 0
  }

  private let state = Lock(State())

  /// Blocks above this size come from the arena.
  private static let largestSmall = 1 << 17
  private static let smallest = 64

  func take(bytes: Int) -> Block {
    let isLarge = bytes > Self.largestSmall
    let size = isLarge ? Arena.roundedSize(of: bytes) : Self.smallest << Self.sizeClass(of: bytes)
    let address: UnsafeMutableRawPointer? = state.withLock { state in
      state.liveBytes += size
      state.peakLiveBytes = max(state.peakLiveBytes, state.liveBytes)
      return isLarge ? state.arena.take(size) : Self.takeSmall(size, &state)
    }
    guard let address else { fatalError("out of memory: \(size) bytes could not be had; lower batch.tokens") }
    return Block(address: address, bytes: size)
  }

  func give(back block: Block) {
    state.withLock { state in
      state.liveBytes -= block.bytes
      if block.bytes > Self.largestSmall {
        state.arena.give(back: block.address, block.bytes)
      } else {
        state.smallBytes.live -= block.bytes
        state.smallBytes.waiting += block.bytes
        state.small[Self.sizeClass(of: block.bytes)].append(block)
      }
    }
  }

  /// Returns all waiting memory to the system, and resets the peak.
  func drain() {
    state.withLock { state in
      state.arena.drain()
      for block in state.small.joined() { free(block.address) }
      for sizeClass in state.small.indices { state.small[sizeClass] = [] }
      state.smallBytes = (state.smallBytes.live, 0, state.smallBytes.live)
      state.peakLiveBytes = state.liveBytes
    }
  }

  var statistics: (liveBytes: Int, peakLiveBytes: Int) { state.withLock { ($0.liveBytes, $0.peakLiveBytes) } }

  private static func takeSmall(_ size: Int, _ state: inout State) -> UnsafeMutableRawPointer? {
    let reused = state.small[sizeClass(of: size)].popLast()
    if reused != nil { state.smallBytes.waiting -= size }
    state.smallBytes.live += size
    state.smallBytes.peakLive = max(state.smallBytes.peakLive, state.smallBytes.live)
    if let reused { return reused.address }
    releaseSmall(&state)
    var address: UnsafeMutableRawPointer?
    return posix_memalign(&address, smallest, size) == 0 ? address : nil
  }

  /// Releases waiting small blocks, the largest first, until live and waiting ones fit under their peak.
  private static func releaseSmall(_ state: inout State) {
    var sizeClass = state.small.count - 1
    while state.smallBytes.live + state.smallBytes.waiting > state.smallBytes.peakLive && sizeClass >= 0 {
      guard let block = state.small[sizeClass].popLast() else {
        sizeClass -= 1
        continue
      }
      state.smallBytes.waiting -= block.bytes
      free(block.address)
    }
  }

  /// Sizes of small blocks are powers of two times the smallest one.
  private static func sizeClass(of bytes: Int) -> Int {
    let units = max(1, (bytes + smallest - 1) / smallest)
    return Int.bitWidth - (units - 1).leadingZeroBitCount
  }
}

/// The memory that the engine's buffers occupy.
public enum EngineMemory {
  /// Bytes in buffers that are in use now.
  public static var liveBytes: Int { BufferPool.shared.statistics.liveBytes }
  /// The most bytes that were in use at once.
  public static var peakBytes: Int { BufferPool.shared.statistics.peakLiveBytes }
  /// Returns memory that waits for reuse, the C heap's included, to the system: for use between phases with different
  /// needs.
  public static func releaseUnused() {
    BufferPool.shared.drain()
    hone_release_heap()
  }
}
