import ClusterFeed
import Ingest
import KubernetesClient
import RecordStore
import ServiceLifecycle
import StateDirectory
import TelemetryModel
import TimeFormat

/// Collects the logs of a cluster, in the way that the configuration says.
struct LogsPart: Sendable {
  let cluster: RecorderConfiguration.Cluster
  let link: ClusterLink
  let store: StoreWriter
  /// Up to when the nodes' files were read.
  let progress: CollectionProgress
  let now: @Sendable () -> Timestamp
  let pause: @Sendable (Duration) async throws -> Void

  /// Files are read to their end when the recorder is shut down.
  var endsByItself: Bool { if case .nodeFiles = cluster.logs { true } else { false } }

  func run(_ report: RecorderPart.Report) async throws {
    switch cluster.logs {
    case .nodeFiles(let folder, let removesRead):
      var remove: (@Sendable (String) throws -> Void)?
      if removesRead { remove = { try Files.remove($0) } }
      let watch = PodLogWatch(root: folder)
      progress.whenAsked { watch.wake() }
      let collector = LogCollector(
        root: folder, cluster: cluster.name, store: store, progress: progress, changes: watch, now: now, pause: pause, remove: remove)
      try await withGracefulShutdownHandler {
        try await collector.run(isStopping: { Task.isShuttingDownGracefully })
      } onGracefulShutdown: {
        watch.wake()
      }
    case .copy:
      let feed = try await link.opened()
      try await FollowedLogs(
        cluster: feed, read: { try await feed.api.read($0, onLine: $1) }, store: store, now: now, pause: pause
      ).run()
    case .inPlace:
      let reason =
        "logs of \(cluster.name) stay in the cluster (in-place); periplus record --context \(cluster.name) --logs copy copies them"
      try? store.record([SourceUpdate(name: "logs", cluster: cluster.name, dropReason: reason)])
      throw RecorderPart.Off(reason)
    }
  }
}
