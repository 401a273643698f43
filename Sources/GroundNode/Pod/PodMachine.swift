package import TimeFormat

/// The life of one pod on its node, as a state machine: what happened goes in with its moment, what is to be done comes out. No
/// I/O, no clock.
package struct PodMachine: Sendable {
  package enum Input: Sendable {
    /// What is on the disk from before, by container: the node's daemon was started again.
    case adopted([String: Adopted])
    case prepared
    case prepareFailed(reason: String, message: String)
    case started(String, run: Int, at: Timestamp, imageID: String?)
    case startFailed(String, StartFailure)
    case exited(String, run: Int, ContainerExit)
    case probed(String, ProbeKind, run: Int, isSuccess: Bool, message: String)
    case hookEnded(String, run: Int, failure: String?)
    /// The pod is to end; `deadline` is when its grace is over.
    case delete(deadline: Timestamp)
    case tick
  }

  package enum StartFailure: Sendable, Hashable {
    case image(String)
    case configuration(String)
    case runtime(String)
  }

  /// A run that was there before.
  package struct Adopted: Sendable, Hashable {
    var run: Int
    var startedAt: Timestamp?
    /// `nil` while it runs.
    var exit: ContainerExit?
    var previous: ContainerRecord.Termination?
    var wasReady: Bool
    var hadStarted: Bool

    package init(
      run: Int, startedAt: Timestamp?, exit: ContainerExit?, previous: ContainerRecord.Termination? = nil, wasReady: Bool, hadStarted: Bool
    ) {
      self.run = run
      self.startedAt = startedAt
      self.exit = exit
      self.previous = previous
      self.wasReady = wasReady
      self.hadStarted = hadStarted
    }
  }

  package enum Action: Sendable, Hashable {
    /// Address, folders, volumes.
    case prepare
    case start(String, run: Int)
    case probe(String, ProbeKind, run: Int)
    case hook(String, run: Int)
    case terminate(String, run: Int)
    case kill(String, run: Int)
    case event(Event)
    /// Nothing runs any more and the pod was deleted: confirm it.
    case confirm
  }

  package struct Event: Sendable, Hashable {
    package var isWarning = false
    package var reason: String
    package var message: String
    package var container: String?

    package init(isWarning: Bool = false, reason: String, message: String, container: String? = nil) {
      self.isWarning = isWarning
      self.reason = reason
      self.message = message
      self.container = container
    }
  }

  enum Preparation: Sendable, Hashable {
    case wanted
    case underWay
    case failed(retryAt: Timestamp)
    case done
  }

  let spec: PodSpec
  private(set) var preparation: Preparation = .wanted
  private(set) var prepareFailures = 0
  var initContainers: [ContainerRecord]
  var containers: [ContainerRecord]
  /// When the grace of the deletion is over; `nil` while the pod is to live.
  private(set) var deadline: Timestamp?
  private var isConfirmed = false
  private let limits: RestartBackOff.Limits

  package init(_ spec: PodSpec, limits: RestartBackOff.Limits) {
    self.spec = spec
    self.limits = limits
    initContainers = spec.initContainers.map { ContainerRecord($0, limits) }
    containers = spec.containers.map { ContainerRecord($0, limits) }
  }

  var isPrepared: Bool { preparation == .done }
  var isInitialized: Bool { initContainers.allSatisfy(\.hasSucceeded) }
  var isTerminating: Bool { deadline != nil }
  private var all: [ContainerRecord] { initContainers + containers }

  /// Pending, Running, Succeeded, Failed (core/v1 `PodPhase`).
  package var phase: String {
    if initContainers.contains(where: { $0.isOver && !$0.hasSucceeded }) { return "Failed" }
    if !containers.isEmpty, containers.allSatisfy(\.isOver) { return containers.allSatisfy(\.hasSucceeded) ? "Succeeded" : "Failed" }
    // What has run before is between two runs, not pending.
    return isInitialized && containers.contains(where: { $0.run != nil }) ? "Running" : "Pending"
  }

  package var nextWake: Timestamp? {
    var moments = all.compactMap(\.nextWake)
    if case .failed(let retryAt) = preparation, !isTerminating { moments.append(retryAt) }
    return moments.min()
  }

  /// Takes what happened and answers what is to be done.
  package mutating func handle(_ input: Input, at now: Timestamp) -> [Action] {
    var actions: [Action] = []
    switch input {
    case .adopted(let runs): adopt(runs, now, &actions)
    case .prepared:
      preparation = .done
      prepareFailures = 0
    case .prepareFailed(let reason, let message):
      prepareFailures += 1
      let delay = Duration.milliseconds(500) * (1 << min(prepareFailures - 1, 4))
      preparation = .failed(retryAt: now + delay)
      actions.append(.event(Event(isWarning: true, reason: reason, message: message)))
    case .started(let name, let run, let at, let imageID):
      let limits = limits
      edit(name) { record in
        if let before = record.termination { record.last = before }
        record.run = run
        record.imageID = imageID ?? record.imageID
        record.phase = .running(since: at)
        record.stop = nil
        record.imageBackOff = RestartBackOff(limits)
        for kind in record.probes.keys { record.probes[kind]?.reset() }
      }
      actions.append(.event(Event(reason: "Created", message: "Container created", container: name)))
      actions.append(.event(Event(reason: "Started", message: "Container started", container: name)))
    case .startFailed(let name, let failure): startFailed(name, failure, now, &actions)
    case .exited(let name, let run, let exit): exited(name, run, exit, now, &actions)
    case .probed(let name, let kind, let run, let isSuccess, let message):
      probed(name, kind, run, isSuccess, message, now, &actions)
    case .hookEnded(let name, let run, let failure):
      edit(name) { record in
        guard record.run == run, record.isRunning, record.stop?.awaitsHook == true else { return }
        record.stop?.awaitsHook = false
        if let failure {
          actions.append(.event(Event(isWarning: true, reason: "FailedPreStopHook", message: failure, container: name)))
        }
        actions.append(.terminate(name, run: run))
      }
    case .delete(let moment): deadline = min(deadline ?? moment, moment)
    case .tick: break
    }
    advance(now, &actions)
    return actions
  }

  private mutating func adopt(_ runs: [String: Adopted], _ now: Timestamp, _ actions: inout [Action]) {
    let limits = limits
    for (name, adopted) in runs.sorted(by: { $0.key < $1.key }) {
      edit(name) { record in
        record.run = adopted.run
        record.last = adopted.previous
        record.backOff = RestartBackOff(limits, ends: adopted.run)
        record.phase = .running(since: adopted.startedAt ?? now)
        if adopted.hadStarted { record.probes[.startup]?.assume(.success) }
        if adopted.wasReady { record.probes[.readiness]?.assume(.success) }
      }
      if let exit = adopted.exit { exited(name, adopted.run, exit, now, &actions) }
    }
  }

  private mutating func startFailed(_ name: String, _ failure: StartFailure, _ now: Timestamp, _ actions: inout [Action]) {
    edit(name) { record in
      switch failure {
      case .image(let message):
        let delay = record.imageBackOff.delayAfterFailedStart()
        actions.append(.event(Event(isWarning: true, reason: "Failed", message: message, container: name)))
        let isFirst = record.imageBackOff.ends == 1
        let reason = isFirst ? "ErrImagePull" : "ImagePullBackOff"
        actions.append(.event(Event(isWarning: true, reason: "Failed", message: "Error: \(reason)", container: name)))
        let waiting = isFirst ? message : "Back-off pulling image \"\(record.spec.image)\": \(message)"
        if !isFirst {
          actions.append(.event(Event(reason: "BackOff", message: "Back-off pulling image \"\(record.spec.image)\"", container: name)))
        }
        record.phase = .failing(reason: reason, message: waiting, retryAt: now + delay)
      case .configuration(let message):
        let delay = record.imageBackOff.delayAfterFailedStart()
        actions.append(.event(Event(isWarning: true, reason: "Failed", message: "Error: \(message)", container: name)))
        record.phase = .failing(reason: "CreateContainerConfigError", message: message, retryAt: now + delay)
      case .runtime(let message):
        let delay = record.imageBackOff.delayAfterFailedStart()
        actions.append(.event(Event(isWarning: true, reason: "Failed", message: "Error: \(message)", container: name)))
        record.phase = .failing(reason: "CreateContainerError", message: message, retryAt: now + delay)
      }
    }
  }

  private mutating func exited(_ name: String, _ run: Int, _ exit: ContainerExit, _ now: Timestamp, _ actions: inout [Action]) {
    let policy = spec.restartPolicy
    let pod = spec.reference
    let isEnding = isTerminating
    let limits = limits
    edit(name) { record in
      let since: Timestamp
      switch record.phase {
      case .running(let moment) where record.run == run: since = moment
      // The program could not be started: it never ran.
      case .starting where run == (record.run.map { $0 + 1 } ?? 0):
        since = exit.finishedAt
        record.run = run
      case .starting, .running, .idle, .ended, .failing: return
      }
      record.stop = nil
      for kind in record.probes.keys { record.probes[kind]?.reset() }
      let end = ContainerRecord.Termination(exit: exit, startedAt: since, run: run)
      let again =
        switch policy {
        // An init container that succeeded is through (core/v1, initContainers).
        case .always: !(record.spec.isInit && exit.exitCode == 0)
        case .onFailure: exit.exitCode != 0
        case .never: false
        }
      guard again, !isEnding else {
        record.phase = .ended(end, restartAt: nil)
        return
      }
      if case .notStarted(let words) = exit.cause {
        actions.append(.event(Event(isWarning: true, reason: "Failed", message: "Error: \(words)", container: name)))
      }
      // A node that comes up again remembers no back-off, and its going down was no fault of the container.
      if exit.isNodeShutdown { record.backOff = RestartBackOff(limits) }
      let delay = exit.isNodeShutdown ? .zero : record.backOff.delay(afterRunOf: exit.finishedAt - since)
      record.phase = .ended(end, restartAt: now + delay)
      if delay > .zero {
        actions.append(
          .event(
            Event(
              isWarning: true, reason: "BackOff",
              message: "Back-off restarting failed container \(name) in pod \(pod)", container: name)))
      }
    }
  }

  private mutating func probed(
    _ name: String, _ kind: ProbeKind, _ run: Int, _ isSuccess: Bool, _ message: String, _ now: Timestamp, _ actions: inout [Action]
  ) {
    let isEnding = isTerminating
    let grace = spec.gracePeriod
    edit(name) { record in
      guard record.run == run, record.isRunning, let probe = record.probes[kind] else { return }
      let changed = record.probes[kind]?.record(isSuccess: isSuccess, at: now) ?? false
      if !isSuccess {
        actions.append(
          .event(Event(isWarning: true, reason: "Unhealthy", message: "\(kind.title) probe failed: \(message)", container: name)))
      }
      if kind == .startup, isSuccess, record.probes[kind]?.verdict == .success { record.probes[kind]?.pause() }
      guard changed, record.probes[kind]?.verdict == .failure, kind != .readiness, record.stop == nil, !isEnding else { return }
      actions.append(
        .event(Event(reason: "Killing", message: "Container \(name) failed \(kind.rawValue) probe, will be restarted", container: name)))
      Self.stop(&record, run, killAt: now + (probe.spec.gracePeriod ?? grace), &actions)
    }
  }

  /// Asks a running container to end: its hook first, SIGTERM then.
  private static func stop(_ record: inout ContainerRecord, _ run: Int, killAt: Timestamp, _ actions: inout [Action]) {
    let hasHook = record.spec.preStop != nil
    record.stop = .init(killAt: killAt, awaitsHook: hasHook)
    record.probes[.liveness]?.stop()
    record.probes[.startup]?.stop()
    actions.append(hasHook ? .hook(record.spec.name, run: run) : .terminate(record.spec.name, run: run))
  }

  /// Does what is due in the state reached.
  private mutating func advance(_ now: Timestamp, _ actions: inout [Action]) {
    if let deadline { return end(by: deadline, now, &actions) }
    switch preparation {
    case .wanted:
      preparation = .underWay
      actions.append(.prepare)
    case .failed(let retryAt) where retryAt <= now:
      preparation = .underWay
      actions.append(.prepare)
    case .underWay, .failed, .done: break
    }
    if isPrepared, phase != "Failed", phase != "Succeeded" {
      if let current = initContainers.firstIndex(where: { !$0.hasSucceeded }) {
        Self.startIfDue(&initContainers[current], now, &actions)
      } else {
        for index in containers.indices { Self.startIfDue(&containers[index], now, &actions) }
      }
    }
    for index in initContainers.indices { Self.watch(&initContainers[index], now, &actions) }
    for index in containers.indices { Self.watch(&containers[index], now, &actions) }
  }

  private static func startIfDue(_ record: inout ContainerRecord, _ now: Timestamp, _ actions: inout [Action]) {
    switch record.phase {
    case .idle: break
    case .failing(_, _, let retryAt) where retryAt <= now: break
    case .ended(let end, let restartAt?) where restartAt <= now: record.last = end
    case .failing, .ended, .starting, .running: return
    }
    let run = record.run.map { $0 + 1 } ?? 0
    record.phase = .starting
    actions.append(.start(record.spec.name, run: run))
  }

  /// Probes that are due, and the end of a stop's patience.
  private static func watch(_ record: inout ContainerRecord, _ now: Timestamp, _ actions: inout [Action]) {
    guard case .running(let since) = record.phase, let run = record.run else { return }
    if let stop = record.stop, !stop.isKilled, stop.killAt <= now {
      record.stop?.isKilled = true
      actions.append(.kill(record.spec.name, run: run))
    }
    if record.hasStarted {
      record.probes[.readiness]?.begin(at: now, containerStarted: since)
      if record.stop == nil { record.probes[.liveness]?.begin(at: now, containerStarted: since) }
    } else if record.stop == nil {
      record.probes[.startup]?.begin(at: now, containerStarted: since)
    }
    for kind in ProbeKind.allCases where record.probes[kind]?.take(at: now) ?? false {
      actions.append(.probe(record.spec.name, kind, run: run))
    }
  }

  private mutating func end(by deadline: Timestamp, _ now: Timestamp, _ actions: inout [Action]) {
    func finish(_ record: inout ContainerRecord) {
      if case .ended(let end, .some) = record.phase { record.phase = .ended(end, restartAt: nil) }
      guard record.isRunning, let run = record.run else { return }
      if record.stop == nil {
        actions.append(.event(Event(reason: "Killing", message: "Stopping container \(record.spec.name)", container: record.spec.name)))
        Self.stop(&record, run, killAt: deadline, &actions)
      } else if let stop = record.stop, stop.killAt > deadline {
        record.stop?.killAt = deadline
      }
      Self.watch(&record, now, &actions)
    }
    for index in initContainers.indices { finish(&initContainers[index]) }
    for index in containers.indices { finish(&containers[index]) }
    if !isConfirmed, preparation != .underWay, !all.contains(where: \.isLive) {
      isConfirmed = true
      actions.append(.confirm)
    }
  }

  private mutating func edit(_ name: String, _ change: (inout ContainerRecord) -> Void) {
    if let index = containers.firstIndex(where: { $0.spec.name == name }) {
      change(&containers[index])
    } else if let index = initContainers.firstIndex(where: { $0.spec.name == name }) {
      change(&initContainers[index])
    }
  }
}
