import GroundControllers
package import JSONBytes
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
      if resource == .namespaces, ["default", "kube-system", "kube-public"].contains(name) {
        throw .forbidden(resource, name, "this namespace may not be deleted")
      }
      var object = self.marked(resource, old, options)
      let write: Write
      if Self.isFinished(resource, object) {
        write = Write(resource: resource, key: key, object: object, removes: true)
      } else {
        if object == old { return old }
        if resource.hasGeneration {
          object.set("metadata", "generation", to: .int((old.at("metadata", "generation")?.intValue ?? 0) + 1))
        }
        ManagedFields.record(manager, "Update", nil, at: self.now(), resource, from: old, into: &object)
        write = Write(resource: resource, key: key, object: object)
      }
      if dryRun { return object }
      return try self.commit([write], &state)[0]
    }
  }

  private func marked(_ resource: Resource, _ old: JSONValue, _ options: DeleteOptions) -> JSONValue {
    var object = old
    let moment = now()
    let already = old.at("metadata", "deletionTimestamp")?.stringValue.flatMap { Timestamp(rfc3339: $0) }
    if resource == .pods {
      let grace = self.grace(ofPod: old, options)
      let present = old.at("metadata", "deletionGracePeriodSeconds")?.intValue
      // A later delete can only shorten the grace period (apiserver, registry/rest BeforeDelete).
      if already == nil || grace < (present ?? .max) {
        let base = already.map { $0 - .seconds(present ?? 0) } ?? moment
        object.set("metadata", "deletionTimestamp", to: .string((base + .seconds(grace)).rfc3339(.seconds)))
        object.set("metadata", "deletionGracePeriodSeconds", to: .int(grace))
      }
    } else if already == nil {
      object.set("metadata", "deletionTimestamp", to: .string(moment.rfc3339(.seconds)))
      object.set("metadata", "deletionGracePeriodSeconds", to: 0)
      if resource == .namespaces { object.set("status", "phase", to: "Terminating") }
    }
    var finalizers = (object.at("metadata", "finalizers")?.arrayValue ?? []).filter { $0 != "foregroundDeletion" && $0 != "orphan" }
    if resource != .namespaces, resource != .pods {
      switch options.propagation {
      case .foreground: finalizers.append("foregroundDeletion")
      case .orphan: finalizers.append("orphan")
      case .background: break
      }
    }
    object.set("metadata", "finalizers", to: finalizers.isEmpty ? JSONValue?.none : .array(finalizers))
    return object
  }

  /// Seconds. A pod that was never placed or has ended has nothing to wait for (apiserver, registry/core/pod strategy).
  private func grace(ofPod pod: JSONValue, _ options: DeleteOptions) -> Int64 {
    if pod.at("spec", "nodeName")?.stringValue?.isEmpty ?? true { return 0 }
    let phase = pod.at("status", "phase")?.stringValue
    if phase == "Succeeded" || phase == "Failed" { return 0 }
    return options.gracePeriodSeconds.map { Int64(max(0, $0)) } ?? pod.at("spec", "terminationGracePeriodSeconds")?.intValue ?? 30
  }

  /// Binds a pod to a node, as the scheduler does (`POST …/pods/NAME/binding`).
  package func bind(_ pod: String, namespace: String, node: String, by manager: String) throws(APIError) {
    try locked { (state) throws(APIError) in
      let key = Key(namespace: namespace, name: pod)
      guard let old = state.tables[Resource.pods.id]?[key] else { throw APIError.notFound(.pods, pod) }
      if let present = old.at("spec", "nodeName")?.stringValue, !present.isEmpty {
        throw .conflict(.pods, pod, "pod \(pod) is already assigned to node \"\(present)\"")
      }
      if old.at("metadata", "deletionTimestamp") != nil {
        throw .conflict(.pods, pod, "pod \(pod) is being deleted, cannot be assigned to a host")
      }
      var object = old
      object.set("spec", "nodeName", to: .string(node))
      object.setCondition("PodScheduled", status: "True", reason: nil, message: nil, at: self.now())
      ManagedFields.record(manager, "Update", "binding", at: self.now(), .pods, from: old, into: &object)
      _ = try self.commit([Write(resource: .pods, key: key, object: object)], &state)
    }
  }

  /// Evicts a pod where its disruption budget allows it (policy/v1 Eviction). Throws 429 where it does not.
  package func evict(_ pod: String, namespace: String, options: DeleteOptions = DeleteOptions(), by manager: String) throws(APIError) {
    guard let object = get(.pods, namespace: namespace, name: pod) else { throw .notFound(.pods, pod) }
    let phase = object.at("status", "phase")?.stringValue
    if phase == "Pending" || object.at("metadata", "deletionTimestamp") != nil {
      try delete(.pods, namespace: namespace, name: pod, options: options, by: manager)
      return
    }
    let budgets = list(.podDisruptionBudgets, namespace: namespace).items.filter {
      LabelSelector(object: $0.at("spec", "selector")).holds(object.at("metadata", "labels"))
    }
    for budget in budgets where phase == "Running" {
      guard (budget.at("status", "disruptionsAllowed")?.intValue ?? 0) < 1 else { continue }
      let name = budget.at("metadata", "name")?.stringValue ?? ""
      var refusal = APIError(
        code: 429, reason: "TooManyRequests", message: "Cannot evict pod as it would violate the pod's disruption budget.",
        retryAfterSeconds: 10)
      refusal.causes = [
        .init(
          reason: "DisruptionBudget",
          message:
            "The disruption budget \(name) needs \(budget.at("status", "desiredHealthy")?.intValue ?? 0) healthy pods and has \(budget.at("status", "currentHealthy")?.intValue ?? 0) currently",
          field: "")
      ]
      throw refusal
    }
    for budget in budgets {
      let name = budget.at("metadata", "name")?.stringValue ?? ""
      try update(.podDisruptionBudgets, namespace: namespace, name: name, subresource: "status", by: manager) { budget in
        let left = budget.at("status", "disruptionsAllowed")?.intValue ?? 0
        budget.set("status", "disruptionsAllowed", to: .int(max(0, left - 1)))
      }
    }
    let moment = now()
    try update(.pods, namespace: namespace, name: pod, subresource: "status", by: manager) { pod in
      pod.setCondition(
        "DisruptionTarget", status: "True", reason: "EvictionByEvictionAPI", message: "Eviction API: evicting", at: moment)
    }
    try delete(.pods, namespace: namespace, name: pod, options: options, by: manager)
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
