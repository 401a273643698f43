import CLinux
import Glibc

/// What `/proc` says of processes.
enum Processes {
  /// `<pid> <start in clock ticks> <boot>`: a process that no later one can be taken for.
  static func identity(of pid: pid_t) -> String? {
    guard let fields = fields(of: pid), fields.count > 19 else { return nil }
    let boot = Bytes.text("/proc/sys/kernel/random/boot_id").map { String($0.prefix(8)) } ?? "-"
    return "\(pid) \(fields[19]) \(boot)"
  }

  /// Processes whose parent is this one: its own child, and orphans that it inherited as their subreaper.
  static func children() -> [pid_t] {
    let me = getpid()
    return all().filter { pid in fields(of: pid).map { $0.count > 1 && $0[1] == "\(me)" } ?? false }
  }

  /// Processes with this variable in their environment, but for this one. A process of a container that made a session of its own, and whose
  /// parents are gone, is found by nothing else.
  static func having(_ variable: String) -> [pid_t] {
    let wanted = Array(variable.utf8)
    return all().filter { pid in
      guard pid != getpid(), let environment = Bytes.read("/proc/\(pid)/environ") else { return false }
      return environment.split(separator: 0).contains { $0.elementsEqual(wanted) }
    }
  }

  private static func all() -> [pid_t] {
    guard let stream = opendir("/proc") else { return [] }
    defer { closedir(stream) }
    var pids: [pid_t] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if let pid = pid_t(name) { pids.append(pid) }
    }
    return pids
  }

  /// The fields of `/proc/<pid>/stat` after the name (proc(5)): state, parent, …, start at 19.
  private static func fields(of pid: pid_t) -> [Substring]? {
    guard let stat = Bytes.text("/proc/\(pid)/stat"), let name = stat.lastIndex(of: ")") else { return nil }
    return stat[stat.index(after: name)...].split(separator: " ")
  }
}
