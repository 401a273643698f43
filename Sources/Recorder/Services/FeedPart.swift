import ClusterFeed
import ClusterModel
import RecordStore
import Synchronization
import TelemetryModel
import TimeFormat

/// Watches a cluster. All other services of the cluster look at what it sees.
struct FeedPart: Sendable {
  let cluster: RecorderConfiguration.Cluster
  let link: ClusterLink
  let now: @Sendable () -> Timestamp
  /// Waits; throws when it is cancelled.
  let pause: @Sendable (Duration) async throws -> Void

  func run(_ report: RecorderPart.Report) async throws {
    report.waiting("it is not known yet where the API of \(cluster.name) is")
    let feed = WatchedCluster(api: try await cluster.connect(), cluster: cluster.name, namespaces: cluster.namespaces, now: now)
    link.open(feed)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await feed.run() }
      group.addTask {
        repeat { tell(report, feed.status()) } while (try? await pause(.seconds(1))) != nil
      }
      await group.next()
      group.cancelAll()
    }
  }

  /// A feed that sees nothing does not run, whatever its tasks do.
  private func tell(_ report: RecorderPart.Report, _ status: FeedStatus) {
    switch status.connection {
    case .live: report.running(status.visibility.note.map { $0 + (status.visibility.remedy.map { "; all is shown with: \($0)" } ?? "") })
    case .connecting: report.waiting("\(cluster.name) has not answered yet")
    case .stale(_, let reason, _):
      report.waiting(reason + (status.visibility.remedy.map { "; to be allowed with: \($0)" } ?? ""))
    }
  }
}

/// What the watches of a cluster say of themselves: how current they are, and what was counted since they were asked last.
final class FeedCounts: Sendable {
  private let told = Mutex<(received: Int64, unreadable: Int64)>((0, 0))

  func update(_ status: FeedStatus, now: Timestamp) -> SourceUpdate {
    var update = SourceUpdate(status, now: now)
    told.withLock { told in
      update.recordsIn = status.received - told.received
      update.dropped = status.unreadable - told.unreadable
      told = (status.received, status.unreadable)
    }
    if update.dropped > 0 { update.dropReason = status.lastError }
    return update
  }
}

extension SourceUpdate {
  fileprivate init(_ status: FeedStatus, now: Timestamp) {
    self.init(name: "k8s", cluster: status.cluster, currentAt: status.answered)
    switch status.connection {
    case .live(let since):
      connectedSince = since
      error = .cleared
      // Watches that are silent longer than servers are may be gone, though the server answers.
      if status.isDoubtful(at: now) { currentAt = status.heard }
    case .stale(_, let reason, _): error = .happened(reason)
    case .connecting: break
    }
  }
}
