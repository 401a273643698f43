import Kubernetes
import TimeFormat

extension WorkloadKind {
  /// Keeps one pod on each node: a pod's successor is on its node.
  package static let daemonSet: WorkloadKind = {
    var kind = WorkloadKind(.daemonSets)
    kind.isRestartable = true
    kind.isCountedInStatus = true
    kind.isLeftByDrain = true
    kind.plannedEnds = { group, plain in plain.compactMap { place in group.daemonSetEnd(group.pods[place]).map { (place, $0) } } }
    kind.successor = { search in search.first { search.isFree($0) && !search.old.node.isEmpty && $0.node == search.old.node } }
    kind.isSettledWithout = { group, _, pod in group.nodes[pod.node]?.gone != nil }
    return kind
  }()
}

extension LedgerGroup {
  func daemonSetEnd(_ pod: PodFact) -> CauseInference.Finding? {
    guard let workload else { return nil }
    // As it was planned when the pod went: what the set was brought to later says nothing of it.
    let plan = workload.plan(at: pod.endedAt ?? now)
    guard plan.updateStrategy != "OnDelete" else { return nil }
    if pod.templateGeneration > 0, plan.templateGeneration > pod.templateGeneration {
      let generations = "template generation \(pod.templateGeneration) is older than \(plan.templateGeneration)"
      return .init(.rollout, 0.95, "\(generations) of \(workload.reference.display)")
    }
    let followers = pods.filter { $0.node == pod.node && $0.order > pod.order }
    if pod.templateGeneration == 0, !pod.hash.isEmpty, let next = followers.first, !next.hash.isEmpty, next.hash != pod.hash {
      return .init(.rollout, 0.9, "its successor has another controller-revision-hash")
    }
    if wasToldDeleted(pod) {
      if followers.isEmpty { return .init(.scale, 0.8, "\(workload.reference.display) no longer schedules a pod on node \(pod.node)") }
    }
    return nil
  }
}
