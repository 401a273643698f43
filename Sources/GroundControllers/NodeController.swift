import JSONBytes
package import TimeFormat

/// Watches the nodes' heartbeats, taints those that fell silent, and moves their pods away
/// (kubernetes, pkg/controller/nodelifecycle and tainteviction).
package struct NodeController: Sendable {
  /// A heartbeat older than this makes a node's conditions `Unknown`.
  package var gracePeriod: Duration
  /// No pod bears a silent node longer than this, whatever its tolerations say; `nil` keeps to those.
  package var longestToleration: Duration?

  package init(gracePeriod: Duration = .seconds(40), longestToleration: Duration? = nil) {
    self.gracePeriod = gracePeriod
    self.longestToleration = longestToleration
  }

  package var controller: Controller {
    Controller(name: "node-controller", resources: ["nodes", "pods", "leases.coordination.k8s.io"]) { [self] in reconcile($0, $1) }
  }

  private static let unreachable = "node.kubernetes.io/unreachable"
  private static let notReady = "node.kubernetes.io/not-ready"

  package func reconcile(_ view: ClusterView, _ now: Timestamp) -> Outcome {
    var outcome = Outcome()
    let leases = Dictionary(
      view.all("leases.coordination.k8s.io").filter { $0.namespace == "kube-node-lease" }.map { ($0.name, $0) },
      uniquingKeysWith: { one, _ in one })
    var byNode = Dictionary(grouping: view.all("pods").filter { !$0.nodeName.isEmpty }, by: \.nodeName)
    for node in view.all("nodes") {
      let pods = byNode.removeValue(forKey: node.name) ?? []
      let heartbeats = [
        node.condition("Ready")?.time("lastHeartbeatTime"), leases[node.name]?.time("spec", "renewTime"), Optional(node.created),
      ].compactMap { $0 }
      let last = heartbeats.max() ?? now
      let isSilent = now - last > gracePeriod
      if !isSilent { outcome.look(at: last + gracePeriod + .seconds(1)) }
      let ready = isSilent ? "Unknown" : node.condition("Ready")?["status"]?.stringValue ?? "Unknown"
      if isSilent, node.condition("Ready")?["status"] != "Unknown" { outcome.merge(silence(node)) }
      let taints = taints(node, ready: ready, isSilent: isSilent, now)
      if taints != node.list("spec", "taints") {
        outcome.writes.append(
          .patch(
            resource: "nodes", of: Reference(node), subresource: nil,
            merge: ["spec": ["taints": taints.isEmpty ? .null : .array(taints)]], version: node.version))
      }
      if ready != "True" { outcome.merge(markUnready(pods, node)) }
      outcome.merge(evict(pods, taints, now))
    }
    // Pods of a node that is gone will never be confirmed by it (pod garbage collector).
    for pod in byNode.values.joined() where !view.all("nodes").isEmpty {
      if !pod.hasEnded {
        outcome.writes.append(
          .condition(
            resource: "pods", of: Reference(pod), type: "DisruptionTarget", status: "True", reason: "DeletionByPodGC",
            message: "PodGC: node no longer exists"))
      }
      outcome.writes.append(.delete(resource: "pods", of: Reference(pod), grace: 0, announce: nil))
    }
    return outcome
  }

  private func silence(_ node: JSONValue) -> Outcome {
    var outcome = Outcome()
    for type in ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"] {
      let wasReported = node.condition(type) != nil
      outcome.writes.append(
        .condition(
          resource: "nodes", of: Reference(node), type: type, status: "Unknown",
          reason: wasReported ? "NodeStatusUnknown" : "NodeStatusNeverUpdated",
          message: wasReported ? "Kubelet stopped posting node status." : "Kubelet never posted node status."))
    }
    outcome.writes.append(.announce(Announcement("NodeNotReady", about: node, "Node \(node.name) status is now: NodeNotReady")))
    return outcome
  }

  /// The node's taints as its readiness wants them; times of those that stay are kept.
  private func taints(_ node: JSONValue, ready: String, isSilent: Bool, _ now: Timestamp) -> [JSONValue] {
    let present = node.list("spec", "taints")
    let hasReported = node.condition("Ready") != nil || isSilent
    let key: String? =
      switch ready {
      case "True": nil
      case "Unknown" where hasReported: Self.unreachable
      default: Self.notReady
      }
    // A node that has not yet said anything is only kept free of new pods.
    let effects = hasReported ? ["NoSchedule", "NoExecute"] : ["NoSchedule"]
    var taints = present.filter { taint in
      let own = taint["key"]?.stringValue
      guard own == Self.unreachable || own == Self.notReady else { return true }
      return own == key && effects.contains(taint["effect"]?.stringValue ?? "")
    }
    if let key {
      for effect in effects where !taints.contains(where: { $0["key"]?.stringValue == key && $0["effect"]?.stringValue == effect }) {
        taints.append(["key": .string(key), "effect": .string(effect), "timeAdded": .string(now.rfc3339(.seconds))])
      }
    }
    return taints
  }

  private func markUnready(_ pods: [JSONValue], _ node: JSONValue) -> Outcome {
    var outcome = Outcome()
    for pod in pods where pod.isReady && !pod.hasEnded && node.condition("Ready") != nil {
      outcome.writes.append(
        .condition(
          resource: "pods", of: Reference(pod), type: "Ready", status: "False", reason: "NodeNotReady", message: "Node is not ready"))
      outcome.writes.append(.announce(Announcement("NodeNotReady", about: pod, isWarning: true, "Node is not ready")))
    }
    return outcome
  }

  private func evict(_ pods: [JSONValue], _ taints: [JSONValue], _ now: Timestamp) -> Outcome {
    var outcome = Outcome()
    let executing = taints.filter { $0["effect"] == "NoExecute" }
    guard !executing.isEmpty else { return outcome }
    for pod in pods where pod.isActive {
      var due: Timestamp?
      for taint in executing {
        var bears = Tolerations.seconds(pod, taint).map { Duration.seconds($0) }
        let isOfReadiness = taint["key"]?.stringValue == Self.unreachable || taint["key"]?.stringValue == Self.notReady
        if let longest = longestToleration, isOfReadiness { bears = min(bears ?? longest, longest) }
        guard let bears else { continue }
        let moment = (taint.time("timeAdded") ?? now) + bears
        due = min(due ?? moment, moment)
      }
      guard let due else { continue }
      guard due <= now else {
        outcome.look(at: due)
        continue
      }
      outcome.writes.append(
        .announce(Announcement("TaintManagerEviction", about: pod, "Marking for deletion Pod \(pod.namespace)/\(pod.name)")))
      outcome.writes.append(
        .condition(
          resource: "pods", of: Reference(pod), type: "DisruptionTarget", status: "True", reason: "DeletionByTaintManager",
          message: "Taint manager: deleting due to NoExecute taint"))
      outcome.writes.append(.delete(resource: "pods", of: Reference(pod), grace: nil, announce: nil))
    }
    return outcome
  }
}
