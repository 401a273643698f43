package import JSONBytes
import Kubernetes
package import TimeFormat

extension ObjectStore {
  /// Deletes an object, or marks it so: a running pod waits for its node's confirmation (a delete with grace 0), an
  /// object with finalizers for their removal, a namespace for its content. Returns the object as it then is.
  @discardableResult
  package func delete(
    _ resource: Resource, namespace: String = "", name: String, options: DeleteOptions = DeleteOptions(), by manager: String,
    dryRun: Bool = false
  ) throws(APIError) -> JSONValue {
    try locked { (state) throws(APIError) in
      let key = Key(namespace: resource.namespaced ? namespace : "", name: name)
      guard let old = state.tables[resource.id]?[key] else { throw APIError.notFound(resource, name) }
      if let uid = options.uid, let present = old.at("metadata", "uid")?.stringValue, uid != present {
        throw .conflict(resource, name, "Precondition failed: UID in precondition: \(uid), UID in object meta: \(present)")
      }
      if let version = options.resourceVersion, let present = old.at("metadata", "resourceVersion")?.stringValue, version != present {
        throw .conflict(
          resource, name, "Precondition failed: ResourceVersion in precondition: \(version), ResourceVersion in object meta: \(present)")
      }
      if let refusal = resource.definition.onDelete.refusal(old) { throw .forbidden(resource, name, refusal) }
      guard let write = self.deletion(resource, key, of: old, options, by: manager) else { return old }
      return dryRun ? write.object : try self.commit([write], &state)[0]
    }
  }

  /// The removal of an object, or the mark of its deletion; `nil` when it is marked so already.
  func deletion(_ resource: Resource, _ key: Key, of old: JSONValue, _ options: DeleteOptions, by manager: String) -> Write? {
    var object = marked(resource.definition.onDelete, old, options)
    if Self.isFinished(resource, object) { return Write(resource: resource, key: key, object: object, removes: true) }
    if object == old { return nil }
    if resource.hasGeneration { object.set("metadata", "generation", to: .int(Self.generation(after: old))) }
    ManagedFields.record(manager, "Update", nil, at: now(), resource, from: old, into: &object)
    return Write(resource: resource, key: key, object: object)
  }

  private func marked(_ rules: DeletionRules, _ old: JSONValue, _ options: DeleteOptions) -> JSONValue {
    var object = old
    let already = old.at("metadata", "deletionTimestamp")?.stringValue.flatMap { Timestamp(rfc3339: $0) }
    let grace = rules.gracePeriod(old, options)
    let present = old.at("metadata", "deletionGracePeriodSeconds")?.integer(in: IntegerRange.count).map { Int64($0) }
    // A later delete can only shorten the grace period (apiserver, registry/rest BeforeDelete).
    if already == nil || grace < (present ?? .max) {
      let base = already.map { $0 - .seconds(present ?? 0) } ?? now()
      object.set("metadata", "deletionTimestamp", to: .string((base + .seconds(grace)).rfc3339(.seconds)))
      object.set("metadata", "deletionGracePeriodSeconds", to: .int(grace))
    }
    if already == nil { rules.mark(&object) }
    var finalizers = (object.at("metadata", "finalizers")?.arrayValue ?? []).filter { $0 != "foregroundDeletion" && $0 != "orphan" }
    if rules.hasDependents {
      switch options.propagation {
      case .foreground: finalizers.append("foregroundDeletion")
      case .orphan: finalizers.append("orphan")
      case .background: break
      }
    }
    object.set("metadata", "finalizers", to: finalizers.isEmpty ? JSONValue?.none : .array(finalizers))
    return object
  }
}

extension JSONValue {
  /// Sets one of `status.conditions`, moving its transition time only when its status changes.
  package mutating func setCondition(_ type: String, status: String, reason: String?, message: String?, at moment: Timestamp) {
    var conditions = at("status", "conditions")?.arrayValue ?? []
    let index = conditions.firstIndex { $0["type"]?.stringValue == type }
    var condition: JSONValue = index.map { conditions[$0] } ?? ["type": .string(type), "lastProbeTime": .null]
    if condition["status"]?.stringValue != status { condition["lastTransitionTime"] = .string(moment.rfc3339(.seconds)) }
    condition["status"] = .string(status)
    condition["reason"] = reason.map { .string($0) }
    condition["message"] = message.map { .string($0) }
    if let index { conditions[index] = condition } else { conditions.append(condition) }
    set("status", "conditions", to: .array(conditions))
  }
}
