import JSONBytes
import Kubernetes

/// One committed change, with the state before it: whether an object entered or left a selection needs both.
struct StoredChange: Sendable {
  var resource: Resource
  var key: ObjectStore.Key
  var old: JSONValue?
  var new: JSONValue?
  /// The object as the change reports it: the new state, or the last one with the removal's revision.
  var last: JSONValue
  var revision: Int64
}

/// The last changes, for watches that start in the past.
struct WatchCache {
  private var ring: [StoredChange] = []
  private var next = 0
  private let capacity: Int
  /// Every change after this revision is still here.
  private(set) var complete: Int64

  init(capacity: Int, from revision: Int64) {
    self.capacity = max(1, capacity)
    complete = revision
  }

  mutating func append(_ change: StoredChange) {
    if ring.count < capacity {
      ring.append(change)
      return
    }
    complete = ring[next].revision
    ring[next] = change
    next = (next + 1) % capacity
  }

  /// The changes after `revision`, oldest first; `nil` when some are gone.
  func changes(after revision: Int64) -> [StoredChange]? {
    guard revision >= complete else { return nil }
    var low = 0
    var high = ring.count
    while low < high {
      let middle = (low + high) / 2
      if self[middle].revision > revision { high = middle } else { low = middle + 1 }
    }
    return (low..<ring.count).map { self[$0] }
  }

  /// The change at a place counted from the oldest.
  private subscript(place: Int) -> StoredChange { ring[(next + place) % ring.count] }
}

/// Which objects a list or a watch is about.
struct Selection: Sendable {
  var namespace: String?
  var labels: LabelSelector
  var fields: FieldSelector

  func holds(key: ObjectStore.Key, object: JSONValue) -> Bool {
    if let namespace, key.namespace != namespace { return false }
    return labels.matches(object.at("metadata", "labels")) && fields.holds(object)
  }

  /// What a change means to this selection; `nil` when it is none of its business.
  func event(_ change: StoredChange) -> WatchEvent? {
    let before = change.old.map { holds(key: change.key, object: $0) } ?? false
    let after = change.new.map { holds(key: change.key, object: $0) } ?? false
    let kind: WatchEvent.Change
    switch (before, after) {
    case (false, true): kind = .added
    case (true, true): kind = .modified
    case (true, false): kind = .deleted
    case (false, false): return nil
    }
    var object = change.last
    if kind == .deleted, change.new != nil, let old = change.old {
      object = old
      object.set("metadata", "resourceVersion", to: .string(String(change.revision)))
    }
    return WatchEvent(change: kind, resource: change.resource, object: object, revision: change.revision)
  }
}

struct Watcher: Sendable {
  /// `nil`: every resource.
  var resource: Resource?
  var selection: Selection
  var continuation: AsyncStream<WatchEvent>.Continuation
  /// Set when an event did not fit: nothing may follow it.
  let overflow: Overflow

  func offer(_ change: StoredChange) {
    if let resource, resource != change.resource { return }
    guard let event = selection.event(change) else { return }
    send(event)
  }

  func send(_ event: WatchEvent) {
    guard !overflow.happened else { return }
    if case .dropped = continuation.yield(event) { overflow.mark() }
  }
}
