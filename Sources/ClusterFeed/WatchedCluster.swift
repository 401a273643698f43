package import ClusterModel
import Kubernetes
package import KubernetesClient
import Synchronization
package import TimeFormat

/// Watches a cluster and gives its snapshots and deltas. Each feed has its own tasks and connections, so that one cluster never slows
/// another.
///
/// Call ``run()`` in a task of its own; it ends when that task is cancelled. Subscribe to ``deltas()`` before, to get the first lists.
package final class WatchedCluster: ClusterSource {
  package let cluster: String
  package let api: KubernetesAPI
  private let resources: [ClusterResource]
  /// Where objects of a namespace are looked for; empty: everywhere, and where the user may not, in the context's namespace.
  private let namespaces: [String]
  private let now: @Sendable () -> Timestamp
  private let rhythm: ServerSilence
  private let tap: (any FeedTap)?
  private let comeback = Comeback()
  private let inner: Mutex<Inner>

  private struct Inner {
    var state: ClusterState
    var kinds: [ClusterResource: FeedStatus.Kind]
    var snapshot: ClusterSnapshot?
    var liveSince: Timestamp?
    var staleSince: Timestamp?
    var nextID = 0
    var snapshotStreams: [Int: AsyncStream<ClusterSnapshot>.Continuation] = [:]
    var deltaStreams: [Int: AsyncStream<ClusterDelta>.Continuation] = [:]
    var answerStreams: [Int: AsyncStream<Timestamp>.Continuation] = [:]
    var silence: ServerSilence
    var signal: AsyncStream<Void>.Continuation?
    var isFinished = false
  }

  /// Kinds that everything else leans on; without them the cluster counts as not reached.
  package static let allResources: [ClusterResource] =
    [.namespaces, .nodes] + ClusterResource.workloads + [.controllerRevisions, .services, .pods, .events]

  /// - Parameter namespaces: the only ones to look at; without any all, or the context's where the user may see no more.
  package init(
    api: KubernetesAPI, cluster: String? = nil, namespaces: [String] = [], resources: [ClusterResource] = WatchedCluster.allResources,
    tap: (any FeedTap)? = nil, silence: ServerSilence = ServerSilence(),
    now: @escaping @Sendable () -> Timestamp = KubernetesAPI.wallClock
  ) {
    self.api = api
    self.cluster = cluster ?? api.context.name
    self.resources = resources
    self.namespaces = namespaces.sorted()
    self.now = now
    rhythm = silence
    self.tap = tap
    inner = Mutex(
      Inner(
        state: ClusterState(cluster: cluster ?? api.context.name, at: now()),
        kinds: Dictionary(uniqueKeysWithValues: resources.map { ($0, FeedStatus.Kind(resource: $0, state: .listing)) }),
        silence: silence))
  }

  // MARK: Reading

  package func current() -> ClusterSnapshot { inner.withLock { Self.snapshot(&$0) } }

  package func snapshots() -> AsyncStream<ClusterSnapshot> {
    AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
      let id: Int? = inner.withLock { inner in
        continuation.yield(Self.snapshot(&inner))
        guard !inner.isFinished else { return nil }
        inner.nextID += 1
        inner.snapshotStreams[inner.nextID] = continuation
        return inner.nextID
      }
      guard let id else { return continuation.finish() }
      // Later, not here: this is called with the lock of the task that is cancelled held, and who yields holds ours and waits for that one.
      continuation.onTermination = { [weak self] _ in Task { self?.inner.withLock { $0.snapshotStreams[id] = nil } } }
    }
  }

  /// Every delta from now on, in the order received; nothing is dropped.
  package func deltas() -> AsyncStream<ClusterDelta> {
    AsyncStream(bufferingPolicy: .unbounded) { continuation in
      let id: Int? = inner.withLock { inner in
        guard !inner.isFinished else { return nil }
        inner.nextID += 1
        inner.deltaStreams[inner.nextID] = continuation
        return inner.nextID
      }
      guard let id else { return continuation.finish() }
      // Later, as above.
      continuation.onTermination = { [weak self] _ in Task { self?.inner.withLock { $0.deltaStreams[id] = nil } } }
    }
  }

  package func answers() -> AsyncStream<Timestamp> {
    AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
      let id: Int? = inner.withLock { inner in
        guard !inner.isFinished else { return nil }
        inner.nextID += 1
        inner.answerStreams[inner.nextID] = continuation
        return inner.nextID
      }
      guard let id else { return continuation.finish() }
      // Later, as above.
      continuation.onTermination = { [weak self] _ in Task { self?.inner.withLock { $0.answerStreams[id] = nil } } }
    }
  }

  package func status() -> FeedStatus {
    inner.withLock { inner in
      FeedStatus(
        cluster: cluster, kinds: resources.compactMap { inner.kinds[$0] }, connection: inner.state.connection,
        answered: inner.silence.answered, visibility: inner.state.visibility)
    }
  }

  private static func snapshot(_ inner: inout Inner) -> ClusterSnapshot {
    var made = inner.snapshot ?? inner.state.snapshot()
    inner.snapshot = made
    made.answered = inner.silence.answered
    return made
  }

  // MARK: Running

  /// Lists and watches until cancelled.
  package func run() async {
    let (signals, signal) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    inner.withLock { $0.signal = signal }
    await withTaskGroup(of: Void.self) { group in
      for resource in resources { group.addTask { await self.follow(resource) } }
      group.addTask {
        for await _ in signals {
          self.publish()
          // At most ten snapshots a second; what comes meanwhile is in the next.
          try? await Task.sleep(for: .milliseconds(100))
        }
      }
      group.addTask { await self.ask(self.rhythm) }
      group.addTask { await self.judge(self.rhythm) }
    }
    finish()
  }

  private func publish() {
    inner.withLock { inner in
      guard !inner.snapshotStreams.isEmpty else { return }
      let snapshot = Self.snapshot(&inner)
      for stream in inner.snapshotStreams.values { stream.yield(snapshot) }
    }
  }

  private func finish() {
    let (snapshots, deltas, answers) = inner.withLock { inner in
      inner.isFinished = true
      inner.signal?.finish()
      defer { (inner.snapshotStreams, inner.deltaStreams, inner.answerStreams) = ([:], [:], [:]) }
      return (Array(inner.snapshotStreams.values), Array(inner.deltaStreams.values), Array(inner.answerStreams.values))
    }
    for stream in snapshots { stream.finish() }
    for stream in deltas { stream.finish() }
    for stream in answers { stream.finish() }
  }

  private func follow(_ resource: ClusterResource) async {
    let decoder = ResourceReader(resource: resource)
    let wanted = resource.type.isNamespaced ? namespaces : []
    var scope = wanted
    var machine = WatchMachine()
    var action = machine.start()
    while !Task.isCancelled {
      switch action {
      case .list:
        do {
          let list = try await decoder.list(api, in: scope, tap)
          let at = now()
          tap?.listed(resource, at: at)
          receive(ClusterDelta(resource: resource, change: .relist(list.items), at: at), in: scope)
          action = machine.listed(resourceVersion: list.resourceVersion)
        } catch {
          if scope.isEmpty, resource.type.isNamespaced, (error as? KubernetesError)?.kind == .forbidden {
            // Not everywhere; in the namespace that the user works in it may be allowed.
            scope = [api.context.namespace]
          } else {
            scope = wanted
            action = fail(resource, error, &machine)
          }
        }
      case .watch(let version):
        let began = ContinuousClock.now
        let place = WatchPlace(version)
        do {
          try await watch(resource, in: scope, place: place, decoder: decoder)
          if place.version != version { machine.saw(resourceVersion: place.version) }
          action = machine.ended(after: .now - began, jitter: Double.random(in: 0...1))
        } catch {
          if place.version != version { machine.saw(resourceVersion: place.version) }
          // One that opened and was silent for long ends like any other; whether the server is there, the next one shows.
          let isSilence = (error as? KubernetesError)?.kind == .silent
          action =
            isSilence && !Task.isCancelled
            ? machine.ended(after: .now - began, jitter: Double.random(in: 0...1)) : fail(resource, error, &machine)
        }
      case .wait(let time):
        await comeback.wait(time)
        action = machine.resume()
      }
    }
  }

  /// Until the first of its watches ends: one, or one for each namespace.
  private func watch(_ resource: ClusterResource, in scope: [String], place: WatchPlace, decoder: ResourceReader) async throws {
    let paths = decoder.paths(in: scope)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, path) in paths.enumerated() {
        group.addTask { try await self.watch(resource, path, index, place, decoder) }
      }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  private func watch(
    _ resource: ClusterResource, _ path: String, _ index: Int, _ place: WatchPlace, _ decoder: ResourceReader
  ) async throws {
    // A random length, so that the watches of many clients do not end at once.
    try await api.watch(
      path, resourceVersion: place.versions[index], timeoutSeconds: Int.random(in: 180...300),
      onOpen: { self.opened(resource) },
      onLine: { line in
        self.tap?.line(resource, line, at: self.now())
        do {
          switch try decoder.decoder.withLock({ try $0.watchLine(resource, line) }) {
          case .added(let object, let version):
            place.reached(version, index)
            self.receive(ClusterDelta(resource: resource, change: .added(object), at: self.now()))
          case .modified(let object, let version):
            place.reached(version, index)
            self.receive(ClusterDelta(resource: resource, change: .modified(object), at: self.now()))
          case .deleted(let object, let version):
            place.reached(version, index)
            self.receive(ClusterDelta(resource: resource, change: .deleted(object), at: self.now()))
          case .bookmark(let version, _):
            place.reached(version, index)
            self.heard(resource)
          case .failure(let code, let reason, let message):
            throw KubernetesError(code == 410 ? .gone : .serverError, message, status: code, reason: reason)
          }
        } catch let error as KubernetesError { throw error } catch { self.unreadable(resource, "\(error)") }
      })
  }
}

// MARK: What came

extension WatchedCluster {
  /// - Parameter scope: of a list, the namespaces that it covers; empty for all.
  private func receive(_ delta: ClusterDelta, in scope: [String] = []) {
    inner.withLock { inner in
      inner.state.apply(delta)
      answered(&inner, delta.at)
      inner.kinds[delta.resource]?.received += 1
      inner.kinds[delta.resource]?.heard = delta.at
      if case .relist = delta.change {
        inner.kinds[delta.resource]?.isListed = true
        inner.kinds[delta.resource]?.namespaces = scope
        inner.kinds[delta.resource]?.state = .watching(since: delta.at)
        connect(&inner, delta.at)
      }
      inner.snapshot = nil
      for stream in inner.deltaStreams.values { stream.yield(delta) }
      inner.signal?.yield()
    }
  }

  private func opened(_ resource: ClusterResource) {
    let at = now()
    inner.withLock { inner in
      answered(&inner, at)
      inner.kinds[resource]?.heard = at
      if case .watching? = inner.kinds[resource]?.state { return }
      inner.kinds[resource]?.state = .watching(since: at)
      connect(&inner, at)
    }
  }

  private func heard(_ resource: ClusterResource) {
    let at = now()
    inner.withLock { inner in
      answered(&inner, at)
      inner.kinds[resource]?.heard = at
    }
  }

  /// The server said something, were it only that it refuses.
  private func answered(_ inner: inout Inner, _ at: Timestamp) {
    let wasStale = inner.silence.isStale(.now)
    inner.silence.heard(at: at, .now)
    for stream in inner.answerStreams.values { stream.yield(at) }
    guard wasStale else { return }
    connect(&inner, at)
    comeback.announce()
  }

  func answered() {
    let at = now()
    inner.withLock { answered(&$0, at) }
  }

  var isQuiet: Bool { inner.withLock { $0.silence.isQuiet(.now) } }

  func noticeSilence() {
    let at = now()
    inner.withLock { if $0.silence.isStale(.now) { connect(&$0, at) } }
  }

  private func unreadable(_ resource: ClusterResource, _ reason: String) {
    inner.withLock { inner in
      inner.kinds[resource]?.unreadable += 1
      inner.kinds[resource]?.lastError = "a line of the watch on \(resource.rawValue) cannot be read: \(reason)"
    }
  }

  private func fail(_ resource: ClusterResource, _ error: any Error, _ machine: inout WatchMachine) -> WatchMachine.Action {
    if Task.isCancelled { return .wait(.zero) }
    let known = error as? KubernetesError
    let failure: WatchMachine.Failure =
      switch known?.kind {
      case .gone: .expired
      case .notFound, .forbidden: .unavailable
      default: .broken
      }
    let action = machine.failed(failure, jitter: Double.random(in: 0...1))
    let reason = known?.message ?? "the connection to \(api.context.cluster.server) failed"
    let at = now()
    inner.withLock { inner in
      let since = inner.kinds[resource]?.knownUntil(answered: inner.silence.answered) ?? at
      if known.map({ $0.status > 0 }) ?? false { answered(&inner, at) }
      inner.kinds[resource]?.lastError = reason
      switch (failure, action) {
      case (.unavailable, _):
        inner.kinds[resource]?.state = .unavailable(reason: reason, isForbidden: known?.kind == .forbidden)
        inner.kinds[resource]?.isListed = true
      case (_, .wait(let time)):
        let isRefusal = known.map { [.unauthorized, .configuration].contains($0.kind) } ?? false
        inner.kinds[resource]?.state = .failing(since: since, reason: reason, retryAt: at + time, isRefusal: isRefusal)
      default: inner.kinds[resource]?.state = .listing
      }
      connect(&inner, at)
    }
    return action
  }

  /// Live while every kind that the server has is watched; one that fails makes the whole stale.
  private func connect(_ inner: inout Inner, _ at: Timestamp) {
    var failing: (since: Timestamp, reason: String, retryAt: Timestamp, isRefusal: Bool)?
    for kind in inner.kinds.values {
      guard case .failing(let since, let reason, let retryAt, let isRefusal) = kind.state else { continue }
      // A server that refuses who asks closes the connection under the other requests: its refusal is the reason for all of them.
      if let known = failing, (known.isRefusal ? 0 : 1, known.retryAt) <= (isRefusal ? 0 : 1, retryAt) { continue }
      failing = (since, reason, retryAt, isRefusal)
    }
    let before = inner.state.connection
    let isListed = inner.kinds.values.allSatisfy(\.isListed)
    // A server that shows us nothing at all has refused us, whatever each kind says.
    let refusals = inner.kinds.values.compactMap { kind in
      if case .unavailable(let reason, _) = kind.state { (kind: kind, reason: reason) } else { nil }
    }
    let visibility = Visibility(inner.kinds.values, chosen: namespaces)
    if inner.state.visibility != visibility {
      inner.state.visibility = visibility
      inner.snapshot = nil
      inner.signal?.yield()
    }
    // What it has shown before, and pods, nothing can be told without.
    let missed = refusals.first { $0.kind.resource == .pods || $0.kind.received > 0 }
    if let reason = missed?.reason ?? (refusals.count == inner.kinds.count ? refusals.first?.reason : nil) {
      inner.staleSince = inner.staleSince ?? at
      inner.state.connection = .stale(since: inner.staleSince ?? at, reason: reason, retryAt: at + WatchMachine.absence)
    } else if let failing {
      inner.staleSince = inner.staleSince ?? failing.since
      inner.liveSince = nil
      inner.state.connection = .stale(since: inner.staleSince ?? at, reason: failing.reason, retryAt: failing.retryAt)
    } else if isListed, inner.silence.isStale(.now) {
      inner.staleSince = inner.staleSince ?? inner.silence.answered ?? at
      inner.liveSince = nil
      inner.state.connection = .stale(
        since: inner.staleSince ?? at, reason: "\(api.context.cluster.server) does not answer", retryAt: nil)
    } else if isListed {
      inner.liveSince = inner.liveSince ?? at
      inner.staleSince = nil
      inner.state.connection = .live(since: inner.liveSince ?? at)
    }
    if inner.state.connection != before {
      inner.snapshot = nil
      inner.signal?.yield()
    }
  }
}
