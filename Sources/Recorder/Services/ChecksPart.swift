import Application
import ClusterFeed
import ClusterModel
import MigrationPlan
import RecordStore
import Synchronization
import TimeFormat

/// Runs the checks of the plan on a cluster as they become due.
struct ChecksPart: Sendable {
  let cluster: RecorderConfiguration.Cluster
  let link: ClusterLink
  let store: StoreWriter
  let reader: StoreReader
  let running: RunningChecks
  let plan: @Sendable () -> Plan?
  let app: @Sendable () -> AppProfile?
  let now: @Sendable () -> Timestamp
  let pause: @Sendable (Duration) async throws -> Void

  func run(_ report: RecorderPart.Report) async throws {
    let feed = try await link.opened()
    let checks = DueChecks(
      cluster: feed, logs: reader, evidence: reader, store: store,
      client: cluster.hasApplication ? ClusterServiceClient(cluster: feed) : nil, plan: plan, app: app, now: now, pause: pause)
    running.add(checks)
    await checks.run { reason in if let reason { report.waiting(reason) } else { report.running() } }
  }
}

/// The checks of every cluster that is watched, for those who ask for them now.
final class RunningChecks: Sendable {
  private let held = Mutex<[DueChecks]>([])

  func add(_ checks: DueChecks) {
    held.withLock { held in
      held.removeAll { $0.cluster.cluster == checks.cluster.cluster }
      held.append(checks)
    }
  }

  /// Waits a moment for clusters that are just starting.
  func wait() async -> [DueChecks] {
    for _ in 0..<20 where held.withLock({ $0.isEmpty }) { try? await Task.sleep(for: .milliseconds(100)) }
    return held.withLock { $0 }
  }
}
