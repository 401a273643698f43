import StrictYAML

extension ActionDefinition {
  static let deletePod = ActionDefinition(
    id: "deletePod", meaning: "deletes a pod and waits until it is gone",
    parameters: [ActionFields.workload, SchemaField("pod", .text, "this pod; default any ready one of the workload")]
  ) { fields in
    // The name may be known only when an earlier action has run.
    let pod = fields.text("pod", or: "")
    return "delete \(pod.isEmpty ? "a pod of \(fields.text("workload", or: ""))" : "pod \(pod)")"
  } run: { context in
    let objects = try context.objects
    let workload = context.fields.text("workload", or: "")
    if let pod = context.fields.text("pod"), !pod.isEmpty {
      try await objects.delete(pod: pod)
      return [:]
    }
    guard let pod = try await objects.pods(of: try await objects.deployment(workload)).first(where: \.isReady) else {
      throw ActionError("\(workload) has no ready pod to delete")
    }
    try await objects.delete(pod: pod.name)
    return [:]
  }
}
