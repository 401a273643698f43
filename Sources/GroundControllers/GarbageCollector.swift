import JSONBytes
import Kubernetes
import TimeFormat

/// Deletes what has lost its owners (kubernetes, pkg/controller/garbagecollector).
package enum GarbageCollector {
  package static let controller = Controller(
    name: "garbage-collector",
    keys: { view in view.keys.filter { key in view[key].map(concerns) ?? false }.sorted() },
    enqueue: { change, view in
      var keys = change.new.map(concerns) ?? false ? [change.key] : []
      if change.new == nil, let old = change.old { keys += view.owned(by: old).map(\.key) }
      // An owner that is deleted in the foreground waits for its dependents.
      for owner in change.states.flatMap(\.owners) {
        guard let key = view.key(uid: owner["uid"]?.stringValue ?? ""), view[key].map(isFinalizing) ?? false else { continue }
        keys.append(key)
      }
      return keys
    },
    reconcile: { key, view, _ in view[key].map { reconcile(key, $0, view) } ?? Outcome() })

  private static func concerns(_ object: JSONValue) -> Bool { !object.owners.isEmpty || isFinalizing(object) }

  private static func isFinalizing(_ object: JSONValue) -> Bool {
    object.isTerminating && !object.list("metadata", "finalizers").isEmpty
  }

  private static func reconcile(_ key: ObjectKey, _ object: JSONValue, _ view: ClusterView) -> Outcome {
    if isFinalizing(object) { return finalize(key, object, view.owned(by: object)) }
    var outcome = Outcome()
    let isOrphan = !object.owners.isEmpty && object.owners.allSatisfy { view.key(uid: $0["uid"]?.stringValue ?? "") == nil }
    if isOrphan, !object.isTerminating {
      outcome.writes.append(.delete(resource: key.type, of: Reference(object), grace: nil, announce: nil))
    }
    return outcome
  }

  private static func finalize(_ key: ObjectKey, _ owner: JSONValue, _ own: [(key: ObjectKey, object: JSONValue)]) -> Outcome {
    var outcome = Outcome()
    let finalizers = owner.list("metadata", "finalizers")
    if finalizers.contains("orphan") {
      for (dependentKey, dependent) in own {
        let rest = dependent.owners.filter { $0["uid"]?.stringValue != owner.uid }
        outcome.writes.append(
          .patch(
            resource: dependentKey.type, of: Reference(dependent), subresource: nil,
            merge: ["metadata": ["ownerReferences": rest.isEmpty ? .null : .array(rest)]], version: dependent.version))
      }
      outcome.writes.append(without("orphan", key.type, owner))
    } else if finalizers.contains("foregroundDeletion") {
      // Those that wait for their own dependents are in a circle with this one, or are this one: nobody waits for them, lest all wait for good.
      let blocking = own.filter { entry in
        !(entry.object.isTerminating && entry.object.list("metadata", "finalizers").contains("foregroundDeletion"))
          && entry.object.owners.contains { $0["uid"]?.stringValue == owner.uid && $0["blockOwnerDeletion"]?.boolValue == true }
      }
      for (dependentKey, dependent) in own where !dependent.isTerminating {
        outcome.writes.append(.delete(resource: dependentKey.type, of: Reference(dependent), grace: nil, announce: nil))
      }
      if blocking.isEmpty { outcome.writes.append(without("foregroundDeletion", key.type, owner)) }
    }
    return outcome
  }

  private static func without(_ finalizer: JSONValue, _ type: ResourceType, _ object: JSONValue) -> Write {
    let rest = object.list("metadata", "finalizers").filter { $0 != finalizer }
    return .patch(
      resource: type, of: Reference(object), subresource: nil,
      merge: ["metadata": ["finalizers": rest.isEmpty ? .null : .array(rest)]], version: nil)
  }
}
