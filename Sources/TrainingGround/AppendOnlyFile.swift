import Glibc
import StateDirectory

/// A file of lines to which lines are only added.
package struct AppendOnlyFile: Sendable {
  private let path: String

  package init(path: String) { self.path = path }

  /// Adds one line, and has it on the disk when it returns. The error is one sentence.
  package func append(_ line: [UInt8]) throws {
    if let folder = Files.parent(of: path) { try Files.makeFolder(folder) }
    let descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure }
    defer { close(descriptor) }
    // Into a pipe or a device it would be gone.
    var info = stat()
    guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
      throw EnvironmentError("expected a file at \(path), but something else is there; move it away")
    }
    // A line that was torn by a power cut must not swallow this one.
    var last: UInt8 = 0
    let size = lseek(descriptor, 0, SEEK_END)
    let isTorn = size > 0 && pread(descriptor, &last, 1, size - 1) == 1 && last != UInt8(ascii: "\n")
    let bytes = (isTorn ? [UInt8(ascii: "\n")] : []) + line + [UInt8(ascii: "\n")]
    // One write: with O_APPEND two programs never mix their lines.
    guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else { throw failure }
  }

  package func lines() throws -> [[UInt8]] { try (Files.read(path) ?? []).split(separator: UInt8(ascii: "\n")).map(Array.init) }

  private var failure: EnvironmentError { EnvironmentError("\(path) cannot be written: \(String(cString: strerror(errno)))") }
}
