import CInstructions
import COpenBLAS
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The threads of the engine.
///
/// OpenBLAS runs single-threaded; the engine splits its loops itself, by shapes only, so that one computation gives
/// the same bits at any thread count.
public enum Threads {
  /// The number of threads that share a loop, the caller's included.
  public static var count: Int { ThreadPool.shared.current.threadCount }

  /// Sets the number of threads; 0 means one per processor core.
  ///
  /// Call it between computations.
  public static func configure(count: Int) {
    ThreadPool.shared.replace(threadCount: count > 0 ? count : availableCores)
  }

  /// The number of processor cores that this process may use.
  public static var availableCores: Int {
    let allowed = Int(hone_allowed_cores())
    return allowed > 0 ? allowed : max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
  }
}

/// Runs `body(0)` … `body(count - 1)`, shared among the engine's threads, and returns when all are done.
///
/// The order is undefined, so the calls must write to different memory. Inside another parallel loop the calls run one
/// after the other.
package func parallelFor(_ count: Int, _ body: (Int) -> Void) {
  ThreadPool.shared.current.run(count, body)
}

/// Holds the current team, so that it can be replaced when the number of threads changes.
private final class ThreadPool: Sendable {
  static let shared = ThreadPool()
  private let team: Lock<Team>

  private init() {
    openblas_set_num_threads(1)
    team = Lock(Team(threadCount: Threads.availableCores))
  }

  var current: Team { team.withLock { $0 } }

  func replace(threadCount: Int) {
    team.withLock { team in
      if team.threadCount != threadCount {
        team.stop()
        team = Team(threadCount: threadCount)
      }
    }
  }
}

/// A fixed number of threads that share one loop at a time.
///
/// `@unchecked Sendable`: `body` and `total` are written only by the thread that holds `busy`, while `isOpen` is
/// false, and read only after `isOpen` was seen true.
private final class Team: @unchecked Sendable {
  let threadCount: Int

  private let busy = Atomic<Bool>(false)
  private let isOpen = Atomic<Bool>(false)
  private let generation = Atomic<Int>(0)
  private let nextIndex = Atomic<Int>(0)
  private let helping = Atomic<Int>(0)
  private let sleeping = Atomic<Int>(0)
  private let stopped = Atomic<Bool>(false)
  private var body: ((Int) -> Void)?
  private var total = 0
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wakeUp = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  /// The number of times a helper polls for the next loop before it sleeps; some tens of microseconds.
  private static let spinLimit = 4_000

  init(threadCount: Int) {
    self.threadCount = max(1, threadCount)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wakeUp, nil)
    for _ in 1..<self.threadCount { startHelper() }
  }

  /// Runs when the last helper of a stopped team has left: each holds its team.
  deinit {
    pthread_cond_destroy(wakeUp)
    pthread_mutex_destroy(mutex)
    wakeUp.deallocate()
    mutex.deallocate()
  }

  func run(_ count: Int, _ body: (Int) -> Void) {
    if count <= 1 || threadCount == 1
      || !busy.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
    {
      for index in 0..<max(0, count) { body(index) }
      return
    }
    withoutActuallyEscaping(body) { escapable in
      self.body = escapable
      total = count
      nextIndex.store(0, ordering: .sequentiallyConsistent)
      isOpen.store(true, ordering: .sequentiallyConsistent)
      generation.wrappingAdd(1, ordering: .sequentiallyConsistent)
      if sleeping.load(ordering: .sequentiallyConsistent) > 0 {
        pthread_mutex_lock(mutex)
        pthread_cond_broadcast(wakeUp)
        pthread_mutex_unlock(mutex)
      }
      work(escapable)
      isOpen.store(false, ordering: .sequentiallyConsistent)
      while helping.load(ordering: .sequentiallyConsistent) > 0 { hone_spin_hint() }
      self.body = nil
    }
    busy.store(false, ordering: .releasing)
  }

  func stop() {
    stopped.store(true, ordering: .sequentiallyConsistent)
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(wakeUp)
    pthread_mutex_unlock(mutex)
  }

  private func work(_ body: (Int) -> Void) {
    while true {
      let index = nextIndex.wrappingAdd(1, ordering: .relaxed).oldValue
      if index >= total { return }
      body(index)
    }
  }

  private func startHelper() {
    let team = Unmanaged.passRetained(self)
    #if canImport(Glibc)
      var thread = pthread_t()
    #else
      var thread: pthread_t?
    #endif
    let status = pthread_create(
      &thread, nil,
      { context in
        #if canImport(Glibc)
          guard let context else { return nil }
        #endif
        Unmanaged<Team>.fromOpaque(context).takeRetainedValue().help()
        return nil
      }, team.toOpaque())
    require(status == 0, "a worker thread could not be started (error \(status)); lower --threads")
    pthread_detach(thread)
  }

  private func help() {
    var seen = 0
    while !stopped.load(ordering: .relaxed) {
      waitForGeneration(after: seen)
      seen = generation.load(ordering: .sequentiallyConsistent)
      helping.wrappingAdd(1, ordering: .sequentiallyConsistent)
      if isOpen.load(ordering: .sequentiallyConsistent), let body { work(body) }
      helping.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    }
  }

  private func waitForGeneration(after seen: Int) {
    for _ in 0..<Self.spinLimit {
      if generation.load(ordering: .sequentiallyConsistent) != seen { return }
      hone_spin_hint()
    }
    sleeping.wrappingAdd(1, ordering: .sequentiallyConsistent)
    pthread_mutex_lock(mutex)
    while generation.load(ordering: .sequentiallyConsistent) == seen && !stopped.load(ordering: .sequentiallyConsistent)
    {
      pthread_cond_wait(wakeUp, mutex)
    }
    pthread_mutex_unlock(mutex)
    sleeping.wrappingSubtract(1, ordering: .sequentiallyConsistent)
  }
}
