import JSONBytes
import Kubernetes
import TimeFormat

extension ObjectStore {
  /// `POST …/pods/NAME/binding`.
  func bind(_ post: SubresourcePost) throws(APIError) {
    guard let node = post.body.at("target", "name")?.stringValue else { throw .badRequest("a Binding needs target.name") }
    try bind(post.name, namespace: post.namespace, node: node, by: post.manager)
  }

  /// `POST …/pods/NAME/eviction`.
  func evict(_ post: SubresourcePost) throws(APIError) {
    if post.dryRun { return }
    try evict(post.name, namespace: post.namespace, options: post.options, by: post.manager)
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
  ///
  /// The budget is looked at, counted down and the pod marked as one commit: of evictions at the same time no two take the same allowance.
  package func evict(_ pod: String, namespace: String, options: DeleteOptions = DeleteOptions(), by manager: String) throws(APIError) {
    try locked { (state) throws(APIError) in
      let key = Key(namespace: namespace, name: pod)
      guard let present = state.tables[Resource.pods.id]?[key] else { throw APIError.notFound(.pods, pod) }
      if let uid = options.uid, let own = present.at("metadata", "uid")?.stringValue, uid != own {
        throw .conflict(.pods, pod, "Precondition failed: UID in precondition: \(uid), UID in object meta: \(own)")
      }
      var writes: [Write] = []
      var evicted = present
      let phase = present.at("status", "phase")?.stringValue
      if phase != "Pending", present.at("metadata", "deletionTimestamp") == nil {
        if phase == "Running" { writes += try self.disruptions(of: present, by: manager, state) }
        evicted.setCondition(
          "DisruptionTarget", status: "True", reason: "EvictionByEvictionAPI", message: "Eviction API: evicting", at: self.now())
        ManagedFields.record(manager, "Update", "status", at: self.now(), .pods, from: present, into: &evicted)
        writes.append(Write(resource: .pods, key: key, object: evicted))
      }
      if let write = self.deletion(.pods, key, of: evicted, options, by: manager) { writes.append(write) }
      if !writes.isEmpty { _ = try self.commit(writes, &state) }
    }
  }

  /// One disruption less for each budget that selects the pod; a pod that is not ready takes none where its budget is whole
  /// (KEP 3017, `unhealthyPodEvictionPolicy`). Throws where one has none left.
  private func disruptions(of pod: JSONValue, by manager: String, _ state: borrowing State) throws(APIError) -> [Write] {
    let namespace = pod.at("metadata", "namespace")?.stringValue ?? ""
    let isReady = (pod.at("status", "conditions")?.arrayValue ?? []).contains { $0["type"] == "Ready" && $0["status"] == "True" }
    var writes: [Write] = []
    for (key, budget) in state.tables[Resource.podDisruptionBudgets.id] ?? [:]
    where key.namespace == namespace
      && LabelSelector(object: budget.at("spec", "selector")).matches(pod.at("metadata", "labels"))
    {
      func number(_ field: String) -> Int { budget.at("status", field)?.integer(in: IntegerRange.count) ?? 0 }
      let isWhole = number("desiredHealthy") > 0 && number("currentHealthy") >= number("desiredHealthy")
      if !isReady, isWhole || budget.at("spec", "unhealthyPodEvictionPolicy") == "AlwaysAllow" { continue }
      guard number("disruptionsAllowed") > 0 else {
        var refusal = APIError(
          code: 429, reason: "TooManyRequests", message: "Cannot evict pod as it would violate the pod's disruption budget.",
          retryAfterSeconds: 10)
        refusal.causes = [
          .init(
            reason: "DisruptionBudget",
            message:
              "The disruption budget \(key.name) needs \(number("desiredHealthy")) healthy pods and has \(number("currentHealthy")) currently",
            field: "")
        ]
        throw refusal
      }
      var counted = budget
      counted.set("status", "disruptionsAllowed", to: .int(Int64(number("disruptionsAllowed") - 1)))
      ManagedFields.record(manager, "Update", "status", at: now(), .podDisruptionBudgets, from: budget, into: &counted)
      writes.append(Write(resource: .podDisruptionBudgets, key: key, object: counted))
    }
    return writes.sorted { $0.key < $1.key }
  }
}
