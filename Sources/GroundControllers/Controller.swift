package import JSONBytes
package import Kubernetes
package import TimeFormat

/// One controller: which of its objects a change concerns, and a pure function from one of them and the cluster to writes. As
/// Kubernetes' own controllers have event handlers and a work queue of keys (client-go, util/workqueue).
package struct Controller: Sendable {
  /// As in events and managed fields: `deployment-controller`.
  package let name: String
  /// All that it looks after.
  package let keys: @Sendable (ClusterView) -> [ObjectKey]
  /// What of it a change concerns. The view is that after the change.
  package let enqueue: @Sendable (ObjectChange, ClusterView) -> [ObjectKey]
  /// An object that is gone by now needs nothing, mostly.
  package let reconcile: @Sendable (ObjectKey, ClusterView, Timestamp) -> Outcome

  package init(
    name: String, keys: @escaping @Sendable (ClusterView) -> [ObjectKey],
    enqueue: @escaping @Sendable (ObjectChange, ClusterView) -> [ObjectKey],
    reconcile: @escaping @Sendable (ObjectKey, ClusterView, Timestamp) -> Outcome
  ) {
    self.name = name
    self.keys = keys
    self.enqueue = enqueue
    self.reconcile = reconcile
  }

  /// A controller of the objects of one type.
  /// - Parameter concerned: the objects of that type which a change of something else concerns.
  package init(
    name: String, of type: ResourceType, concerned: @escaping @Sendable (ObjectChange, ClusterView) -> [JSONValue],
    reconcile: @escaping @Sendable (JSONValue, ClusterView, Timestamp) -> Outcome
  ) {
    self.name = name
    keys = { view in view.all(type).map { ObjectKey(type, namespace: $0.namespace, name: $0.name) } }
    enqueue = { change, view in
      if change.key.type == type { return change.new == nil ? [] : [change.key] }
      return concerned(change, view).map { ObjectKey(type, namespace: $0.namespace, name: $0.name) }
    }
    self.reconcile = { key, view, now in view[key].map { reconcile($0, view, now) } ?? Outcome() }
  }

  /// Looks at everything.
  package func reconcileAll(_ view: ClusterView, _ now: Timestamp) -> Outcome {
    var outcome = Outcome()
    for key in keys(view) { outcome.merge(reconcile(key, view, now)) }
    return outcome
  }
}

/// What a controller answers to a state.
package struct Outcome: Sendable {
  package var writes: [Write] = []
  /// When to look again although nothing changes.
  package var again: Timestamp?

  package init() {}

  mutating func look(at moment: Timestamp) { again = min(again ?? moment, moment) }

  mutating func merge(_ other: Outcome) {
    writes += other.writes
    if let moment = other.again { look(at: moment) }
  }
}
