import Checks
import ClusterFeed
import ClusterModel
import Hummingbird
import Ingest
import JSONBytes
import KubernetesClient
import Logging
package import MigrationPlan
import RecordStore
import ServiceLifecycle
package import StateDirectory
import Synchronization
import TelemetryModel
package import TimeFormat

/// The recorder: collects logs, keeps the ledger, runs due checks and writes the store, all as one process with one writer.
package struct RecorderService: Sendable {
  private let home: Home
  private let plan: @Sendable () -> Plan?
  private let now: @Sendable () -> Timestamp
  /// Starts the ground's daemon again when it is wanted and dead.
  private let reviveGround: @Sendable () -> Void

  package init(
    home: Home, plan: @escaping @Sendable () -> Plan?, now: @escaping @Sendable () -> Timestamp,
    reviveGround: @escaping @Sendable () -> Void
  ) {
    self.home = home
    self.plan = plan
    self.now = now
    self.reviveGround = reviveGround
  }

  /// Runs until `isStopping` answers true; then collects what is left and ends.
  package func run(isStopping: @escaping @Sendable () -> Bool) async throws {
    try home.create()
    let store = try StoreWriter(directory: home.store, now: now())
    try ProcessIdentity.current?.write(to: home.pidFile("recorder"))
    defer { try? Files.remove(home.pidFile("recorder")) }
    for notice in store.notices { print(notice) }
    let reader = StoreReader(directory: home.store)
    let collector = LogCollector(
      root: home.podLogs, cluster: "ground", store: store, now: now, remove: { try Files.remove($0) })
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await collector.run(isStopping: isStopping) }
      group.addTask { await keepGround(isStopping) }
      group.addTask {
        guard let feed = await connect() else { return }
        let deltas = feed.deltas()
        let checks = DueChecks(
          cluster: feed, logs: reader, evidence: reader, store: store, frontDoor: ServiceFrontDoor(cluster: feed), plan: plan, now: now)
        await withTaskGroup(of: Void.self) { inner in
          inner.addTask { await feed.run() }
          inner.addTask { await LedgerKeeper(feed: feed, store: store, now: now).run(deltas) }
          inner.addTask { await checks.run() }
          inner.addTask { await serve(Jobs(checks: checks, store: store, now: now)) }
        }
      }
      // The collector ends when it was asked to and everything is stored; the rest ends with it.
      try await group.next()
      group.cancelAll()
    }
  }

  /// The cluster, once the ground has said where it listens.
  private func connect() async -> WatchedCluster? {
    while !Task.isCancelled {
      if Files.exists(home.kubeconfig), let context = try? Kubeconfig(files: [home.kubeconfig]).context() {
        return WatchedCluster(api: KubernetesAPI(context: context), cluster: "ground", now: now)
      }
      try? await Task.sleep(for: .milliseconds(100))
    }
    return nil
  }

  private func keepGround(_ isStopping: @Sendable () -> Bool) async {
    while !Task.isCancelled, !isStopping() {
      try? await Task.sleep(for: .milliseconds(500))
      guard DesiredState.read(home) == .up, !isStopping() else { continue }
      if ProcessIdentity.read(from: home.pidFile("ground"))?.isAlive != true { reviveGround() }
    }
    // Until the collector is done this task has nothing to say.
    while !Task.isCancelled { try? await Task.sleep(for: .milliseconds(200)) }
  }

  private func serve(_ jobs: Jobs) async {
    var logger = Logger(label: "recorder") { _ in SwiftLogNoOpLogHandler() }
    logger.logLevel = .critical
    // Left by a killed recorder; the store's lock says that there is no other.
    try? Files.remove(home.socket("recorder"))
    let server = ControlServer(socket: home.socket("recorder"), jobs: jobs.table)
    try? await server.application(logger: logger).run()
    try? Files.remove(home.socket("recorder"))
  }
}
