package import TimeFormat

package struct ClusterEvent: Sendable, Hashable {
  package var uid: String
  package var namespace: String
  package var object: ObjectReference
  /// `Normal` or `Warning`.
  package var type: String
  package var reason: String
  package var message: String
  package var source: String
  package var count: Int
  package var first: Timestamp?
  package var last: Timestamp?
  /// The container it speaks of, from `involvedObject.fieldPath`; empty when none.
  package var container = ""

  package init(
    uid: String, namespace: String, object: ObjectReference, type: String, reason: String, message: String, source: String = "",
    count: Int = 1, first: Timestamp? = nil, last: Timestamp? = nil
  ) {
    self.uid = uid
    self.namespace = namespace
    self.object = object
    self.type = type
    self.reason = reason
    self.message = message
    self.source = source
    self.count = count
    self.first = first
    self.last = last
  }
}
