import CLinux
import Glibc

/// A pipe of a container whose keeper was killed: what is in it stays as long as one process of the container has it open.
enum OrphanedPipe {
  /// The inode's number: by it `/proc/<pid>/fd` names a pipe, `pipe:[4711]` (proc(5)).
  static func number(of descriptor: CInt) -> UInt64 {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? UInt64(status.st_ino) : 0
  }

  /// A reading end of the pipe with this number that one of the processes has; -1 when none has it.
  static func open(number: Substring, of processes: [pid_t]) -> CInt {
    let name = Array("pipe:[\(number)]".utf8)
    for pid in processes {
      // A program that has more descriptors than this has closed those that it did not open.
      for descriptor in 0..<256 {
        let link = "/proc/\(pid)/fd/\(descriptor)"
        var target = [CChar](repeating: 0, count: 64)
        let count = readlink(link, &target, target.count)
        guard count == name.count, target[..<count].map({ UInt8(bitPattern: $0) }) == name else { continue }
        let end = periplus_open(link, O_RDONLY | O_NONBLOCK, 0)
        if end >= 0 { return end }
      }
    }
    return -1
  }
}
