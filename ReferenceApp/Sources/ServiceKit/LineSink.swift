import Glibc
import Synchronization

/// Where log lines go: one file descriptor, each line whole.
///
/// A write of at most PIPE_BUF bytes to a pipe is atomic (pipe(7)), whoever else writes to it. A longer line is written
/// under a lock that the other writers of the process, and the supervisor, respect.
public final class LineSink: Sendable {
  /// The process's standard output, or the descriptor that the supervisor handed over.
  public static let standard: LineSink = Supervision.adopted?.sink ?? LineSink(descriptor: STDOUT_FILENO)

  static let pipeBuffer = 4096

  let descriptor: Int32
  private let token: LineToken?
  private let takesTokenAlways: Bool
  private let lock = Mutex<Void>(())

  /// - Parameter descriptor: stays open, and belongs to the caller.
  public convenience init(descriptor: Int32) { self.init(descriptor: descriptor, token: nil) }

  init(descriptor: Int32, token: LineToken?, takesTokenAlways: Bool = false) {
    self.descriptor = descriptor
    self.token = token
    self.takesTokenAlways = takesTokenAlways
  }

  /// Writes the line and a line end. Blocks while a pipe is full: a line is never dropped, and never cut but by a closed pipe.
  public func write(_ line: [UInt8]) {
    var bytes = line
    bytes.append(UInt8(ascii: "\n"))
    lock.withLock { _ in
      guard let token, takesTokenAlways || bytes.count > Self.pipeBuffer else { return writeAll(bytes) }
      let held = token.take()
      writeAll(bytes)
      if held { token.give() }
    }
  }

  private func writeAll(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { buffer in
      var offset = 0
      while offset < buffer.count {
        let count = Glibc.write(descriptor, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
        if count >= 0 {
          offset += count
        } else if errno == EAGAIN {
          var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          _ = poll(&waiting, 1, 1000)
        } else if errno != EINTR {
          return
        }
      }
    }
  }
}

/// A lock between two processes: a pipe that holds one byte; who has read it may write long lines.
struct LineToken: Sendable {
  let reading: Int32
  let writing: Int32

  /// - Returns: false when the holder kept it for over a second, as a process killed in the middle of a line does.
  func take() -> Bool {
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

  func give() {
    var byte: UInt8 = 1
    while Glibc.write(writing, &byte, 1) < 0, errno == EINTR {}
  }
}
