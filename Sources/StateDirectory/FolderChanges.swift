import CLinux
import Glibc

/// Tells that something in a folder was made, written, replaced or removed (inotify(7)).
///
/// ``descriptor`` is readable while there is something to take; who waits for it need not ask again and again.
package final class FolderChanges: Sendable {
  /// Negative when there is none to be had.
  package let descriptor: Int32

  /// - Parameter folder: it has to exist; of one that does not, nothing is told.
  package init(_ folder: String) {
    descriptor = periplus_inotify()
    if descriptor >= 0 { _ = periplus_inotify_watch(descriptor, folder) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Whether something changed since the last time; never blocks.
  package func take() -> Bool {
    guard descriptor >= 0 else { return false }
    var buffer = [UInt8](repeating: 0, count: 4096)
    var hasChanged = false
    while read(descriptor, &buffer, buffer.count) > 0 { hasChanged = true }
    return hasChanged
  }
}
