import Kubernetes
package import TimeFormat

/// That no pod is scheduled on a node any more, who did it, and when, as far as the cluster says so.
package struct Cordon: Sendable, Hashable {
  /// The field manager that owns `spec.unschedulable`, e.g. `kubectl`; `nil` when the server does not say.
  package var manager: String?
  package var at: Timestamp?

  package init(manager: String? = nil, at: Timestamp? = nil) {
    self.manager = manager
    self.at = at
  }
}

extension Node {
  /// `nil` for a node that takes pods.
  ///
  /// A manager's entry tells when it changed any of its fields last, and the controller adds the taint a moment after the cordon: neither
  /// is earlier than the cordon, so the earlier of both is nearest to it. Without either, the kubelet's event says when.
  ///
  /// - Parameter events: those of the cluster.
  package func cordon(events: some Sequence<ClusterEvent>) -> Cordon? {
    guard isUnschedulable else { return nil }
    let manager = unschedulableChange.flatMap { $0.manager.isEmpty ? nil : $0.manager }
    let told = [unschedulableChange?.at, taints.first { $0.key == Taint.unschedulable }?.timeAdded].compactMap { $0 }.min()
    if let told { return Cordon(manager: manager, at: told) }
    let seen = events.compactMap { event -> Timestamp? in
      event.reason == "NodeNotSchedulable" && event.object.isOf(.nodes) && event.object.name == name ? event.last : nil
    }.max()
    return Cordon(manager: manager, at: seen)
  }
}

extension Pod {
  /// `kubectl drain` evicts it: it has not ended, and neither a DaemonSet nor the node's kubelet keeps it there.
  package var isEvictedByDrain: Bool {
    guard !hasEnded else { return false }
    guard let controller else { return true }
    return !controller.isOf(.nodes) && !controller.workloadKind.isLeftByDrain
  }
}
