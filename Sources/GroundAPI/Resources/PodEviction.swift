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
  package func evict(_ pod: String, namespace: String, options: DeleteOptions = DeleteOptions(), by manager: String) throws(APIError) {
    guard let object = get(.pods, namespace: namespace, name: pod) else { throw .notFound(.pods, pod) }
    let phase = object.at("status", "phase")?.stringValue
    if phase == "Pending" || object.at("metadata", "deletionTimestamp") != nil {
      try delete(.pods, namespace: namespace, name: pod, options: options, by: manager)
      return
    }
    let budgets = list(.podDisruptionBudgets, namespace: namespace).items.filter {
      LabelSelector(object: $0.at("spec", "selector")).matches(object.at("metadata", "labels"))
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
