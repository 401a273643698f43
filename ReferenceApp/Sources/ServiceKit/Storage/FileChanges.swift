@preconcurrency import Dispatch
import Glibc

/// Tells when a file is written to, by whatever process of this machine (inotify(7)).
struct FileChanges {
  private init() {}

  /// An element after one or more writes. Where the kernel gives no more watches, none comes.
  static func of(_ path: String) -> AsyncStream<Void> {
    AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
      let queue = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
      guard queue >= 0 else { return }
      guard inotify_add_watch(queue, path, UInt32(IN_MODIFY)) >= 0 else {
        close(queue)
        return
      }
      let source = DispatchSource.makeReadSource(fileDescriptor: queue)
      source.setEventHandler {
        var events = [UInt8](repeating: 0, count: 4096)
        while read(queue, &events, events.count) > 0 {}
        continuation.yield()
      }
      source.setCancelHandler { close(queue) }
      continuation.onTermination = { _ in source.cancel() }
      source.activate()
    }
  }
}
