import JSONBytes
import Kubernetes
import TimeFormat

/// What becomes of an object between the client's body and the store: metadata, defaults, validation, generation.
extension ObjectStore {
  func prepareCreate(
    _ resource: Resource, _ object: JSONValue, _ manager: String, _ state: borrowing State
  ) throws(APIError) -> (key: Key, object: JSONValue) {
    let definition = resource.definition
    var object = object
    guard object.objectValue != nil else { throw .badRequest("the body is not a JSON object of kind \(resource.kind)") }
    object["kind"] = .string(resource.kind)
    object["apiVersion"] = .string(resource.apiVersion)
    let moment = now()
    var namespace = ""
    if resource.namespaced {
      namespace = object.at("metadata", "namespace")?.stringValue ?? ""
      guard !namespace.isEmpty else {
        throw .badRequest("a \(resource.kind) needs metadata.namespace")
      }
      guard let home = state.tables[Resource.namespaces.id]?[Key(namespace: "", name: namespace)] else {
        throw .notFound(.namespaces, namespace)
      }
      if home.at("metadata", "deletionTimestamp") != nil, !definition.outlivesNamespace {
        var refusal = APIError.forbidden(
          resource, object.at("metadata", "name")?.stringValue ?? "",
          "unable to create new content in namespace \(namespace) because it is being terminated")
        refusal.causes = [
          .init(reason: "NamespaceTerminating", message: "namespace \(namespace) is being terminated", field: "metadata.namespace")
        ]
        throw refusal
      }
    } else {
      object.set("metadata", "namespace", to: nil)
    }
    var name = object.at("metadata", "name")?.stringValue ?? ""
    let table = state.tables[resource.id] ?? [:]
    if name.isEmpty, let prefix = object.at("metadata", "generateName")?.stringValue, !prefix.isEmpty {
      repeat { name = String(prefix.prefix(58)) + RandomText.suffix(5) } while table[Key(namespace: namespace, name: name)] != nil
      object.set("metadata", "name", to: .string(name))
    }
    let key = Key(namespace: namespace, name: name)
    if !name.isEmpty, table[key] != nil { throw .alreadyExists(resource, name) }
    for field in ["resourceVersion", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds", "managedFields"] {
      object.set("metadata", field, to: nil)
    }
    object.set("metadata", "uid", to: .string(RandomText.uuid()))
    object.set("metadata", "creationTimestamp", to: .string(moment.rfc3339(.seconds)))
    if resource.hasGeneration { object.set("metadata", "generation", to: 1) }
    definition.defaults(&object)
    try definition.admit(&object, nil, others(state))
    try ObjectSize.check(object, resource, name)
    let causes = Validation.causes(resource, object, old: nil)
    if !causes.isEmpty { throw .invalid(resource, name, causes) }
    ManagedFields.record(manager, "Update", nil, at: moment, resource, from: .null, into: &object)
    return (key, object)
  }

  /// The object to store, or `nil` where nothing would change.
  func prepareUpdate(
    _ resource: Resource, old: JSONValue, new: JSONValue, _ subresource: String?, _ manager: String, _ operation: String,
    _ state: borrowing State
  ) throws(APIError) -> JSONValue? {
    var object = new
    let name = old.at("metadata", "name")?.stringValue ?? ""
    object["kind"] = .string(resource.kind)
    object["apiVersion"] = .string(resource.apiVersion)
    // `scale` has changed the count of the whole object.
    let isWhole = subresource == nil || subresource == "scale"
    if let subresource, !isWhole {
      // Only a part of the object is written; any other subresource was answered before.
      guard case .part(let path) = resource.subresource(subresource)?.action else { return nil }
      object = old
      object.set(path[...], to: new.at(path))
    } else {
      for field in [
        "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "resourceVersion",
        "managedFields", "selfLink", "generateName",
      ] {
        object.set("metadata", field, to: old.at("metadata", field))
      }
      if resource.hasStatus { object["status"] = old["status"] }
      let definition = resource.definition
      definition.prepareUpdate(&object, old)
      definition.defaults(&object)
      try definition.admit(&object, old, others(state))
    }
    if object == old { return nil }
    try ObjectSize.check(object, resource, name)
    var causes = Validation.causes(resource, object, old: isWhole ? old : JSONValue?.none)
    if !causes.isEmpty {
      // What was wrong before there was a rule stays as it is: a node must be able to report, and an end to be confirmed.
      let before = Set(Validation.causes(resource, old, old: nil))
      causes.removeAll { before.contains($0) }
    }
    if !causes.isEmpty { throw .invalid(resource, name, causes) }
    if resource.hasGeneration, Self.desired(object) != Self.desired(old) {
      object.set("metadata", "generation", to: .int(Self.generation(after: old)))
    }
    ManagedFields.record(manager, operation, subresource, at: now(), resource, from: old, into: &object)
    return object
  }

  static func generation(after old: JSONValue) -> Int64 { (old.at("metadata", "generation")?.intValue ?? 0).addingClamped(1) }

  /// What is wanted of the object: all but metadata and status.
  private static func desired(_ object: JSONValue) -> JSONValue {
    var wanted = object
    wanted["metadata"] = nil
    wanted["status"] = nil
    return wanted
  }

  /// Whether nothing holds a deleted object back any more.
  static func isFinished(_ resource: Resource, _ object: JSONValue) -> Bool {
    guard object.at("metadata", "deletionTimestamp") != nil, (object.at("metadata", "finalizers")?.arrayValue ?? []).isEmpty else {
      return false
    }
    return resource.definition.onDelete.isFinished(object)
  }

  private func others(_ state: borrowing State) -> StoredObjects {
    StoredObjects(tables: state.tables, serviceAddresses: serviceAddresses)
  }
}
