import JSONBytes
package import Kubernetes
import Synchronization

/// Whether a watcher has lost an event because its consumer was too slow.
final class Overflow: Sendable {
  private let flag = Atomic<Bool>(false)
  var happened: Bool { flag.load(ordering: .acquiring) }
  func mark() { flag.store(true, ordering: .releasing) }
}

extension ObjectStore {
  /// Subscribes to the changes of a resource.
  /// - Parameter since: the revision after which to start; `nil` gives first an `added` for every object there is.
  /// - Parameter bookmarkInitial: whether a bookmark annotated `k8s.io/initial-events-end` follows those (WatchList, KEP 3157).
  ///
  /// Throws 410 `Expired` where changes after `since` are no longer known.
  package func watch(
    _ resource: Resource, namespace: String? = nil, labels: LabelSelector = .everything, fields: FieldSelector = .everything,
    since: Int64? = nil, bookmarkInitial: Bool = false
  ) throws(APIError) -> Watch {
    try open(
      resource, Selection(namespace: namespace, labels: labels, fields: fields), since: since, initial: since == nil, bookmarkInitial)
  }

  /// Subscribes to the changes of all resources from now on.
  package func watchAll() -> Watch {
    let selection = Selection(namespace: nil, labels: .everything, fields: .everything)
    return state.withLock { register(nil, selection, initial: 0, &$0).watch }
  }

  private func open(
    _ resource: Resource, _ selection: Selection, since: Int64?, initial: Bool, _ bookmarkInitial: Bool
  ) throws(APIError) -> Watch {
    try locked { (state) throws(APIError) in
      var missed: [StoredChange] = []
      if let since {
        guard let changes = state.cache.changes(after: since) else {
          throw APIError.expired("too old resource version: \(since) (\(state.cache.complete))")
        }
        missed = changes
      }
      let objects =
        initial ? (state.tables[resource.id] ?? [:]).filter { selection.holds(key: $0.key, object: $0.value) } : [:]
      let (watch, watcher) = self.register(resource, selection, initial: objects.count + missed.count, &state)
      if initial {
        for entry in objects.sorted(by: { $0.key < $1.key }) {
          watcher.send(WatchEvent(change: .added, resource: resource, object: entry.value, revision: state.revision))
        }
        if bookmarkInitial { watcher.send(Self.bookmark(resource, state.revision, initialEnd: true)) }
      }
      for change in missed { watcher.offer(change) }
      return watch
    }
  }

  /// Puts a bookmark with the present revision into one watch, in order with its events.
  func bookmark(_ watch: Watch, resource: Resource) {
    state.withLock { state in
      state.watchers[watch.id]?.send(Self.bookmark(resource, state.revision, initialEnd: false))
    }
  }

  private static func bookmark(_ resource: Resource, _ revision: Int64, initialEnd: Bool) -> WatchEvent {
    var object: JSONValue = [
      "kind": .string(resource.kind), "apiVersion": .string(resource.apiVersion),
      "metadata": ["resourceVersion": .string(String(revision)), "creationTimestamp": .null],
    ]
    if initialEnd { object.set("metadata", "annotations", to: ["k8s.io/initial-events-end": "true"]) }
    return WatchEvent(change: .bookmark, resource: resource, object: object, revision: revision)
  }

  /// - Parameter initial: how many events are sent at once, before the consumer can have taken any.
  private func register(
    _ resource: Resource?, _ selection: Selection, initial: Int, _ state: inout State
  ) -> (watch: Watch, watcher: Watcher) {
    let id = state.nextWatcher
    state.nextWatcher += 1
    let (events, continuation) = AsyncStream.makeStream(of: WatchEvent.self, bufferingPolicy: .bufferingOldest(watchBacklog + initial))
    let watcher = Watcher(resource: resource, selection: selection, continuation: continuation, overflow: Overflow())
    state.watchers[id] = watcher
    // Later, not here: this is called with the lock of the task that is cancelled held, and who yields holds ours and waits for that one.
    continuation.onTermination = { [weak self] _ in Task { self?.state.withLock { $0.watchers[id] = nil } } }
    return (Watch(events: events, overflow: watcher.overflow, id: id, end: { continuation.finish() }), watcher)
  }

  /// Ends every watch: the daemon is stopping.
  package func endWatches() {
    let watchers = state.withLock { Array($0.watchers.values) }
    for watcher in watchers { watcher.continuation.finish() }
  }
}

extension ObjectStore {
  /// Changes after this revision are still known.
  var oldestKnownRevision: Int64 { state.withLock { $0.cache.complete } }
}
