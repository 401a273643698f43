import Glibc
import StateDirectory
import Synchronization

/// Watches the runs of all containers: their ends, their keepers, their memory.
///
/// It looks instead of being told: after a restart of the daemon the processes are nobody's children, and a few `access` calls
/// cost nothing.
final class ContainerMonitor: Sendable {
  private struct Entry: Sendable {
    var run: ContainerRun
    var memoryLimit: Int64?
    var process: ProcessIdentity?
    /// Other processes of the group, as of the last look through /proc.
    var members: [Int32] = []
    var isOverLimit = false
    var onExit: @Sendable (ContainerExit) -> Void
  }

  private struct State {
    var entries: [String: Entry] = [:]
    /// Shims that this process started and must wait for.
    var children: [ProcessIdentity] = []
  }

  private let state = Mutex(State())
  private let shim: String
  private let shimLog: String
  private let interval: Duration

  init(shim: String, shimLog: String, interval: Duration = .milliseconds(50)) {
    self.shim = shim
    self.shimLog = shimLog
    self.interval = interval
  }

  func watch(_ run: ContainerRun, memoryLimit: Int64?, onExit: @escaping @Sendable (ContainerExit) -> Void) {
    let process = run.state?.process
    state.withLock { $0.entries[run.folder] = Entry(run: run, memoryLimit: memoryLimit, process: process, onExit: onExit) }
  }

  func forget(_ run: ContainerRun) { state.withLock { _ = $0.entries.removeValue(forKey: run.folder) } }

  func reapLater(_ shim: ProcessIdentity) { state.withLock { $0.children.append(shim) } }

  func run() async {
    var turn = 0
    while !Task.isCancelled {
      look(turn)
      turn += 1
      try? await Task.sleep(for: interval)
    }
  }

  private func look(_ turn: Int) {
    let entries = state.withLock { Array($0.entries.values) }
    let isSecond = turn % 20 == 0
    let groups = isSecond && entries.contains { $0.memoryLimit != nil } ? Self.processGroups() : nil
    for var entry in entries {
      if let exit = entry.run.exit {
        forget(entry.run)
        entry.onExit(exit)
        continue
      }
      if isSecond, !entry.run.isShimAlive, !entry.run.hasEnded, let started = try? entry.run.startShim(shim, log: shimLog) {
        // The keeper was killed; another closes the run.
        reapLater(started)
      }
      guard let limit = entry.memoryLimit, !entry.isOverLimit else { continue }
      if entry.process == nil { entry.process = entry.run.state?.process }
      guard let process = entry.process else { continue }
      if let groups { entry.members = groups[process.pid, default: []].filter { $0 != process.pid } }
      let resident = ([process.pid] + entry.members).reduce(Int64(0)) { $0 + Self.residentBytes($1) }
      if resident > limit {
        entry.isOverLimit = true
        entry.run.killOutOfMemory()
      }
      let seen = entry
      state.withLock { if $0.entries[seen.run.folder] != nil { $0.entries[seen.run.folder] = seen } }
    }
    if turn % 4 == 0 {
      state.withLock { state in
        state.children.removeAll { child in
          var status: Int32 = 0
          return waitpid(child.pid, &status, WNOHANG) != 0
        }
      }
    }
  }

  /// Second field of `/proc/<pid>/statm`, in pages (proc(5)).
  static func residentBytes(_ pid: Int32) -> Int64 {
    guard let text = Files.text("/proc/\(pid)/statm") else { return 0 }
    let fields = text.split(separator: " ", maxSplits: 2)
    return fields.count > 1 ? (Int64(fields[1]) ?? 0) * Int64(sysconf(Int32(_SC_PAGESIZE))) : 0
  }

  private static func processGroups() -> [Int32: [Int32]] {
    var groups: [Int32: [Int32]] = [:]
    for name in Files.names(in: "/proc") {
      guard let pid = Int32(name) else { continue }
      let group = getpgid(pid)
      if group > 0 { groups[group, default: []].append(pid) }
    }
    return groups
  }
}
