import CLinux
import Glibc
import StateDirectory
import Synchronization

/// Whether SIGTERM or SIGINT came. A signal handler may do no more than set a flag and write to a descriptor (signal-safety(7)).
enum StopRequest {
  private static let flag = Atomic<Bool>(false)
  /// Can be read from the first signal on.
  private static let counter = periplus_eventfd()

  static var isMade: Bool { flag.load(ordering: .relaxed) }

  static func listen() {
    // Touched here first: a global is made on its first use, which must not be inside the handler.
    flag.store(false, ordering: .relaxed)
    _ = counter
    for number in [SIGTERM, SIGINT] {
      signal(number) { _ in
        StopRequest.flag.store(true, ordering: .relaxed)
        var one: UInt64 = 1
        _ = write(StopRequest.counter, &one, 8)
      }
    }
    signal(SIGPIPE, SIG_IGN)
    // A daemon has no terminal to lose.
    signal(SIGHUP, SIG_IGN)
    for number in [SIGTERM, SIGINT] { periplus_unblock(number) }
  }

  /// Returns when one of them has come, or the task is cancelled.
  static func wait() async {
    let wake = WakeUp()
    let watch = DescriptorWatch(dup(counter)) { _ in
      wake.raise()
      return false
    }
    // Without a descriptor it looks once a second.
    while !isMade, !Task.isCancelled { await wake.wait(within: watch == nil ? .seconds(1) : nil) }
    withExtendedLifetime(watch) {}
  }
}
