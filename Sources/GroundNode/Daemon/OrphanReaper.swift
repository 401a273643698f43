import CLinux
import Glibc
package import GroundAPI
import JSONBytes
package import StateDirectory

/// Ends what runs without its pod, and clears up what pods left on the disk.
package struct OrphanReaper: Sendable {
  let home: Home
  let store: ObjectStore
  /// Whether a recorder collects the logs: then none goes before it was collected, however long that takes.
  let logsAreCollected: Bool

  package init(home: Home, store: ObjectStore, logsAreCollected: Bool) {
    self.home = home
    self.store = store
    self.logsAreCollected = logsAreCollected
  }

  /// Pods whose object went while no daemon ran: their processes are ended and their folders removed.
  func reap() async {
    let known = Set(store.list(.pods).items.compactMap { $0.at("metadata", "uid")?.stringValue })
    await withDiscardingTaskGroup { group in
      for uid in Files.names(in: home.pods) where !known.contains(uid) {
        group.addTask { await PodFolder(home: home, uid: uid).bury() }
      }
    }
  }

  /// Clears up twice a minute.
  func run() async {
    while !Task.isCancelled {
      clear()
      try? await Task.sleep(for: .seconds(30))
    }
  }

  /// Removes the logs of ended pods that the recorder has taken, those that nobody is there to take after a day, and the folders of claims
  /// that are gone.
  package func clear() {
    ClaimFolder.removeAll(of: home, butOf: store.list(.persistentVolumeClaims).items, mountedBy: store.list(.pods).items)
    for name in Files.names(in: home.podLogs) {
      let folder = "\(home.podLogs)/\(name)"
      let age = periplus_file_age("\(folder)/.ended")
      guard age >= 0 else { continue }
      if !logsAreCollected && age > 86_400 || Files.exists("\(folder)/.collected") { try? Files.remove(folder) }
    }
  }

  /// How long a keeper may take to write down what its container left. On a full disk it waits for room; whoever stops the ground does not.
  private static let closing = Duration.seconds(5)

  /// Ends every container: SIGTERM, grace, SIGKILL; returns when their keepers are gone too.
  func stopAll(grace: Duration) async {
    let runs = Files.names(in: home.pods).flatMap { PodFolder(home: home, uid: $0).runs }.filter { $0.isLaunched }
    for run in runs { run.shutDown() }
    let deadline = ContinuousClock.now + grace
    await withDiscardingTaskGroup { group in
      for run in runs { group.addTask { await Self.end(run, killedAfter: deadline) } }
    }
  }

  private static func end(_ run: ContainerRun, killedAfter deadline: ContinuousClock.Instant) async {
    var isAsked = run.state != nil
    var patience = 30
    while !run.hasEnded, !Task.isCancelled {
      if !isAsked, run.state != nil {
        run.shutDown()
        isAsked = true
      }
      // The keeper may have been killed: then the container is all that there is.
      guard let process = [run.state?.process, run.shim].compactMap({ $0 }).first(where: \.isAlive) else {
        guard run.shim == nil, patience > 0 else { return run.killFamily() }
        // It was started a moment ago and has not given its name: three seconds are a long time for that.
        patience -= 1
        try? await Task.sleep(for: .milliseconds(100))
        continue
      }
      let left = deadline - .now
      if left <= .zero { run.kill() }
      if left <= .zero - closing { run.shim?.signal(SIGKILL) }
      _ = await process.end(within: left <= .zero ? .seconds(1) : isAsked ? left : min(left, .milliseconds(200)))
    }
    _ = await run.shim?.end(within: .seconds(5))
  }
}
