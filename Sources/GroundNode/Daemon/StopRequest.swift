import CLinux
import Glibc
import Synchronization

/// Whether SIGTERM or SIGINT came. A signal handler may do no more than set a flag (signal-safety(7)).
enum StopRequest {
  private static let flag = Atomic<Bool>(false)

  static var isMade: Bool { flag.load(ordering: .relaxed) }

  static func listen() {
    // Touched here first: a global is made on its first use, which must not be inside the handler.
    flag.store(false, ordering: .relaxed)
    for number in [SIGTERM, SIGINT] { signal(number) { _ in StopRequest.flag.store(true, ordering: .relaxed) } }
    signal(SIGPIPE, SIG_IGN)
    // A daemon has no terminal to lose.
    signal(SIGHUP, SIG_IGN)
    for number in [SIGTERM, SIGINT] { periplus_unblock(number) }
  }

  static func wait() async {
    while !isMade, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(50)) }
  }
}
