package import JSONBytes
package import TimeFormat

/// The cluster's objects at one revision, by resource (`pods`, `replicasets.apps`), with the indexes that controllers need.
package struct ClusterView: Sendable {
  package let objects: [String: [JSONValue]]
  /// Pods and replica sets by the UID of their controller.
  package let podsByController: [String: [JSONValue]]
  package let replicaSetsByController: [String: [JSONValue]]

  /// Objects are put in order of creation, then name, so that the same state gives the same decisions.
  package init(_ objects: [String: [JSONValue]]) {
    self.objects = objects.mapValues { list in
      let keyed = list.map { (created: $0.created, name: "\($0.namespace)/\($0.name)", object: $0) }
      return keyed.sorted { $0.created == $1.created ? $0.name < $1.name : $0.created < $1.created }.map(\.object)
    }
    func byController(_ resource: String, _ all: [String: [JSONValue]]) -> [String: [JSONValue]] {
      Dictionary(grouping: (all[resource] ?? []).filter { $0.controller != nil }) { $0.controller?["uid"]?.stringValue ?? "" }
    }
    podsByController = byController("pods", self.objects)
    replicaSetsByController = byController("replicasets.apps", self.objects)
  }

  package func all(_ resource: String) -> [JSONValue] { objects[resource] ?? [] }
}

/// What a controller wants done. Writes are applied in order; one that no longer fits the state is dropped, because the
/// change that made it stale brings the controller back.
package enum Write: Sendable, Hashable {
  /// With `announce`, the event's message is completed with the name of the created object.
  case create(resource: String, object: JSONValue, announce: Announcement?)
  /// A JSON merge patch (RFC 7386) of all but the status, or of the status alone; only onto this very object, and
  /// only onto the version that was seen when `version` is given.
  case patch(resource: String, of: Reference, subresource: String?, merge: JSONValue, version: String?)
  /// One of `status.conditions`.
  case condition(resource: String, of: Reference, type: String, status: String, reason: String, message: String)
  /// - Parameter grace: seconds; `nil` for the object's own.
  case delete(resource: String, of: Reference, grace: Int?, announce: Announcement?)
  case bind(pod: Reference, node: String)
  case announce(Announcement)
}

/// Which object is meant.
package struct Reference: Sendable, Hashable {
  package var namespace: String
  package var name: String
  package var uid: String

  package init(_ object: JSONValue) {
    namespace = object.namespace
    name = object.name
    uid = object.uid
  }
}

/// An event to record about an object.
package struct Announcement: Sendable, Hashable {
  package var about: JSONValue
  package var isWarning: Bool
  package var reason: String
  package var message: String

  package init(_ reason: String, about: JSONValue, isWarning: Bool = false, _ message: String) {
    // Only what an event's reference needs: writes are compared and logged.
    var subject: JSONValue = ["metadata": [:]]
    subject["kind"] = about["kind"]
    subject["apiVersion"] = about["apiVersion"]
    for field in ["name", "namespace", "uid", "resourceVersion"] { subject.set("metadata", field, to: about.at("metadata", field)) }
    self.about = subject
    self.isWarning = isWarning
    self.reason = reason
    self.message = message
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

/// A pure function from state to writes, and the resources whose changes concern it.
package struct Controller: Sendable {
  /// As in events and managed fields: `deployment-controller`.
  package var name: String
  package var resources: Set<String>
  package var reconcile: @Sendable (ClusterView, Timestamp) -> Outcome

  package init(name: String, resources: Set<String>, reconcile: @escaping @Sendable (ClusterView, Timestamp) -> Outcome) {
    self.name = name
    self.resources = resources
    self.reconcile = reconcile
  }
}
