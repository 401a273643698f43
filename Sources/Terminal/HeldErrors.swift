import CNcurses
import Glibc

/// Keeps what is written to standard error while the console has the terminal: it would stand in the middle of the screen, and be lost with
/// it. A library's warning, or the last words of a crash.
final class HeldErrors {
  /// A file in memory.
  let descriptor: Int32
  private let original: Int32
  /// More is no message any more.
  private static let most = 64 << 10

  /// `nil` when standard error is no terminal: then it disturbs nobody, and somebody reads it.
  init?() {
    guard isatty(STDERR_FILENO) == 1 else { return nil }
    descriptor = periplus_memory_file("periplus-errors")
    original = descriptor < 0 ? -1 : periplus_duplicate(STDERR_FILENO)
    guard original >= 0, dup2(descriptor, STDERR_FILENO) >= 0 else {
      if descriptor >= 0 { close(descriptor) }
      if original >= 0 { close(original) }
      return nil
    }
  }

  /// Gives standard error back and writes what was kept.
  func release() {
    dup2(original, STDERR_FILENO)
    close(original)
    var bytes = [UInt8](repeating: 0, count: Self.most)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    close(descriptor)
    if count > 0 { TerminalDevice.write(Array(bytes[..<count]), to: STDERR_FILENO) }
  }
}
