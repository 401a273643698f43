import Checks
package import ClusterFeed
import ClusterModel
import Ingest
import JSONBytes
import KubernetesClient
package import MigrationPlan
import RecordStore
package import StateDirectory
import TelemetryModel
package import TimeFormat

/// The recorder: collects logs, keeps the ledger, runs due checks and writes the store, all as one process with one writer.
package struct RecorderService: Sendable {
  private let home: Home
  private let others: [WatchedCluster]
  private let plan: @Sendable () -> Plan?
  private let now: @Sendable () -> Timestamp
  /// Starts the ground's daemon again when it is wanted and dead.
  private let reviveGround: @Sendable () -> Void

  /// - Parameter others: clusters besides the ground whose ledger is kept too.
  package init(
    home: Home, others: [WatchedCluster] = [], plan: @escaping @Sendable () -> Plan?, now: @escaping @Sendable () -> Timestamp,
    reviveGround: @escaping @Sendable () -> Void
  ) {
    self.home = home
    self.others = others
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
    let progress = CollectionProgress()
    let collector = LogCollector(
      root: home.podLogs, cluster: "ground", store: store, progress: progress, now: now, pause: Self.pause,
      remove: { try Files.remove($0) })
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await collector.run(isStopping: isStopping) }
      group.addTask { await keepGround(isStopping) }
      for feed in others { group.addTask { await keepLedger(of: feed, store) } }
      let ground = GroundChecks()
      group.addTask {
        guard let feed = await connect() else { return }
        let checks = DueChecks(
          cluster: feed, logs: reader, evidence: reader, store: store, frontDoor: ServiceFrontDoor(cluster: feed), plan: plan, now: now,
          pause: Self.pause)
        ground.checks = checks
        await withTaskGroup(of: Void.self) { inner in
          inner.addTask { await keepLedger(of: feed, store) }
          inner.addTask { await checks.run() }
        }
      }
      group.addTask { await serve(Jobs(ground: ground, store: store, progress: progress, now: now)) }
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

  private func keepLedger(of feed: WatchedCluster, _ store: StoreWriter) async {
    let deltas = feed.deltas()
    let keeper = LedgerKeeper(
      cluster: feed.cluster, store: store, source: { SourceUpdate(feed.status(), now: now()) },
      watched: { feed.status().watched(at: now()) }, now: now, pause: Self.pause)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await feed.run() }
      group.addTask { await keeper.run(deltas) }
    }
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
    // Left by a killed recorder; the store's lock says that there is no other.
    try? Files.remove(home.socket("recorder"))
    try? await ControlServer(socket: home.socket("recorder"), jobs: jobs.table).run()
    try? Files.remove(home.socket("recorder"))
    // Without its socket the recorder collects all the same: only what is asked of it goes without an answer.
    while !Task.isCancelled { try? await Task.sleep(for: .seconds(1)) }
  }

  private static let pause: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
}

extension SourceUpdate {
  /// What the watches of a cluster say of themselves.
  fileprivate init(_ status: FeedStatus, now: Timestamp) {
    self.init(name: "k8s", cluster: status.cluster, currentAt: status.heard)
    switch status.connection {
    case .live(let since):
      connectedSince = since
      // A server gives a sign of life at least every minute (bookmarks); one that is silent longer may be gone.
      currentAt = status.heard.map { now - $0 < FeedStatus.signOfLife ? now : $0 } ?? now
      error = .cleared
    case .stale(_, let reason, _): error = .happened(reason)
    case .connecting: break
    }
  }
}
