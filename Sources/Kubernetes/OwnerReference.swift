package import JSONBytes

/// Who owns an object: an entry of `metadata.ownerReferences` (metav1.OwnerReference). Owner and owned share cluster and namespace.
package struct OwnerReference: Sendable, Hashable {
  package var type: ResourceType
  package var name: String
  package var uid: String
  /// Whether it is the managing controller; at most one owner is.
  package var isController: Bool
  /// Whether a foreground deletion of the owner waits for this object.
  package var blocksOwnerDeletion: Bool

  package init(type: ResourceType, name: String, uid: String, isController: Bool = true, blocksOwnerDeletion: Bool = true) {
    self.type = type
    self.name = name
    self.uid = uid
    self.isController = isController
    self.blocksOwnerDeletion = blocksOwnerDeletion
  }

  /// `nil` for an entry without kind or UID.
  package init?(_ value: JSONValue) {
    guard let kind = value["kind"]?.stringValue, let uid = value["uid"]?.stringValue else { return nil }
    self.init(
      type: .of(apiVersion: value["apiVersion"]?.stringValue ?? "", kind: kind), name: value["name"]?.stringValue ?? "", uid: uid,
      isController: value["controller"]?.boolValue ?? false, blocksOwnerDeletion: value["blockOwnerDeletion"]?.boolValue ?? false)
  }

  package var json: JSONValue {
    [
      "apiVersion": .string(type.apiVersion), "kind": .string(type.kind), "name": .string(name), "uid": .string(uid),
      "controller": .bool(isController), "blockOwnerDeletion": .bool(blocksOwnerDeletion),
    ]
  }
}
