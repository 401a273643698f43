import Glibc
import Kubernetes
import StateDirectory
import Synchronization

/// Watches the runs of all containers: their ends, their keepers, their memory.
///
/// An end is told by the run's folder, where its keeper writes it: after a restart of the daemon the processes are nobody's children.
/// Keepers and memory are looked at once a second.
final class ContainerMonitor: Sendable {
  private struct Entry: Sendable {
    var run: ContainerRun
    var memoryLimit: Int64?
    var process: ProcessIdentity?
    var isOverLimit = false
    var onExit: @Sendable (ContainerExit) -> Void
  }

  private struct State {
    var entries: [String: Entry] = [:]
    /// Shims that this process started and must wait for.
    var children: [ProcessIdentity] = []
  }

  private static let interval = Duration.seconds(1)

  private let state = Mutex(State())
  private let changes = FolderWatch()
  private let shim: String
  private let shimLog: String

  init(shim: String, shimLog: String) {
    self.shim = shim
    self.shimLog = shimLog
  }

  func watch(_ run: ContainerRun, memoryLimit: Int64?, onExit: @escaping @Sendable (ContainerExit) -> Void) {
    changes.add(run.folder)
    let process = run.state?.process
    state.withLock { $0.entries[run.folder] = Entry(run: run, memoryLimit: memoryLimit, process: process, onExit: onExit) }
    // It may have ended before its folder was watched.
    changes.wake.raise()
  }

  func forget(_ run: ContainerRun) { state.withLock { _ = $0.entries.removeValue(forKey: run.folder) } }

  func reapLater(_ shim: ProcessIdentity) { state.withLock { $0.children.append(shim) } }

  func run() async {
    var next = ContinuousClock.now
    while !Task.isCancelled {
      tellEnds()
      if ContinuousClock.now >= next {
        lookAround()
        next = .now + Self.interval
      }
      await changes.wake.wait(within: next - .now)
    }
  }

  private func tellEnds() {
    for entry in state.withLock({ Array($0.entries.values) }) {
      guard let exit = entry.run.exit else { continue }
      forget(entry.run)
      entry.onExit(exit)
    }
  }

  private func lookAround() {
    let entries = state.withLock { Array($0.entries.values) }
    let family = entries.contains { $0.memoryLimit != nil } ? ProcessFamily() : nil
    for var entry in entries {
      if !entry.run.isShimAlive, !entry.run.hasEnded, let started = try? entry.run.startShim(shim, log: shimLog) {
        // The keeper was killed; another closes the run.
        reapLater(started)
      }
      if entry.process == nil { entry.process = entry.run.state?.process }
      // A keeper that somebody stopped (SIGSTOP) would keep a container's end to itself for good.
      if let process = entry.process, !process.isAlive { entry.run.shim?.signal(SIGCONT) }
      guard let limit = entry.memoryLimit, !entry.isOverLimit else { continue }
      // A keeper that was killed has left the container to another: until that one is there, the container itself is counted.
      guard let root = entry.run.shim.flatMap({ $0.isAlive ? $0 : nil }) ?? entry.process else { continue }
      var members = family?.descendants(of: root.pid) ?? []
      if let main = entry.process, main.isAlive, !members.contains(main.pid) { members.append(main.pid) }
      let resident = members.reduce(Int64(0)) { $0.addingClamped(ProcessFamily.residentBytes($1)) }
      if resident > limit {
        entry.isOverLimit = true
        entry.run.killOutOfMemory()
      }
      let seen = entry
      state.withLock { if $0.entries[seen.run.folder] != nil { $0.entries[seen.run.folder] = seen } }
    }
    state.withLock { state in
      state.children.removeAll { child in
        var status: Int32 = 0
        return waitpid(child.pid, &status, WNOHANG) != 0
      }
    }
  }
}
