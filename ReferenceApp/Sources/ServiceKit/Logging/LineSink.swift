import Glibc
import Synchronization

/// A file descriptor that log lines are written to, never interleaved.
///
/// A write of at most PIPE_BUF bytes to a pipe is atomic (pipe(7)). A longer line is written under a lock that the process's other
/// threads and its supervisor take as well.
public final class LineSink: Sendable {
  /// The container's standard output: the process's own, or the descriptor that its supervisor handed over.
  public static let standard: LineSink = Supervision.adopted?.sink ?? LineSink(descriptor: STDOUT_FILENO)

  static let pipeBuffer = 4096

  let descriptor: Int32
  private let processLock: PipeLock?
  private let locksShortLines: Bool
  private let lock = Mutex<Void>(())

  /// - Parameter descriptor: the caller keeps it open, and closes it.
  public convenience init(descriptor: Int32) { self.init(descriptor: descriptor, processLock: nil) }

  init(descriptor: Int32, processLock: PipeLock?, locksShortLines: Bool = false) {
    self.descriptor = descriptor
    self.processLock = processLock
    self.locksShortLines = locksShortLines
  }

  /// Writes the line and a line end. Blocks while a pipe is full; a line is lost only when the pipe's reader is gone.
  public func write(_ line: [UInt8]) {
    var bytes = line
    bytes.append(UInt8(ascii: "\n"))
    lock.withLock { _ in
      guard let processLock, locksShortLines || bytes.count > Self.pipeBuffer else { return writeAll(bytes) }
      let isHeld = processLock.acquire()
      writeAll(bytes)
      if isHeld { processLock.release() }
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
