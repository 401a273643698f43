import TimeFormat

/// One container of a pod, as its worker knows it.
package struct ContainerRecord: Sendable {
  enum Phase: Sendable, Hashable {
    /// Not started yet, for no fault of its own.
    case idle
    /// Its start is on the way.
    case starting
    case running(since: Timestamp)
    /// Ended. It is restarted at `restartAt`; `nil`: never again.
    case ended(Termination, restartAt: Timestamp?)
    /// Could not be started; tried again at `retryAt`.
    case failing(reason: String, message: String, retryAt: Timestamp)
  }

  package struct Termination: Sendable, Hashable {
    var exit: ContainerExit
    var startedAt: Timestamp?
    var run: Int
  }

  /// A stop that is on its way.
  struct Stop: Sendable, Hashable {
    var killAt: Timestamp
    /// Whether SIGTERM waits for the preStop hook.
    var awaitsHook: Bool
    var isKilled = false
  }

  let spec: ContainerSpec
  var phase: Phase = .idle
  /// The number of the present or last run, from 0; `nil` before the first.
  var run: Int?
  /// How the run before the present one ended.
  var last: Termination?
  var probes: [ProbeKind: ProbeTracker]
  var backOff: RestartBackOff
  var imageBackOff: RestartBackOff
  var stop: Stop?
  var imageID: String?

  init(_ spec: ContainerSpec, _ limits: RestartBackOff.Limits) {
    self.spec = spec
    probes = spec.probes.mapValues { ProbeTracker($0) }
    backOff = RestartBackOff(limits)
    imageBackOff = RestartBackOff(limits)
  }

  var termination: Termination? { if case .ended(let end, _) = phase { end } else { nil } }
  var isRunning: Bool { if case .running = phase { true } else { false } }
  var isLive: Bool {
    switch phase {
    case .running, .starting: true
    case .idle, .ended, .failing: false
    }
  }
  /// Whether the startup probe, if there is one, is through.
  var hasStarted: Bool { isRunning && (probes[.startup].map { $0.verdict == .success } ?? true) }
  var isReady: Bool { hasStarted && (probes[.readiness].map { $0.verdict == .success } ?? true) }
  /// Ended well, for good.
  var hasSucceeded: Bool { if case .ended(let end, nil) = phase { end.exit.exitCode == 0 } else { false } }
  var isOver: Bool { if case .ended(_, nil) = phase { true } else { false } }

  /// When something is to be done without anything happening; `nil` for never.
  var nextWake: Timestamp? {
    var moments: [Timestamp] = []
    switch phase {
    case .failing(_, _, let retryAt): moments.append(retryAt)
    case .ended(_, let restartAt?): moments.append(restartAt)
    case .idle, .starting, .running, .ended: break
    }
    if let stop, !stop.isKilled, isRunning { moments.append(stop.killAt) }
    if isRunning { moments += probes.values.compactMap(\.due) }
    return moments.min()
  }
}
