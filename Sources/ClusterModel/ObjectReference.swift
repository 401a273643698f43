package import Kubernetes

/// What names an object within one cluster: kind, namespace, name. Shown as `Deployment/api`. The value around it names the cluster;
/// what leaves a cluster's snapshot is an ``Kubernetes/ObjectID``.
package struct ObjectReference: Sendable, Hashable {
  package var kind: String
  package var namespace: String
  package var name: String
  package var uid: String

  package init(kind: String, namespace: String, name: String, uid: String = "") {
    self.kind = kind
    self.namespace = namespace
    self.name = name
    self.uid = uid
  }

  package var display: String { "\(kind)/\(name)" }

  /// The same object, named among all clusters.
  package func id(in cluster: String) -> ObjectID {
    let type = ResourceType.known(kind: kind) ?? .of(apiVersion: "", kind: kind)
    return ObjectID(cluster: cluster, type: type, namespace: namespace, name: name, uid: uid)
  }

  package init(_ id: ObjectID) { self.init(kind: id.kind, namespace: id.namespace, name: id.name, uid: id.uid) }

  package init(type: ResourceType, namespace: String = "", name: String, uid: String = "") {
    self.init(kind: type.kind, namespace: namespace, name: name, uid: uid)
  }

  package func isOf(_ type: ResourceType) -> Bool { kind == type.kind }

  /// Whether both have one kind, namespace and name; the UID aside, so that a link finds what came back under its name.
  package func hasName(of other: ObjectReference) -> Bool {
    name == other.name && namespace == other.namespace && kind == other.kind
  }
}
