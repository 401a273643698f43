import Glibc

/// Runs a closure on a thread of its own, because it may wait long: in a read(2), or for a disk. The threads on which tasks run are as
/// many as there are processors, and whoever waits on one keeps it from all others.
package enum BackgroundThread {
  private final class Job {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  private static let entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
    guard let argument else { return nil }
    Unmanaged<Job>.fromOpaque(argument).takeRetainedValue().body()
    return nil
  }

  /// `false` when the system has no thread to give.
  package static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    var thread = pthread_t()
    let job = Unmanaged.passRetained(Job(body))
    if pthread_create(&thread, &attributes, entry, job.toOpaque()) == 0 { return true }
    job.release()
    return false
  }
}
