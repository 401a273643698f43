import Glibc

/// What cannot be read to an end: devices such as `/dev/zero` and disks. A terminal has one, ctrl-d, and `/dev/null` ends at once.
package enum EndlessInput {
  /// Why an open file is none to read log lines from, in one sentence; `nil` when it is one.
  package static func sentence(_ descriptor: Int32, _ name: String) -> String? {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFBLK: break
    case S_IFCHR: if isatty(descriptor) == 1 || isNull(status) { return nil }
    default: return nil
    }
    return "Expected a file of log lines, but \(name) is a device, which has no end; give a file or a pipe."
  }

  private static func isNull(_ status: stat) -> Bool {
    var null = stat()
    return stat("/dev/null", &null) == 0 && null.st_rdev == status.st_rdev
  }
}
