package import ClusterModel
import Ingest
package import KubernetesClient
package import RecordStore
import Synchronization
import TelemetryModel
package import TimeFormat

/// Collects the logs of a cluster's containers over its API: each line once, whatever connection is cut, and it says which lines it
/// cannot have seen.
///
/// For clusters whose nodes' files cannot be read. At most ``limit`` containers are followed at a time; those over it are told.
package struct FollowedLogs: Sendable {
  package typealias Read = @Sendable (KubernetesAPI.LogStream, @escaping @Sendable ([UInt8]) async throws -> Void) async throws -> Void

  /// Each followed log is a connection to the API server and a stream on a node: no more for one reader of a cluster.
  package static let limit = 50

  let cluster: any ClusterSource
  let read: Read
  let store: StoreWriter
  let limit: Int
  let now: @Sendable () -> Timestamp
  /// Waits; throws when it is cancelled.
  let pause: @Sendable (Duration) async throws -> Void

  package init(
    cluster: any ClusterSource, read: @escaping Read, store: StoreWriter, limit: Int = FollowedLogs.limit,
    now: @escaping @Sendable () -> Timestamp, pause: @escaping @Sendable (Duration) async throws -> Void
  ) {
    self.cluster = cluster
    self.read = read
    self.store = store
    self.limit = limit
    self.now = now
    self.pause = pause
  }

  /// Follows until cancelled; what was read is stored then.
  package func run() async throws {
    let sink = LogSink(cluster: cluster.cluster, store: store, now: now)
    let board = FollowBoard(limit: limit)
    let known = RestoredLogs(try store.positions(), cluster: cluster.cluster)
    let (turns, turn) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    defer { _ = sink.flush() }
    try await withThrowingDiscardingTaskGroup { [cluster, pause, read] group in
      group.addTask { try await sink.run(pause) }
      group.addTask {
        for await snapshot in cluster.snapshots() {
          // Of a cluster that does not answer nothing is known to be gone.
          guard case .live = snapshot.connection else {
            board.lose()
            continue
          }
          board.see(snapshot.pods)
          turn.yield()
        }
      }
      group.addTask {
        while true {
          // Logs that nobody follows are not current.
          sink.tell(isCurrent: board.isComplete)
          try await pause(.seconds(5))
        }
      }
      for await _ in turns {
        let now = board.turn()
        known.forgetOthers(than: board, sink)
        if now.newlyOverLimit > 0 { sink.miss(Int64(now.newlyOverLimit), overLimitSentence(now.overLimit)) }
        for uid in now.forgotten { known.forget(pod: uid, sink) }
        for sight in now.begin {
          let (log, isRead) = known.take(sight, cluster.cluster, sink)
          sink.open(log, sight.key)
          group.addTask {
            var follower = ContainerFollower(board: board, sink: sink, read: read, pause: pause, first: sight, isRead: isRead)
            try? await follower.run()
            guard let log = sink.close(sight.key), !Task.isCancelled else { return }
            known.put(log)
            board.finish(sight.key, run: log.restart)
            turn.yield()
          }
        }
      }
      group.cancelAll()
    }
  }

  private func overLimitSentence(_ sights: [ContainerSight]) -> String {
    "\(sights.count) containers are not followed, among them \(sights.first?.display ?? ""): at most \(limit) of a cluster are, over its API"
  }
}

/// How far logs that nobody follows now were read: before this run of the recorder, and since.
private final class RestoredLogs: Sendable {
  private struct State {
    var logs: [ContainerKey: FollowedLog]
    /// Logs whose run was read to its end.
    var ended: Set<ContainerKey> = []
    /// The folders of positions, by the pod's UID.
    var folders: [String: String]
    var isCompared = false
  }

  private let state: Mutex<State>

  init(_ positions: [TailPosition], cluster: String) {
    let logs = positions.compactMap { FollowedLog($0, cluster: cluster) }
    state = Mutex(
      State(
        logs: Dictionary(logs.map { (ContainerKey(podUID: $0.podUID, container: $0.container), $0) }, uniquingKeysWith: { $1 }),
        folders: Dictionary(
          logs.map { ($0.podUID, FollowedLog.folder(cluster: cluster, namespace: $0.namespace, pod: $0.pod, uid: $0.podUID)) },
          uniquingKeysWith: { $1 })))
  }

  /// The log to go on with, or a new one, which begins with the run before the newest when that can be read.
  func take(_ sight: ContainerSight, _ cluster: String, _ sink: LogSink) -> (log: FollowedLog, isRead: Bool) {
    let (known, isRead) = state.withLock { state in
      state.folders[sight.key.podUID] = FollowedLog.folder(
        cluster: cluster, namespace: sight.namespace, pod: sight.pod, uid: sight.key.podUID)
      return (state.logs.removeValue(forKey: sight.key), state.ended.remove(sight.key) != nil)
    }
    if let known { return (known, isRead) }
    let hasPrevious = sight.restart > 0 && sight.state != .waiting
    let run = hasPrevious ? sight.restart - 1 : sight.restart
    if run > 0 { sink.miss(0, "runs before run \(run) of \(sight.display): they were over before anybody looked") }
    let log = FollowedLog(
      cluster: cluster, namespace: sight.namespace, pod: sight.pod, uid: sight.key.podUID, container: sight.key.container, restart: run)
    return (log, false)
  }

  /// The run of a log was read to its end; another may follow.
  func put(_ log: FollowedLog) {
    let key = ContainerKey(podUID: log.podUID, container: log.container)
    state.withLock { state in
      state.logs[key] = log
      state.ended.insert(key)
    }
  }

  /// Pods that went while nobody looked: once, with the first list.
  func forgetOthers(than board: FollowBoard, _ sink: LogSink) {
    let gone = state.withLock { state in
      guard !state.isCompared else { return [FollowedLog]() }
      state.isCompared = true
      let gone = state.logs.filter { !board.has(pod: $0.key.podUID) }
      for key in gone.keys { state.logs[key] = nil }
      return Array(gone.values)
    }
    for log in gone {
      sink.miss(1, "the last lines of \(log.namespace)/\(log.pod) \(log.container): its pod went while nobody collected")
      forget(pod: log.podUID, sink)
    }
  }

  func forget(pod uid: String, _ sink: LogSink) {
    let folder = state.withLock { state in
      state.logs = state.logs.filter { $0.key.podUID != uid }
      state.ended = state.ended.filter { $0.podUID != uid }
      return state.folders.removeValue(forKey: uid)
    }
    if let folder { sink.forget(folder: folder) }
  }
}
