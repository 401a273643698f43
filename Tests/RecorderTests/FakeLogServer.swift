import ClusterModel
import KubernetesClient
import Synchronization
import TimeFormat

/// A cluster of pods with one container each, `main`, and their logs as an API server gives them.
final class FakeLogServer: ClusterSource {
  private struct Run {
    var lines: [String] = []
    var isOver = false
  }

  private enum Event: Sendable {
    case line(String)
    case end, cut
  }

  private struct PodState {
    var uid: String
    var runs: [Run] = [Run()]
  }

  private struct State {
    var pods: [String: PodState] = [:]
    /// Whether the watch tells what happens, or is behind.
    var isWatchBehind = false
    var followers: [Int: (pod: String, stream: AsyncStream<Event>.Continuation)] = [:]
    var number = 0
    var failures: [KubernetesError] = []
    var requests: [KubernetesAPI.LogStream] = []
    var snapshot = ClusterSnapshot(cluster: "prod", at: TestClock.start)
    var watchers: [AsyncStream<ClusterSnapshot>.Continuation] = []
  }

  let cluster = "prod"
  private let state = Mutex(State())

  // MARK: What happens in the cluster

  func start(_ pod: String, uid: String? = nil) { change { $0.pods[pod] = PodState(uid: uid ?? "uid-\(pod)") } }

  /// - Parameter at: the seconds of the minute, with their fraction.
  func write(_ text: String, at: String, pod: String = "orders") {
    change { state in
      guard let run = state.pods[pod]?.runs.indices.last else { return }
      let line = "2018-01-22T14:04:\(at)Z \(text)"
      state.pods[pod]?.runs[run].lines.append(line)
      for follower in state.followers.values where follower.pod == pod { follower.stream.yield(.line(line)) }
    }
  }

  /// The newest run ends; who follows it has all of it.
  func end(_ pod: String = "orders") {
    change { state in
      guard let run = state.pods[pod]?.runs.indices.last else { return }
      state.pods[pod]?.runs[run].isOver = true
      for follower in state.followers.values where follower.pod == pod { follower.stream.yield(.end) }
    }
  }

  func restart(_ pod: String = "orders") { change { $0.pods[pod]?.runs.append(Run()) } }

  func delete(_ pod: String = "orders") { change { $0.pods[pod] = nil } }

  /// Removes the lines of the newest run, as rotation does.
  func rotate(_ pod: String = "orders") {
    change { state in
      guard let run = state.pods[pod]?.runs.indices.last else { return }
      state.pods[pod]?.runs[run].lines = []
    }
  }

  /// Connections break.
  func cut() {
    state.withLock { state in
      for follower in state.followers.values { follower.stream.yield(.cut) }
    }
  }

  func fail(_ errors: KubernetesError...) { state.withLock { $0.failures += errors } }

  func setWatch(behind: Bool) { change { $0.isWatchBehind = behind } }

  var requests: [KubernetesAPI.LogStream] { state.withLock { $0.requests } }
  var followed: Int { state.withLock { $0.followers.count } }

  private func change(_ body: (inout State) -> Void) {
    state.withLock { state in
      body(&state)
      guard !state.isWatchBehind else { return }
      let pods = state.pods.sorted { $0.key < $1.key }.map { name, pod in
        var container = Container(name: "main")
        container.restartCount = pod.runs.count - 1
        container.state =
          pod.runs.last?.isOver == true ? .terminated(.init(reason: "Error", exitCode: 1)) : .running(since: TestClock.start)
        return Pod(namespace: "shop", name: name, uid: pod.uid, node: "n1", containers: [container])
      }
      state.snapshot = ClusterSnapshot(cluster: "prod", at: TestClock.start, pods: pods, connection: .live(since: TestClock.start))
      for watcher in state.watchers { watcher.yield(state.snapshot) }
    }
  }

  // MARK: What the API answers

  func current() -> ClusterSnapshot { state.withLock { $0.snapshot } }

  func snapshots() -> AsyncStream<ClusterSnapshot> {
    let (stream, continuation) = AsyncStream<ClusterSnapshot>.makeStream()
    state.withLock { state in
      state.watchers.append(continuation)
      continuation.yield(state.snapshot)
    }
    return stream
  }

  @Sendable func read(_ log: KubernetesAPI.LogStream, onLine: @escaping @Sendable ([UInt8]) async throws -> Void) async throws {
    let (events, event) = AsyncStream<Event>.makeStream()
    let number: Int = try state.withLock { state in
      state.requests.append(log)
      if !state.failures.isEmpty { throw state.failures.removeFirst() }
      guard let pod = state.pods[log.pod] else { throw KubernetesError(.notFound, "pods \"\(log.pod)\" not found", status: 404) }
      let runs = log.previous ? pod.runs.dropLast() : pod.runs[...]
      guard let run = runs.last else { throw KubernetesError(.badRequest, "previous terminated container not found", status: 400) }
      for line in run.lines {
        // Servers take the time in whole seconds.
        guard let since = log.since else {
          event.yield(.line(line))
          continue
        }
        if let at = Timestamp(rfc3339: String(line.prefix { $0 != " " })),
          at.nanoseconds / 1_000_000_000 >= since.nanoseconds / 1_000_000_000
        {
          event.yield(.line(line))
        }
      }
      guard log.follow, !run.isOver else {
        event.yield(.end)
        return 0
      }
      state.number += 1
      state.followers[state.number] = (log.pod, event)
      return state.number
    }
    defer { state.withLock { _ = $0.followers.removeValue(forKey: number) } }
    for await event in events {
      switch event {
      case .line(let line): try await onLine(Array(line.utf8))
      case .end: return
      case .cut: throw KubernetesError(.unreachable, "the server closed the connection")
      }
    }
    throw CancellationError()
  }
}
