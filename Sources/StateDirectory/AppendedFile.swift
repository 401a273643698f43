import CLinux
import Glibc

/// A new file that grows, for one user's eyes: what was written survives the end of the process.
package final class AppendedFile: Sendable {
  package let path: String
  private let descriptor: CInt

  /// - Throws: a ``SystemError``; a file that is there already is left alone.
  package init(path: String) throws(SystemError) {
    self.path = path
    descriptor = periplus_open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SystemError("write", path) }
  }

  deinit { close(descriptor) }

  package func write(_ bytes: [UInt8]) throws(SystemError) {
    var offset = 0
    while offset < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress?.advanced(by: offset), bytes.count - offset) }
      if count < 0 {
        if errno == EINTR { continue }
        throw SystemError("write", path)
      }
      offset += count
    }
  }
}
