import Glibc

/// A lock between two processes: a pipe that holds one byte; the process that has read it holds the lock.
struct PipeLock: Sendable {
  let reading: Int32
  let writing: Int32

  /// - Returns: false when it was held by the other process for over a second, as by one that was killed while it wrote.
  func acquire() -> Bool {
    var waiting = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
    while true {
      let ready = poll(&waiting, 1, 1000)
      if ready == 0 { return false }
      if ready < 0 {
        if errno == EINTR { continue }
        return false
      }
      var byte: UInt8 = 0
      let count = read(reading, &byte, 1)
      if count == 1 { return true }
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      return false
    }
  }

  func release() {
    var byte: UInt8 = 1
    while Glibc.write(writing, &byte, 1) < 0, errno == EINTR {}
  }
}
