import Glibc
import Synchronization

/// Hands elements from one thread to another in their order. At most so many wait: who puts waits for room, so that a fast
/// reader does not fill the memory before a slow disk.
package final class BoundedQueue<Element: Sendable>: Sendable {
  package enum Taken: Sendable {
    case element(Element)
    case nothingYet
    /// Nothing more will come.
    case end
  }

  private struct State {
    var waiting: [Element] = []
    var mostWaiting = 0
    /// The taker wants no more than what is already read.
    var isStopped = false
    /// The taker is gone.
    var isClosed = false
    /// The putter has put its last.
    var isFinished = false
  }

  private let state = Mutex(State())
  private let room: Semaphore
  private let filled = Semaphore(0)

  /// - Parameter depth: how many elements may wait.
  package init(depth: Int) { room = Semaphore(Swift.max(1, depth)) }

  /// The most elements that ever waited at the same time.
  package var mostWaiting: Int { state.withLock(\.mostWaiting) }

  // MARK: The side that puts

  /// Puts an element, as soon as there is room; `false` when nobody will take it.
  package func put(_ element: Element) -> Bool {
    room.wait()
    let isTaken = state.withLock { state in
      guard !state.isClosed else { return false }
      state.waiting.append(element)
      state.mostWaiting = Swift.max(state.mostWaiting, state.waiting.count)
      return true
    }
    // What was put stands in line; a closed door stays open for who comes next, so that nobody waits at it.
    (isTaken ? filled : room).post()
    return isTaken
  }

  package func finish() {
    state.withLock { $0.isFinished = true }
    filled.post()
  }

  package var isStopped: Bool { state.withLock { $0.isStopped || $0.isClosed } }

  // MARK: The side that takes

  /// Takes the next element, and waits for it this long at most.
  package func take(within limit: Duration) -> Taken {
    guard filled.wait(within: limit) else { return .nothingYet }
    let next = state.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }
    guard let next else {
      filled.post()
      return .end
    }
    room.post()
    return .element(next)
  }

  /// Asks for the end: what was read still comes.
  package func stop() { state.withLock { $0.isStopped = true } }

  /// Takes nothing any more; what waits is dropped.
  package func close() {
    state.withLock {
      $0.isClosed = true
      $0.waiting.removeAll()
    }
    room.post()
  }
}

/// A counting semaphore between threads (sem_overview(7)).
private final class Semaphore: Sendable {
  // The semaphore is made to be used by many threads; the pointer to it never changes.
  private nonisolated(unsafe) let handle: UnsafeMutablePointer<sem_t>

  init(_ count: Int) {
    handle = .allocate(capacity: 1)
    sem_init(handle, 0, UInt32(count))
  }

  deinit {
    sem_destroy(handle)
    handle.deallocate()
  }

  func post() { sem_post(handle) }

  func wait() { while sem_wait(handle) != 0, errno == EINTR {} }

  func wait(within limit: Duration) -> Bool {
    var until = timespec()
    clock_gettime(CLOCK_REALTIME, &until)
    let (seconds, attoseconds) = limit.components
    until.tv_sec += Int(seconds)
    until.tv_nsec += Int(attoseconds / 1_000_000_000)
    if until.tv_nsec >= 1_000_000_000 {
      until.tv_nsec -= 1_000_000_000
      until.tv_sec += 1
    }
    while sem_timedwait(handle, &until) != 0 {
      if errno != EINTR { return false }
    }
    return true
  }
}
