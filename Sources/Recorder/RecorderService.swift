package import Application
import Logging
package import MigrationPlan
package import RecordStore
import ServiceLifecycle
package import StateDirectory
package import TimeFormat

/// The recorder: one process with the store's one writer. For each cluster that is watched a feed, a ledger, checks and logs, each a
/// service of its own, so that no cluster and no service slows another; beside them what all share.
package struct RecorderService: Sendable {
  private let home: Home
  private let configuration: RecorderConfiguration
  private let plan: @Sendable () -> Plan?
  private let app: @Sendable () -> AppProfile?
  private let now: @Sendable () -> Timestamp
  private let retention: Retention
  /// Called once a second: what is wanted beside the recorder is looked after.
  private let upkeep: @Sendable () -> Void
  /// Is told how each service is, when that changes.
  private let tell: @Sendable (ServiceStatus) -> Void

  package init(
    home: Home, configuration: RecorderConfiguration, plan: @escaping @Sendable () -> Plan?,
    app: @escaping @Sendable () -> AppProfile? = { nil }, retention: Retention = .standard, now: @escaping @Sendable () -> Timestamp,
    upkeep: @escaping @Sendable () -> Void = {}, tell: @escaping @Sendable (ServiceStatus) -> Void = { _ in }
  ) {
    self.retention = retention
    self.home = home
    self.configuration = configuration
    self.plan = plan
    self.app = app
    self.now = now
    self.upkeep = upkeep
    self.tell = tell
  }

  /// Runs until `stop` returns; then collects what is left and ends.
  package func run(until stop: @escaping @Sendable () async -> Void) async throws {
    try home.create()
    let store = try StoreWriter(directory: home.store, now: now())
    try ProcessIdentity.current?.write(to: home.pidFile("recorder"))
    defer { try? Files.remove(home.pidFile("recorder")) }
    for notice in store.notices { print(notice) }
    let parts = RecorderParts(
      configuration: configuration, store: store, reader: StoreReader(directory: home.store, pushes: { store.changes.pushes() }),
      socket: home.socket("recorder"), plan: plan,
      app: app, retention: retention, now: now, upkeep: upkeep, tell: tell, pause: { try await Task.sleep(for: $0) })
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: parts.all.map {
          .init(
            service: $0, successTerminationBehavior: .ignore, failureTerminationBehavior: .ignore, serviceName: $0.description)
        }, logger: Logger(label: "recorder") { _ in SwiftLogNoOpLogHandler() }))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask {
        await stop()
        await group.triggerGracefulShutdown()
      }
      try await group.run()
      tasks.cancelAll()
    }
  }
}

/// The recorder's services.
struct RecorderParts: Sendable {
  let configuration: RecorderConfiguration
  let store: StoreWriter
  let reader: StoreReader
  let socket: String
  let plan: @Sendable () -> Plan?
  let app: @Sendable () -> AppProfile?
  let retention: Retention
  let now: @Sendable () -> Timestamp
  let upkeep: @Sendable () -> Void
  let tell: @Sendable (ServiceStatus) -> Void
  let pause: @Sendable (Duration) async throws -> Void

  /// In the order of their start. They are shut down from the last to the first: logs are read to their end while the rest still runs.
  var all: [RecorderPart] {
    let states = ServiceStates(now: now, changed: tell)
    let running = RunningChecks()
    let clusters = configuration.clusters.map { (cluster: $0, link: ClusterLink(), progress: CollectionProgress()) }
    var progress: [String: CollectionProgress] = [:]
    for one in clusters { if case .nodeFiles = one.cluster.logs { progress[one.cluster.name] = one.progress } }
    let control = ControlPart(
      socket: socket, jobs: Jobs(checks: running, services: states, store: store, progress: progress, now: now).table)

    func part(
      _ name: String, _ cluster: String, endsByItself: Bool = false,
      _ body: @escaping @Sendable (RecorderPart.Report) async throws -> Void
    ) -> RecorderPart {
      RecorderPart(name, of: cluster, states: states, endsByItself: endsByItself, pause: pause, body)
    }

    var parts = [
      part("control", "", control.run),
      part("upkeep", "") { [upkeep, pause] _ in
        while true {
          try await pause(.seconds(1))
          upkeep()
        }
      },
      part("retention", "", RetentionPart(store: store, retention: retention, now: now, pause: pause).run),
    ]
    parts += clusters.map { part("feed", $0.cluster.name, FeedPart(cluster: $0.cluster, link: $0.link, now: now, pause: pause).run) }
    parts += clusters.map { part("reschedules", $0.cluster.name, LedgerPart(link: $0.link, store: store, now: now, pause: pause).run) }
    parts += clusters.map {
      let checks = ChecksPart(
        cluster: $0.cluster, link: $0.link, store: store, reader: reader, running: running, plan: plan, app: app, now: now,
        pause: pause)
      return part("checks", $0.cluster.name, checks.run)
    }
    parts += clusters.map {
      let logs = LogsPart(cluster: $0.cluster, link: $0.link, store: store, progress: $0.progress, now: now, pause: pause)
      return part("logs", $0.cluster.name, endsByItself: logs.endsByItself, logs.run)
    }
    return parts
  }
}
