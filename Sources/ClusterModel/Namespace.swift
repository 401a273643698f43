package import TimeFormat

package struct Namespace: Sendable, Hashable {
  package var name: String
  package var uid: String
  package var created: Timestamp?
  package var deletionTimestamp: Timestamp?

  package init(name: String, uid: String = "", created: Timestamp? = nil, deletionTimestamp: Timestamp? = nil) {
    self.name = name
    self.uid = uid
    self.created = created
    self.deletionTimestamp = deletionTimestamp
  }
}
