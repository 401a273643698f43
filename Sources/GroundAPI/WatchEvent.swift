package import JSONBytes

/// One change, as a watch reports it.
package struct WatchEvent: Sendable {
  package enum Change: String, Sendable {
    case added = "ADDED"
    case modified = "MODIFIED"
    case deleted = "DELETED"
    case bookmark = "BOOKMARK"
    /// The stream's last event; the object is a `Status`.
    case error = "ERROR"
  }

  package var change: Change
  package var resource: Resource
  /// The object after the change, with `kind` and `apiVersion`; the last state for `deleted`.
  package var object: JSONValue
  /// The store's revision at this change.
  package var revision: Int64

  package init(change: Change, resource: Resource, object: JSONValue, revision: Int64) {
    self.change = change
    self.resource = resource
    self.object = object
    self.revision = revision
  }
}

/// A subscription to changes. The stream ends by `cancel()`, when its consumer stops iterating; it is to
/// be opened anew, after a list, when its consumer fell so far behind that events were lost (`lostEvents`).
package struct Watch: Sendable {
  package let events: AsyncStream<WatchEvent>
  let overflow: Overflow
  let id: Int
  let end: @Sendable () -> Void

  /// Whether the consumer was too slow and what comes next is incomplete.
  package var lostEvents: Bool { overflow.happened }

  package func cancel() { end() }
}

/// What a list gives: the objects in order of namespace and name, and the revision they were read at.
package struct ObjectList: Sendable {
  package var items: [JSONValue]
  package var revision: Int64
}

/// How an object is deleted (`metav1.DeleteOptions`).
package struct DeleteOptions: Sendable {
  package enum Propagation: String, Sendable {
    case background = "Background"
    case foreground = "Foreground"
    case orphan = "Orphan"
  }

  /// Seconds; `nil` for the object's own. 0 removes at once: the node confirms a pod's end with it.
  package var gracePeriodSeconds: Int?
  package var propagation: Propagation
  /// Preconditions: delete only this very object, only in this state.
  package var uid: String?
  package var resourceVersion: String?

  package init(
    gracePeriodSeconds: Int? = nil, propagation: Propagation = .background, uid: String? = nil, resourceVersion: String? = nil
  ) {
    self.gracePeriodSeconds = gracePeriodSeconds
    self.propagation = propagation
    self.uid = uid
    self.resourceVersion = resourceVersion
  }
}
