package import JSONBytes
package import Kubernetes

/// What a controller wants done. Writes are applied in order; one that no longer fits the state is dropped, because the
/// change that made it stale brings the controller back.
package enum Write: Sendable, Hashable {
  /// With `announce`, the event's message is completed with the name of the created object where the server gives it one.
  case create(resource: ResourceType, object: JSONValue, announce: Announcement?)
  /// A JSON merge patch (RFC 7386) of all but the status, or of the status alone; only onto this very object, and
  /// only onto the version that was seen when `version` is given.
  case patch(resource: ResourceType, of: Reference, subresource: String?, merge: JSONValue, version: String?)
  /// One of `status.conditions`.
  case condition(resource: ResourceType, of: Reference, type: String, status: String, reason: String, message: String)
  /// - Parameter grace: seconds; `nil` for the object's own.
  case delete(resource: ResourceType, of: Reference, grace: Int?, announce: Announcement?)
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
