import CNcurses
import Glibc

/// Wakes the console's loop from any thread or task: the handler is then asked for a new frame.
package final class Wakeup: Sendable {
  let descriptor: Int32

  package init() {
    descriptor = periplus_eventfd()
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Many calls before the loop answers count as one.
  package func signal() {
    eventfd_write(descriptor, 1)
  }

  /// Whether it was signalled since the last call.
  func drain() -> Bool {
    var count: eventfd_t = 0
    return eventfd_read(descriptor, &count) == 0
  }
}
