import Dispatch
import Glibc
import Synchronization

/// ctrl-c and SIGTERM for commands that have something to finish: the first asks to stop, the second ends at once.
enum Interrupts {
  /// - Parameter isPatient: a second signal does not end the process at once.
  static func onInterrupt(isPatient: Bool = false, _ stop: @escaping @Sendable () -> Void) {
    let count = Counter()
    for number in [SIGINT, SIGTERM] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        if count.next() > 1, !isPatient { _exit(128 + number) }
        stop()
      }
      source.resume()
      // Kept until the process ends, as the wish to be interrupted is.
      _ = Unmanaged.passRetained(source as AnyObject)
    }
  }

  private final class Counter: Sendable {
    private let value = Mutex(0)
    func next() -> Int {
      value.withLock {
        $0 += 1
        return $0
      }
    }
  }
}

extension Interrupts {
  /// Waits for ctrl-c or SIGTERM.
  static func wait(isPatient: Bool = false) async {
    let (stream, continuation) = AsyncStream<Void>.makeStream()
    onInterrupt(isPatient: isPatient) { continuation.finish() }
    for await _ in stream {}
  }
}
