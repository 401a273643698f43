import JSONBytes
import Kubernetes
import TimeFormat

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
    Controller(
      name: "node-controller",
      keys: { view in
        let names = Set(view.all(.nodes).map(\.name) + view.all(.pods).map(\.nodeName).filter { !$0.isEmpty })
        return names.sorted().map { ObjectKey(.nodes, name: $0) }
      },
      enqueue: { change, view in
        let names: [String] =
          switch change.key.type {
          case .nodes: [change.key.name]
          // A pod needs nothing of a node that is well.
          case .pods: change.states.map(\.nodeName).filter { !$0.isEmpty && !Self.isWell(view.object(.nodes, name: $0)) }
          case .leases where change.key.namespace == Self.leaseNamespace: [change.key.name]
          default: []
          }
        return names.map { ObjectKey(.nodes, name: $0) }
      },
      reconcile: { [self] key, view, now in
        if let node = view[key] { return reconcile(node, view, now) }
        return collect(view.pods(on: key.name), view)
      })
  }

  private static func isWell(_ node: JSONValue?) -> Bool {
    node.map { $0.isReady && !$0.list("spec", "taints").contains { $0["effect"] == "NoExecute" } } ?? false
  }

  private static let leaseNamespace = "kube-node-lease"
  private static let unreachable = "node.kubernetes.io/unreachable"
  private static let notReady = "node.kubernetes.io/not-ready"

  private func reconcile(_ node: JSONValue, _ view: ClusterView, _ now: Timestamp) -> Outcome {
    var outcome = Outcome()
    let pods = view.pods(on: node.name)
    let lease = view.object(.leases, namespace: Self.leaseNamespace, name: node.name)
    let heartbeats = [
      node.condition("Ready")?.time("lastHeartbeatTime"), lease?.time("spec", "renewTime"), Optional(node.created),
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
          resource: .nodes, of: Reference(node), subresource: nil,
          merge: ["spec": ["taints": taints.isEmpty ? .null : .array(taints)]], version: node.version))
    }
    if ready != "True" { outcome.merge(markUnready(pods, node)) }
    outcome.merge(evict(pods, taints, now))
    return outcome
  }

  /// Pods of a node that is gone will never be confirmed by it (pod garbage collector).
  private func collect(_ pods: [JSONValue], _ view: ClusterView) -> Outcome {
    var outcome = Outcome()
    if pods.isEmpty || view.all(.nodes).isEmpty { return outcome }
    for pod in pods {
      if !pod.hasEnded {
        outcome.writes.append(
          .condition(
            resource: .pods, of: Reference(pod), type: "DisruptionTarget", status: "True", reason: "DeletionByPodGC",
            message: "PodGC: node no longer exists"))
      }
      outcome.writes.append(.delete(resource: .pods, of: Reference(pod), grace: 0, announce: nil))
    }
    return outcome
  }

  private func silence(_ node: JSONValue) -> Outcome {
    var outcome = Outcome()
    for type in ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"] {
      let wasReported = node.condition(type) != nil
      outcome.writes.append(
        .condition(
          resource: .nodes, of: Reference(node), type: type, status: "Unknown",
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
          resource: .pods, of: Reference(pod), type: "Ready", status: "False", reason: "NodeNotReady", message: "Node is not ready"))
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
          resource: .pods, of: Reference(pod), type: "DisruptionTarget", status: "True", reason: "DeletionByTaintManager",
          message: "Taint manager: deleting due to NoExecute taint"))
      outcome.writes.append(.delete(resource: .pods, of: Reference(pod), grace: nil, announce: nil))
    }
    return outcome
  }
}
