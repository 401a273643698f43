import ClusterModel

/// A container of one pod.
struct ContainerKey: Sendable, Hashable {
  var podUID: String
  var container: String
}

/// What the watch of a cluster says of a container, as far as its log is concerned.
struct ContainerSight: Sendable, Hashable {
  enum State: Sendable, Hashable {
    case running
    /// The newest run has ended; nothing will be added to its log.
    case ended
    /// The newest run has ended and the next is awaited: what the API calls `previous` is the newest run too.
    case waiting
  }

  var key: ContainerKey
  var namespace: String
  var pod: String
  var restart: Int
  var state: State

  var isOver: Bool { state != .running }
  var display: String { "\(namespace)/\(pod) \(key.container)" }

  /// The containers of a pod that have a log: those that were started at least once.
  static func all(of pod: Pod) -> [ContainerSight] {
    guard !pod.node.isEmpty else { return [] }
    return (pod.containers + pod.initContainers).compactMap { container in
      let state: State
      switch container.state {
      case .running: state = .running
      case .terminated: state = .ended
      case .waiting:
        guard container.lastTermination != nil else { return nil }
        state = .waiting
      }
      return ContainerSight(
        key: ContainerKey(podUID: pod.uid, container: container.name), namespace: pod.namespace, pod: pod.name,
        restart: container.restartCount, state: state)
    }
  }
}
