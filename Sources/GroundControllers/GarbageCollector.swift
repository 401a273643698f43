import JSONBytes
package import TimeFormat

/// Deletes what has lost its owners (kubernetes, pkg/controller/garbagecollector).
package enum GarbageCollector {
  package static let controller = Controller(name: "garbage-collector", resources: [], reconcile: reconcile)

  package static func reconcile(_ view: ClusterView, _ now: Timestamp) -> Outcome {
    var outcome = Outcome()
    var known: [String: JSONValue] = [:]
    var dependents: [String: [(resource: String, object: JSONValue)]] = [:]
    for (resource, objects) in view.objects where resource != "events" {
      for object in objects {
        known[object.uid] = object
        for owner in object.owners { dependents[owner["uid"]?.stringValue ?? "", default: []].append((resource, object)) }
      }
    }
    let finalizing = view.objects.flatMap { entry in
      entry.value.filter { !$0.list("metadata", "finalizers").isEmpty && $0.isTerminating }.map { (resource: entry.key, object: $0) }
    }
    var orphaned: Set<String> = []
    for (resource, owner) in finalizing.sorted(by: { $0.object.uid < $1.object.uid }) {
      let own = dependents[owner.uid] ?? []
      let finalizers = owner.list("metadata", "finalizers")
      if finalizers.contains("orphan") {
        for (dependentResource, dependent) in own {
          let rest = dependent.owners.filter { $0["uid"]?.stringValue != owner.uid }
          orphaned.insert(dependent.uid)
          outcome.writes.append(
            .patch(
              resource: dependentResource, of: Reference(dependent), subresource: nil,
              merge: ["metadata": ["ownerReferences": rest.isEmpty ? .null : .array(rest)]], version: dependent.version))
        }
        outcome.writes.append(without("orphan", resource, owner))
      } else if finalizers.contains("foregroundDeletion") {
        let blocking = own.filter { entry in
          entry.object.owners.contains { $0["uid"]?.stringValue == owner.uid && $0["blockOwnerDeletion"]?.boolValue == true }
        }
        for (dependentResource, dependent) in own where !dependent.isTerminating {
          outcome.writes.append(.delete(resource: dependentResource, of: Reference(dependent), grace: nil, announce: nil))
        }
        if blocking.isEmpty { outcome.writes.append(without("foregroundDeletion", resource, owner)) }
      }
    }
    for (resource, objects) in view.objects.sorted(by: { $0.key < $1.key }) where resource != "events" {
      for object in objects where !object.owners.isEmpty && !object.isTerminating && !orphaned.contains(object.uid) {
        let isOwned = object.owners.contains { owner in known[owner["uid"]?.stringValue ?? ""] != nil }
        if !isOwned { outcome.writes.append(.delete(resource: resource, of: Reference(object), grace: nil, announce: nil)) }
      }
    }
    return outcome
  }

  private static func without(_ finalizer: JSONValue, _ resource: String, _ object: JSONValue) -> Write {
    let rest = object.list("metadata", "finalizers").filter { $0 != finalizer }
    return .patch(
      resource: resource, of: Reference(object), subresource: nil,
      merge: ["metadata": ["finalizers": rest.isEmpty ? .null : .array(rest)]], version: nil)
  }
}
