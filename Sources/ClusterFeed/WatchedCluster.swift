package import ClusterModel
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
  private let now: @Sendable () -> Timestamp
  private let tap: (any FeedTap)?
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
    var signal: AsyncStream<Void>.Continuation?
    var isFinished = false
  }

  /// Kinds that everything else leans on; without them the cluster counts as not reached.
  package static let allResources: [ClusterResource] =
    [.namespaces, .nodes] + ClusterResource.workloads + [.controllerRevisions, .services, .pods, .events]

  package init(
    api: KubernetesAPI, cluster: String? = nil, resources: [ClusterResource] = WatchedCluster.allResources, tap: (any FeedTap)? = nil,
    now: @escaping @Sendable () -> Timestamp = KubernetesAPI.wallClock
  ) {
    self.api = api
    self.cluster = cluster ?? api.context.name
    self.resources = resources
    self.now = now
    self.tap = tap
    inner = Mutex(
      Inner(
        state: ClusterState(cluster: cluster ?? api.context.name, at: now()),
        kinds: Dictionary(uniqueKeysWithValues: resources.map { ($0, FeedStatus.Kind(resource: $0, state: .listing)) })))
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

  package func status() -> FeedStatus {
    inner.withLock { inner in
      FeedStatus(cluster: cluster, kinds: resources.compactMap { inner.kinds[$0] }, connection: inner.state.connection)
    }
  }

  private static func snapshot(_ inner: inout Inner) -> ClusterSnapshot {
    if let known = inner.snapshot { return known }
    let made = inner.state.snapshot()
    inner.snapshot = made
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
      await group.waitForAll()
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
    let (snapshots, deltas) = inner.withLock { inner in
      inner.isFinished = true
      inner.signal?.finish()
      defer {
        inner.snapshotStreams = [:]
        inner.deltaStreams = [:]
      }
      return (Array(inner.snapshotStreams.values), Array(inner.deltaStreams.values))
    }
    for stream in snapshots { stream.finish() }
    for stream in deltas { stream.finish() }
  }

  private func follow(_ resource: ClusterResource) async {
    let decoder = ResourceReader(resource: resource)
    var machine = WatchMachine()
    var action = machine.start()
    while !Task.isCancelled {
      switch action {
      case .list:
        do {
          let list = try await decoder.list(api, tap)
          let at = now()
          tap?.listed(resource, at: at)
          receive(ClusterDelta(resource: resource, change: .relist(list.items), at: at))
          action = machine.listed(resourceVersion: list.resourceVersion)
        } catch { action = fail(resource, error, &machine) }
      case .watch(let version):
        let began = ContinuousClock.now
        let place = WatchPlace(version)
        do {
          try await watch(resource, from: version, place: place, decoder: decoder)
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
        try? await Task.sleep(for: time)
        action = machine.resume()
      }
    }
  }

  private func watch(
    _ resource: ClusterResource, from version: String, place: WatchPlace, decoder: ResourceReader
  ) async throws {
    // A random length, so that the watches of many clients do not end at once.
    try await api.watch(
      resource.path, resourceVersion: version, timeoutSeconds: Int.random(in: 180...300),
      onOpen: { self.opened(resource) },
      onLine: { line in
        self.tap?.line(resource, line, at: self.now())
        do {
          switch try decoder.decoder.withLock({ try $0.watchLine(resource, line) }) {
          case .added(let object, let version):
            place.version = version
            self.receive(ClusterDelta(resource: resource, change: .added(object), at: self.now()))
          case .modified(let object, let version):
            place.version = version
            self.receive(ClusterDelta(resource: resource, change: .modified(object), at: self.now()))
          case .deleted(let object, let version):
            place.version = version
            self.receive(ClusterDelta(resource: resource, change: .deleted(object), at: self.now()))
          case .bookmark(let version, _):
            place.version = version
            self.heard(resource)
          case .failure(let code, let reason, let message):
            throw KubernetesError(code == 410 ? .gone : .serverError, message, status: code, reason: reason)
          }
        } catch let error as KubernetesError { throw error } catch { self.unreadable(resource, "\(error)") }
      })
  }
}

/// How far a watch has come; shared between the loop that reads lines and the one that starts watches.
final class WatchPlace: Sendable {
  private let held: Mutex<String>

  init(_ version: String) { held = Mutex(version) }

  var version: String {
    get { held.withLock { $0 } }
    set { if !newValue.isEmpty { held.withLock { $0 = newValue } } }
  }
}

/// Reads the lists and lines of one kind, with one table of strings.
final class ResourceReader: Sendable {
  let resource: ClusterResource
  let decoder: Mutex<ClusterDecoder>

  init(resource: ClusterResource) {
    self.resource = resource
    decoder = Mutex(ClusterDecoder())
  }

  func list(_ api: KubernetesAPI, _ tap: (any FeedTap)?) async throws -> (items: [ClusterObject], resourceVersion: String) {
    var items: [ClusterObject] = []
    var version = ""
    var isFirst = true
    try await api.list(resource.path) { bytes in
      tap?.page(resource, bytes, isFirst: isFirst)
      isFirst = false
      do {
        let page = try decoder.withLock { try $0.list(resource, bytes) }
        items += page.items
        version = page.resourceVersion
        return page.next
      } catch {
        throw KubernetesError(.malformed, "\(api.context.cluster.server) sent a list of \(resource.rawValue) that cannot be read: \(error)")
      }
    }
    return (items, version)
  }
}

// MARK: What came

extension WatchedCluster {
  private func receive(_ delta: ClusterDelta) {
    inner.withLock { inner in
      inner.state.apply(delta)
      inner.kinds[delta.resource]?.received += 1
      inner.kinds[delta.resource]?.heard = delta.at
      if case .relist = delta.change {
        inner.kinds[delta.resource]?.isListed = true
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
      inner.kinds[resource]?.heard = at
      if case .watching? = inner.kinds[resource]?.state { return }
      inner.kinds[resource]?.state = .watching(since: at)
      connect(&inner, at)
    }
  }

  private func heard(_ resource: ClusterResource) {
    let at = now()
    inner.withLock { $0.kinds[resource]?.heard = at }
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
      inner.kinds[resource]?.lastError = reason
      switch (failure, action) {
      case (.unavailable, _):
        inner.kinds[resource]?.state = .unavailable(reason: reason)
        inner.kinds[resource]?.isListed = true
      case (_, .wait(let time)):
        let since = inner.kinds[resource]?.heard ?? at
        inner.kinds[resource]?.state = .failing(since: since, reason: reason, retryAt: at + time)
      default: inner.kinds[resource]?.state = .listing
      }
      connect(&inner, at)
    }
    return action
  }

  /// Live while every kind that the server has is watched; one that fails makes the whole stale.
  private func connect(_ inner: inout Inner, _ at: Timestamp) {
    var failing: (since: Timestamp, reason: String, retryAt: Timestamp)?
    for kind in inner.kinds.values {
      if case .failing(let since, let reason, let retryAt) = kind.state, retryAt < failing?.retryAt ?? retryAt + .seconds(1) {
        failing = (since, reason, retryAt)
      }
    }
    let before = inner.state.connection
    let isListed = inner.kinds.values.allSatisfy(\.isListed)
    // A server that shows us nothing at all has refused us, whatever each kind says.
    let refusals = inner.kinds.values.compactMap { kind in
      if case .unavailable(let reason) = kind.state { (kind: kind, reason: reason) } else { nil }
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
