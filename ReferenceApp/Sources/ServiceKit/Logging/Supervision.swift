import Glibc

/// What the supervisor hands to the service process: descriptors and variables.
struct Supervision: Sendable {
  static let markKey = "SERVICEKIT_SUPERVISED"
  static let runIDKey = "SERVICEKIT_RUN_ID"

  /// The descriptors' numbers in the service process, higher than inherited ones are.
  static let outputDescriptor: Int32 = 200
  static let lifelineDescriptor: Int32 = 201
  static let lockReadDescriptor: Int32 = 202
  static let lockWriteDescriptor: Int32 = 203

  let sink: LineSink

  /// Set in a process that a supervisor started.
  static let adopted: Supervision? = {
    guard getenv(markKey) != nil else { return nil }
    for descriptor in outputDescriptor...lockWriteDescriptor {
      guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) >= 0 else { return nil }
    }
    unsetenv(markKey)
    let lock = PipeLock(reading: lockReadDescriptor, writing: lockWriteDescriptor)
    return Supervision(sink: LineSink(descriptor: outputDescriptor, processLock: lock))
  }()

  /// Ends this process as soon as its supervisor has ended, however: the kernel then closes the other end of the pipe.
  static func watchLifeline() {
    var thread = pthread_t()
    let code = pthread_create(&thread, nil, waitForSupervisorToEnd, nil)
    if code == 0 { pthread_detach(thread) }
  }
}

/// Runs on a thread of its own, which sleeps in `read` for the life of the process.
private func waitForSupervisorToEnd(_: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  var byte: UInt8 = 0
  while true {
    let count = read(Supervision.lifelineDescriptor, &byte, 1)
    if count < 0, errno == EINTR { continue }
    if count <= 0 { _exit(137) }
  }
}
