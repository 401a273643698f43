import JSONBytes
import TimeFormat

/// What becomes of an object between the client's body and the store: metadata, defaults, validation, generation.
extension ObjectStore {
  func prepareCreate(
    _ resource: Resource, _ object: JSONValue, _ manager: String, _ state: borrowing State
  ) throws(APIError) -> (key: Key, object: JSONValue) {
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
      if home.at("metadata", "deletionTimestamp") != nil, resource != .events {
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
    Defaults.fill(resource, &object)
    if resource == .services { try allocateAddress(&object, old: nil, state) }
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
    switch subresource {
    case "status":
      object = old
      object["status"] = new["status"]
    case "finalize":
      object = old
      object.set("spec", "finalizers", to: new.at("spec", "finalizers"))
    default:
      for field in [
        "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "resourceVersion",
        "managedFields", "selfLink", "generateName",
      ] {
        object.set("metadata", field, to: old.at("metadata", field))
      }
      if resource.hasStatus { object["status"] = old["status"] }
      if resource == .pods, subresource != "binding" {
        object.set("spec", "nodeName", to: old.at("spec", "nodeName"))
      }
      if resource == .services { try allocateAddress(&object, old: old, state) }
      Defaults.fill(resource, &object)
    }
    if object == old { return nil }
    let causes = Validation.causes(resource, object, old: subresource == nil ? old : JSONValue?.none)
    if !causes.isEmpty { throw .invalid(resource, name, causes) }
    if resource.hasGeneration, Self.desired(object) != Self.desired(old) {
      object.set("metadata", "generation", to: .int((old.at("metadata", "generation")?.intValue ?? 0) + 1))
    }
    ManagedFields.record(manager, operation, subresource, at: now(), resource, from: old, into: &object)
    return object
  }

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
    switch resource {
    case .pods: return (object.at("metadata", "deletionGracePeriodSeconds")?.intValue ?? 0) == 0
    case .namespaces: return (object.at("spec", "finalizers")?.arrayValue ?? []).isEmpty
    default: return true
    }
  }

  private func allocateAddress(_ service: inout JSONValue, old: JSONValue?, _ state: borrowing State) throws(APIError) {
    if service.at("spec", "type")?.stringValue == "ExternalName" { return }
    if let present = old?.at("spec", "clusterIP") {
      if service.at("spec", "clusterIP")?.stringValue?.isEmpty ?? true { service.set("spec", "clusterIP", to: present) }
      if service.at("spec", "clusterIPs") == nil { service.set("spec", "clusterIPs", to: old?.at("spec", "clusterIPs")) }
      return
    }
    let wanted = service.at("spec", "clusterIP")?.stringValue ?? ""
    if wanted == "None" {
      service.set("spec", "clusterIPs", to: ["None"])
      return
    }
    let name = service.at("metadata", "name")?.stringValue ?? ""
    let used = Set((state.tables[Resource.services.id] ?? [:]).values.compactMap { $0.at("spec", "clusterIP")?.stringValue })
    if !wanted.isEmpty {
      guard !used.contains(wanted) else {
        throw .invalid(
          .services, name,
          [
            .init(
              reason: "FieldValueInvalid",
              message: "Invalid value: \"\(wanted)\": failed to allocate IP \(wanted): provided IP is already allocated",
              field: "spec.clusterIP")
          ])
      }
      service.set("spec", "clusterIPs", to: [.string(wanted)])
      return
    }
    guard let address = serviceAddresses(used) else {
      throw .internalError("no service address is left in the cluster's range; delete a Service first")
    }
    service.set("spec", "clusterIP", to: .string(address))
    service.set("spec", "clusterIPs", to: [.string(address)])
  }
}
