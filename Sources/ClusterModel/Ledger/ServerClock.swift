import TimeFormat

/// What the API server's clock shows when ours shows something else.
///
/// Measured from what the server stamps itself: `creationTimestamp`, `deletionTimestamp` less its grace, `managedFields.time`. A stamp
/// cannot be later than its receipt, and one that is newer than all before it was made just now. Times that a kubelet writes are left
/// out: each node has a clock of its own. Stamps are whole seconds, so the result is up to a second early.
struct ServerClock: Sendable, Hashable {
  /// Server time less ours.
  private(set) var offset = Duration.zero
  /// The latest stamp that was seen.
  private(set) var latest = Timestamp(nanoseconds: 0)
  /// The best measurement of this span of time, and of the one before: a clock that was set is noticed within two spans.
  private var current: Duration?
  private var previous: Duration?
  private var spanEnd = Timestamp(nanoseconds: 0)

  private static let span = Duration.seconds(600)

  init() {}

  init(offset: Duration, latest: Timestamp) {
    self.offset = offset
    self.latest = latest
    current = offset
  }

  func time(_ received: Timestamp) -> Timestamp { received + offset }

  /// - Parameter isList: a list shows what is old, too: it only proves that the server is not behind its stamps.
  mutating func note(_ stamp: Timestamp, received: Timestamp, isList: Bool) {
    let measured = stamp - received
    let isFresh = stamp > latest && !isList
    latest = max(latest, stamp)
    if received > spanEnd {
      if spanEnd.nanoseconds > 0 {
        previous = current
        current = nil
      }
      spanEnd = received + Self.span
    }
    guard isFresh || measured > offset else { return }
    current = max(current ?? measured, measured)
    let best = [current, previous].compactMap { $0 }.max() ?? measured
    // A second of rounding and a moment on the way are no difference between clocks.
    offset = best < .zero && best > .milliseconds(-1500) ? .zero : best
  }
}

extension ClusterObject {
  /// The latest moment that the API server itself stamped on it.
  var stamp: Timestamp? {
    switch self {
    case .pod(let pod):
      [pod.created, pod.deletionTimestamp.map { $0 - .seconds(pod.deletionGraceSeconds ?? 0) }].compactMap { $0 }.max()
    case .workload(let workload):
      [workload.created, workload.deletionTimestamp, workload.stamp].compactMap { $0 }.max()
    case .node(let node): [node.created, node.stamp].compactMap { $0 }.max()
    case .namespace(let namespace): namespace.deletionTimestamp
    case .event, .service, .endpointSlice, .controllerRevision: nil
    }
  }
}
