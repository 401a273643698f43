import ClusterModel
import Synchronization

/// Which containers of a cluster there are, which of them are followed, and which were read to their end.
final class FollowBoard: Sendable {
  private struct Followed {
    var waiting: AsyncStream<Void>.Continuation?
  }

  private struct State {
    var sights: [ContainerKey: ContainerSight] = [:]
    /// The UIDs of pods by namespace and name.
    var names: [String: Set<String>] = [:]
    var pods: Set<String> = []
    var followed: [ContainerKey: Followed] = [:]
    /// How many were over the limit at the last turn.
    var overLimit = 0
    var isLive = false
    /// The run that was read to its end.
    var finished: [ContainerKey: Int] = [:]
  }

  /// What a snapshot changes for who follows.
  struct Turn: Sendable {
    var begin: [ContainerSight] = []
    /// Containers that have a log and are not followed, because there are too many.
    var overLimit: [ContainerSight] = []
    /// By how many they are more than before.
    var newlyOverLimit = 0
    /// Pods that are gone, and that nobody follows any more.
    var forgotten: Set<String> = []
  }

  let limit: Int
  private let state = Mutex(State())

  init(limit: Int) { self.limit = limit }

  /// Takes in what the watch says, and tells those who wait for a change of their container.
  func see(_ pods: some Collection<Pod>) {
    let changed = state.withLock { state in
      let before = state.sights
      state.isLive = true
      state.sights = [:]
      state.names = [:]
      state.pods.formUnion(pods.map(\.uid))
      for pod in pods {
        state.names["\(pod.namespace)/\(pod.name)", default: []].insert(pod.uid)
        for sight in ContainerSight.all(of: pod) { state.sights[sight.key] = sight }
      }
      return state.followed.compactMap { key, followed in before[key] == state.sights[key] ? nil : followed.waiting }
    }
    for waiting in changed { waiting.yield() }
  }

  /// The cluster does not answer: what there is of it is not known any more.
  func lose() { state.withLock { $0.isLive = false } }

  /// Whether all containers that have a log are followed.
  var isComplete: Bool { state.withLock { $0.isLive && $0.overLimit == 0 } }

  /// Which containers to begin with now; they count as followed from here on. Who runs comes before who has ended.
  func turn() -> Turn {
    state.withLock { state in
      var turn = Turn()
      let open = state.sights.values.filter { sight in
        guard state.followed[sight.key] == nil else { return false }
        guard let run = state.finished[sight.key] else { return true }
        return sight.restart > run || !sight.isOver
      }.sorted { one, other in
        if one.isOver != other.isOver { return other.isOver }
        return (one.display, one.key.podUID) < (other.display, other.key.podUID)
      }
      for sight in open {
        if state.followed.count < limit {
          state.followed[sight.key] = Followed()
          turn.begin.append(sight)
        } else {
          turn.overLimit.append(sight)
        }
      }
      turn.newlyOverLimit = max(0, turn.overLimit.count - state.overLimit)
      state.overLimit = turn.overLimit.count
      let present = Set(state.names.values.joined())
      let busy = Set(state.followed.keys.map(\.podUID))
      turn.forgotten = state.pods.subtracting(present).subtracting(busy)
      state.pods.subtract(turn.forgotten)
      state.finished = state.finished.filter { present.contains($0.key.podUID) || busy.contains($0.key.podUID) }
      return turn
    }
  }

  /// A container is followed no more.
  ///
  /// - Parameter run: the run that was read to its end.
  func finish(_ key: ContainerKey, run: Int) {
    state.withLock { state in
      state.followed[key] = nil
      state.finished[key] = run
    }
  }

  /// `nil` when its pod is gone.
  func sight(_ key: ContainerKey) -> ContainerSight? { state.withLock { $0.sights[key] } }

  /// Whether the name of the pod that is gone belongs to another one: what the API answers under it is the other's.
  func isReplaced(_ sight: ContainerSight) -> Bool {
    state.withLock { state in
      let pods = state.names["\(sight.namespace)/\(sight.pod)"] ?? []
      return !pods.isEmpty && !pods.contains(sight.key.podUID)
    }
  }

  func has(pod uid: String) -> Bool { state.withLock { state in state.names.values.contains { $0.contains(uid) } } }

  /// One value, when the container is not as it was seen.
  func change(of key: ContainerKey, since seen: ContainerSight?) -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    state.withLock { state in
      state.followed[key]?.waiting = continuation
      if state.sights[key] != seen { continuation.yield() }
    }
    return stream
  }
}
