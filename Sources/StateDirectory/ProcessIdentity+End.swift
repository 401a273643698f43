import CLinux
import Glibc

extension ProcessIdentity {
  /// Waits for the end of the process, whoever its parent is (pidfd_open(2), Linux 5.3).
  ///
  /// - Parameter limit: `nil` waits for good.
  /// - Returns: whether it has ended; `false` when the limit is over or the task cancelled.
  package func end(within limit: Duration? = nil) async -> Bool {
    let deadline = limit.map { ContinuousClock.now + $0 }
    let descriptor = periplus_pidfd(pid)
    let wake = WakeUp()
    // It stays readable once the process has ended: told once.
    let watch = DescriptorWatch(descriptor) { _ in
      wake.raise()
      return false
    }
    defer { withExtendedLifetime(watch) {} }
    // Looked at after the descriptor is there: another process of this number would be another one.
    while isAlive {
      let left = deadline.map { $0 - .now } ?? .seconds(3600)
      guard left > .zero, !Task.isCancelled else { return false }
      // Without a descriptor, of which a process has a limited number, it looks once a second.
      await wake.wait(within: watch == nil ? min(left, .seconds(1)) : left)
    }
    return true
  }
}
