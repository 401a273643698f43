/// What names one object among all clusters: links, selections, queries and whatever else leaves a cluster's own snapshot says it whole.
package struct ObjectID: Sendable, Hashable {
  /// The name under which the cluster is shown.
  package var cluster: String
  package var type: ResourceType
  /// Empty for what has no namespace.
  package var namespace: String
  package var name: String
  /// Empty where it is not known, as in a link that was typed.
  package var uid: String

  package init(cluster: String, type: ResourceType, namespace: String, name: String, uid: String = "") {
    self.cluster = cluster
    self.type = type
    self.namespace = namespace
    self.name = name
    self.uid = uid
  }

  package var kind: String { type.kind }

  /// `Deployment/api`.
  package var display: String { "\(type.kind)/\(name)" }

  /// Whether both name one object: by UID where both have one, else by names. A pod that came back under its old name is another object.
  package func isSame(as other: ObjectID) -> Bool {
    guard cluster == other.cluster, type == other.type else { return false }
    if !uid.isEmpty, !other.uid.isEmpty { return uid == other.uid }
    return namespace == other.namespace && name == other.name
  }
}
