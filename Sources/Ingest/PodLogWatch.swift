import CLinux
import Glibc
import Synchronization

/// A port: in which pods' folders something changed since the last look.
package protocol PodLogChanges: Sendable {
  /// What changed since the last time; `nil`: perhaps everything. A write that ended before the call is in it.
  func take() -> Set<String>?
  /// Waits until there is something to take, or it is time for a look at everything.
  func wait() async throws
}

/// Watches the folders of pods' logs by inotify(7): root, pods and containers.
///
/// What inotify cannot tell (a root that is not there, events that were lost, no more watches to be had) is found by a look at
/// everything every ``interval``.
package final class PodLogWatch: PodLogChanges {
  /// How often everything is looked at, whatever was told.
  package static let interval = Duration.seconds(2)

  private let folders: Mutex<WatchedFolders>
  private let signal = WakeSignal()
  private let wakes: AsyncStream<Void>
  private let pause: Duration

  /// - Parameters:
  ///   - root: the folder with the pods' folders; it need not exist yet.
  ///   - interval: how often everything is looked at.
  package init(root: String, interval: Duration = PodLogWatch.interval) {
    let queue = OpenFile(descriptor: periplus_inotify())
    folders = Mutex(WatchedFolders(root: root, queue: queue, interval: interval))
    pause = interval
    let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    self.wakes = wakes
    let isStarted = BackgroundThread.start { [signal] in
      WakeLoop(queue: queue, signal: signal, interval: interval).run { wake.yield() }
      wake.finish()
    }
    // With no thread to be had nothing is told: who waits looks at everything each time.
    if !isStarted { wake.finish() }
  }

  deinit { signal.raise(.end) }

  package func take() -> Set<String>? {
    let taken = folders.withLock { $0.take() }
    let isAsked = signal.isLookAsked.exchange(false, ordering: .acquiringAndReleasing)
    signal.raise(.taken)
    return isAsked ? nil : taken
  }

  package func wait() async throws {
    for await _ in wakes { return }
    try await Task.sleep(for: pause)
  }

  /// Asks for a look at everything now.
  package func wake() {
    signal.isLookAsked.store(true, ordering: .releasing)
    signal.raise(.wake)
  }
}

/// Wakes who waits, when the queue has events, it is asked, or the interval is over. What was told is not told again before it is taken.
private struct WakeLoop {
  let queue: OpenFile
  let signal: WakeSignal
  let interval: Duration

  /// The least time between two wake-ups: the lines of a loud container are taken together.
  private static let joining: UInt32 = 20_000

  func run(_ wake: () -> Void) {
    var isArmed = true
    while true {
      var descriptors = [pollfd(fd: signal.descriptor, events: Int16(POLLIN), revents: 0)]
      // poll(2) passes over negative descriptors: there may be no queue.
      if isArmed { descriptors.append(pollfd(fd: queue.descriptor, events: Int16(POLLIN), revents: 0)) }
      let count = poll(&descriptors, nfds_t(descriptors.count), isArmed ? Int32(clamping: interval.components.seconds * 1000) : -1)
      if count < 0, errno == EINTR { continue }
      let raised = signal.take()
      if raised.contains(.end) { return }
      if raised.contains(.taken) { isArmed = true }
      let hasEvents = descriptors.count > 1 && descriptors[1].revents != 0
      guard hasEvents || raised.contains(.wake) || count == 0 else { continue }
      isArmed = false
      wake()
      if hasEvents { usleep(Self.joining) }
    }
  }
}

/// What the loop is told by other threads, and the descriptor that wakes it (eventfd(2)).
private final class WakeSignal: Sendable {
  struct Raised: OptionSet {
    let rawValue: UInt8
    static let end = Raised(rawValue: 1)
    static let wake = Raised(rawValue: 2)
    static let taken = Raised(rawValue: 4)
  }

  let isLookAsked = Atomic<Bool>(false)
  private let file = OpenFile(descriptor: periplus_eventfd())
  private let raised = Atomic<UInt8>(0)

  var descriptor: Int32 { file.descriptor }

  func raise(_ what: Raised) {
    raised.bitwiseOr(what.rawValue, ordering: .acquiringAndReleasing)
    var one: UInt64 = 1
    _ = write(file.descriptor, &one, 8)
  }

  func take() -> Raised {
    var count: UInt64 = 0
    _ = read(file.descriptor, &count, 8)
    return Raised(rawValue: raised.exchange(0, ordering: .acquiringAndReleasing))
  }
}
