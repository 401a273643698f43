import CLinux
import Glibc

/// Says when something in a folder is written, made, renamed or removed (inotify(7)), so that nobody has to look again and again.
///
/// Where the kernel gives no more watches, nothing is told: who waits looks once a second as well.
package final class FolderWatch: Sendable {
  package let wake = WakeUp()
  private let queue: Int32
  private let watch: DescriptorWatch?

  package init(_ folders: String...) {
    queue = periplus_inotify()
    watch = DescriptorWatch(queue) { [wake] queue in
      var events = [UInt8](repeating: 0, count: 4096)
      while read(queue, &events, events.count) > 0 {}
      wake.raise()
      return true
    }
    for folder in folders { add(folder) }
  }

  /// Until the folder is removed.
  package func add(_ folder: String) { _ = periplus_inotify_watch(queue, folder) }

  /// Waits until `isDone`, which is looked at now, after each change in the folder, and once a second.
  ///
  /// - Returns: `false` when the limit is over or the task cancelled before.
  package static func wait(in folder: String, within limit: Duration, until isDone: () -> Bool) async -> Bool {
    let end = ContinuousClock.now + limit
    // Watched before the first look, so that no change falls between the two.
    let changes = FolderWatch(folder)
    while !isDone() {
      let left = end - .now
      guard left > .zero, !Task.isCancelled else { return false }
      await changes.wake.wait(within: min(left, .seconds(1)))
    }
    return true
  }
}
