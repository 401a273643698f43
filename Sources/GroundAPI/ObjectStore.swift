package import JSONBytes
package import Kubernetes
import Synchronization
import TimeFormat

// The store's interface to the modules that live in the same daemon. All calls are synchronous and safe from any
// thread; a write has been committed to disk when its call returns.
//
//   ObjectStore(path:now:serviceAddresses:) throws(APIError)          path nil: in memory only
//   get(resource, namespace:, name:) -> JSONValue?
//   list(resource, namespace:, labels:, fields:) -> ObjectList
//   create(resource, object, by:) -> JSONValue
//   update(resource, namespace:, name:, subresource:, by:) { object in … } -> JSONValue     retried on conflict, no write when equal
//   replace(resource, object, subresource:, by:) -> JSONValue                                409 on a stale resourceVersion
//   delete(resource, namespace:, name:, options:, by:) -> JSONValue
//   bind(pod, namespace:, node:, by:)          the scheduler's binding
//   evict(pod, namespace:, options:, by:)      the eviction API: sets DisruptionTarget, then deletes
//   watch(resource, namespace:, labels:, fields:, since:) -> Watch    since nil: first ADDED for all that is there
//   watchAll() -> Watch                                               changes of every resource from now on
//   recordEvent(about:type:reason:message:component:host:fieldPath:)  aggregated by count, kept one hour
//
// `by` is the manager's name that `managedFields` records: "kubelet", "replicaset-controller", "kubectl-scale".

/// The cluster's objects: in memory, on disk, and as a stream of changes.
package final class ObjectStore: Sendable {
  struct Key: Hashable, Comparable {
    var namespace: String
    var name: String

    static func < (one: Key, other: Key) -> Bool {
      one.namespace == other.namespace ? one.name < other.name : one.namespace < other.namespace
    }
  }

  struct State {
    var revision: Int64
    var tables: [String: [Key: JSONValue]] = [:]
    var cache: WatchCache
    var watchers: [Int: Watcher] = [:]
    var nextWatcher = 1
    var eventIndex: [EventIdentity: Key] = [:]
  }

  /// Objects of the state file that could not be read: the cluster runs without them.
  package let unreadable: [String]
  let state: Mutex<State>
  let persistence: Persistence?
  let now: Now
  /// Events that may wait for a slow consumer before its watch is declared expired.
  let watchBacklog: Int
  let serviceAddresses: ServiceAddressAllocator

  /// Opens the state, making it where there is none, and the namespaces every cluster has.
  /// - Parameter path: the SQLite file; `nil` keeps everything in memory.
  package init(
    path: String?, now: @escaping Now, watchCacheSize: Int = 8192, watchBacklog: Int = 4096,
    serviceAddresses: @escaping ServiceAddressAllocator = ObjectStore.addresses(inSubnet: "127.96")
  ) throws(APIError) {
    self.now = now
    self.watchBacklog = watchBacklog
    self.serviceAddresses = serviceAddresses
    var revision: Int64 = 1
    var tables: [String: [Key: JSONValue]] = [:]
    if let path {
      let persistence = try Persistence(path: path)
      let loaded = try persistence.load()
      unreadable = loaded.unreadable
      revision = loaded.revision
      for entry in loaded.objects {
        tables[entry.resource, default: [:]][Key(namespace: entry.namespace, name: entry.name)] = entry.object
      }
      self.persistence = persistence
    } else {
      persistence = nil
      unreadable = []
    }
    var initial = State(revision: revision, tables: tables, cache: WatchCache(capacity: watchCacheSize, from: revision))
    for (key, event) in tables[Resource.events.id] ?? [:] { initial.eventIndex[EventIdentity(of: event)] = key }
    state = Mutex(initial)
    for name in ["default", "kube-node-lease", "kube-public", "kube-system"] where get(.namespaces, name: name) == nil {
      _ = try create(.namespaces, ["metadata": ["name": .string(name)]], by: "kube-apiserver")
    }
  }

  /// Addresses `PREFIX.240.1` … `PREFIX.255.254`, the first that is free.
  package static func addresses(inSubnet prefix: String) -> ServiceAddressAllocator {
    { used in
      for third in 240...255 {
        for fourth in 1...254 where !used.contains("\(prefix).\(third).\(fourth)") { return "\(prefix).\(third).\(fourth)" }
      }
      return nil
    }
  }

  /// Watches that are open.
  var watchCount: Int { state.withLock { $0.watchers.count } }

  /// Open watches that have lost events because their consumers were too slow.
  package var watchesThatLostEvents: Int { state.withLock { $0.watchers.values.count { watcher in watcher.overflow.happened } } }

  /// The revision of the last write.
  package var revision: Int64 { state.withLock { $0.revision } }

  package func get(_ resource: Resource, namespace: String = "", name: String) -> JSONValue? {
    state.withLock { $0.tables[resource.id]?[Key(namespace: resource.namespaced ? namespace : "", name: name)] }
  }

  /// - Parameter namespace: `nil` for all.
  package func list(
    _ resource: Resource, namespace: String? = nil, labels: LabelSelector = .everything, fields: FieldSelector = .everything
  ) -> ObjectList {
    let (objects, revision) = state.withLock { state -> ([Key: JSONValue], Int64) in
      (state.tables[resource.id] ?? [:], state.revision)
    }
    let selection = Selection(namespace: namespace, labels: labels, fields: fields)
    let chosen = objects.filter { selection.holds(key: $0.key, object: $0.value) }
    return ObjectList(items: chosen.sorted { $0.key < $1.key }.map(\.value), revision: revision)
  }

  /// Stores a new object with defaults filled in.
  ///
  /// Throws 409 where the name is taken, 422 where the object is not valid, 404 or 403 where its namespace is
  /// missing or ending.
  @discardableResult
  package func create(_ resource: Resource, _ object: JSONValue, by manager: String, dryRun: Bool = false) throws(APIError) -> JSONValue {
    try locked { (state) throws(APIError) in
      let made = try self.prepareCreate(resource, object, manager, state)
      if dryRun { return made.object }
      return try self.commit([Write(resource: resource, key: made.key, object: made.object)], &state)[0]
    }
  }

  /// Reads, changes, writes; again when someone else was faster. Nothing is written when nothing changed.
  /// - Parameter subresource: `status` writes the status alone; `nil` all but the status.
  @discardableResult
  package func update(
    _ resource: Resource, namespace: String = "", name: String, subresource: String? = nil, by manager: String,
    dryRun: Bool = false, _ change: (inout JSONValue) throws(APIError) -> Void
  ) throws(APIError) -> JSONValue {
    for _ in 0..<32 {
      guard let old = get(resource, namespace: namespace, name: name) else { throw .notFound(resource, name) }
      var new = old
      try change(&new)
      if new == old { return old }
      new.set("metadata", "resourceVersion", to: old.at("metadata", "resourceVersion"))
      do {
        return try replace(resource, new, subresource: subresource, by: manager, dryRun: dryRun)
      } catch  where error.isConflict {
        continue
      }
    }
    throw .stale(resource, name)
  }

  /// Stores the object in place of the one there. A `metadata.resourceVersion` or `uid` in it must be the present one.
  @discardableResult
  package func replace(
    _ resource: Resource, _ object: JSONValue, subresource: String? = nil, by manager: String, operation: String = "Update",
    dryRun: Bool = false
  ) throws(APIError) -> JSONValue {
    try locked { (state) throws(APIError) in
      let key = Key(
        namespace: resource.namespaced ? object.at("metadata", "namespace")?.stringValue ?? "" : "",
        name: object.at("metadata", "name")?.stringValue ?? "")
      guard let old = state.tables[resource.id]?[key] else { throw APIError.notFound(resource, key.name) }
      if let version = object.at("metadata", "resourceVersion")?.stringValue, !version.isEmpty,
        version != old.at("metadata", "resourceVersion")?.stringValue
      {
        throw .stale(resource, key.name)
      }
      if let uid = object.at("metadata", "uid")?.stringValue, let present = old.at("metadata", "uid")?.stringValue, uid != present {
        throw .conflict(resource, key.name, "Precondition failed: UID in precondition: \(uid), UID in object meta: \(present)")
      }
      guard let new = try self.prepareUpdate(resource, old: old, new: object, subresource, manager, operation, state) else { return old }
      if dryRun { return new }
      if Self.isFinished(resource, new) {
        return try self.commit([Write(resource: resource, key: key, object: new, removes: true)], &state)[0]
      }
      return try self.commit([Write(resource: resource, key: key, object: new)], &state)[0]
    }
  }

  func locked<Result>(_ body: (inout State) throws(APIError) -> Result) throws(APIError) -> Result {
    try state.withLock { (state) throws(APIError) -> Result in try body(&state) }
  }
}
