import Glibc
import Ingest
import StateDirectory

/// A copy of what only this process can read, its standard input or a pipe, for the recorder to read.
///
/// The file has no name from the start: it goes with this process, however that ends.
final class StandardCopy {
  private let descriptor: Int32
  private let folder: String

  /// Where other processes of this user can read it while this one lives (proc(5), `/proc/pid/fd`).
  var path: String { "/proc/\(getpid())/fd/\(descriptor)" }

  /// Whether a path means something else in another process, or can be read only once.
  static func isNeeded(_ path: String) -> Bool {
    if path == "-" { return true }
    var status = stat()
    guard stat(path, &status) == 0 else { return false }
    let kind = status.st_mode & S_IFMT
    return kind == S_IFIFO || kind == S_IFSOCK || kind == S_IFCHR && isTerminal(path)
  }

  private static func isTerminal(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return isatty(descriptor) == 1
  }

  /// - Parameter home: the copy takes space on the disk of its state.
  init(home: Home) throws {
    folder = home.run
    try home.create()
    var template = Array("\(folder)/ingest-XXXXXX".utf8CString)
    descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw Self.failed("making a file in \(folder)", errno) }
    unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  deinit { close(descriptor) }

  /// Copies to the end of the input, or until it is to stop: what was read by then stays.
  func fill(from path: String, isCancelled: () -> Bool) throws {
    // At once, also of a pipe that nobody writes yet.
    let input = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard input >= 0 else { throw Self.failed("opening \(path)", errno) }
    defer { if input != STDIN_FILENO { close(input) } }
    if let sentence = EndlessInput.sentence(input, path == "-" ? "the standard input" : path) { throw Problem.environment(sentence) }
    var buffer = [UInt8](repeating: 0, count: 256 * 1024)
    var copied: Int64 = 0
    while !isCancelled() {
      // With a limit, so that ctrl-c is seen while nothing comes.
      var ready = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
      if poll(&ready, 1, 1000) == 0 { continue }
      let count = read(input, &buffer, buffer.count)
      if count == 0 { return }
      if count < 0 {
        if errno == EINTR || errno == EAGAIN { continue }
        throw Self.failed("reading \(path == "-" ? "the standard input" : path)", errno)
      }
      try write(buffer[..<count], after: copied)
      copied += Int64(count)
    }
  }

  private func write(_ bytes: ArraySlice<UInt8>, after copied: Int64) throws {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno == ENOSPC || errno == EDQUOT || errno == EFBIG {
        throw Problem.environment(
          "expected room in \(folder) for a copy of the standard input, but the disk is full after \(copied >> 20) MiB; nothing was "
            + "ingested: free some space, or give the data as a file")
      } else if errno != EINTR {
        throw Self.failed("writing to \(folder)", errno)
      }
    }
  }

  private static func failed(_ what: String, _ error: Int32) -> Problem {
    .environment("\(what) failed: \(String(cString: strerror(error)))")
  }
}
