import Glibc

/// The standard input, output and errors, where whoever started the program closed them (`>&-`).
enum StandardDescriptors {
  /// Puts something in the place of those that are closed: the next file that is opened would get their number, and what is meant for a
  /// person would be written into it. Reading there ends at once, writing fails as it would have.
  static func fill() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      // The lowest free number is the one that is closed.
      _ = open("/dev/null", O_RDONLY)
    }
  }
}
