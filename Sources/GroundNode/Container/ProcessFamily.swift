import Glibc
import StateDirectory

/// The processes of containers, as /proc tells of them: what a container starts may lead a group and a session of its own.
struct ProcessFamily {
  private var children: [Int32: [Int32]] = [:]

  /// Looks through /proc once.
  init() {
    for name in Files.names(in: "/proc") {
      guard let pid = Int32(name), let parent = Self.parent(of: pid) else { continue }
      children[parent, default: []].append(pid)
    }
  }

  /// All that descends from a process. A container's keeper inherits what its parents leave behind (PR_SET_CHILD_SUBREAPER), so that all of a
  /// container descends from it.
  func descendants(of pid: Int32) -> [Int32] {
    var found = children[pid] ?? []
    var next = 0
    while next < found.count {
      found += children[found[next]] ?? []
      next += 1
    }
    return found
  }

  /// The fourth field of `/proc/<pid>/stat` (proc(5)); the name before it may hold spaces and parentheses.
  private static func parent(of pid: Int32) -> Int32? {
    guard let stat = Files.text("/proc/\(pid)/stat"), let name = stat.lastIndex(of: ")") else { return nil }
    let fields = stat[stat.index(after: name)...].split(separator: " ", maxSplits: 2)
    return fields.count > 1 ? Int32(fields[1]) : nil
  }

  /// Second field of `/proc/<pid>/statm`, in pages (proc(5)).
  static func residentBytes(_ pid: Int32) -> Int64 {
    guard let text = Files.text("/proc/\(pid)/statm") else { return 0 }
    let fields = text.split(separator: " ", maxSplits: 2)
    return fields.count > 1 ? (Int64(fields[1]) ?? 0) * Int64(sysconf(Int32(_SC_PAGESIZE))) : 0
  }

  /// Kills every process of this user that has this variable in its environment. A second look finds what was started meanwhile.
  static func kill(having variable: String) {
    let wanted = Array(variable.utf8)
    for _ in 0..<3 {
      let found = Files.names(in: "/proc").compactMap { Int32($0) }.filter { pid in
        guard pid != getpid(), let environment = try? Files.read("/proc/\(pid)/environ") else { return false }
        return environment.split(separator: 0).contains { $0.elementsEqual(wanted) }
      }
      if found.isEmpty { return }
      for pid in found { _ = Glibc.kill(pid, SIGKILL) }
    }
  }
}
