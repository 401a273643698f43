import JSONBytes
import Kubernetes
import TimeFormat

/// Counts how many pods of each disruption budget may go (kubernetes, pkg/controller/disruption).
package enum DisruptionController {
  package static let controller = Controller(
    name: "disruption-controller", of: .podDisruptionBudgets,
    concerned: { change, view in
      let budgets = view.all(.podDisruptionBudgets, in: change.key.namespace)
      if change.key.type == .pods {
        return budgets.filter { budget in change.states.contains { budget.selector.matches($0.labels) } }
      }
      // Of a workload only the number of replicas matters.
      return change.old?.at("spec", "replicas") == change.new?.at("spec", "replicas") ? [] : budgets
    },
    reconcile: reconcile)

  private static func reconcile(_ budget: JSONValue, _ view: ClusterView, _ now: Timestamp) -> Outcome {
    var outcome = Outcome()
    if budget.isTerminating { return outcome }
    let pods = view.selected(.pods, in: budget.namespace, by: budget.selector).filter { !$0.hasEnded }
    // A number of pods that must stay needs no workload to be counted by (getExpectedPodCount).
    let least = budget.at("spec", "minAvailable") ?? 1
    let most = budget.at("spec", "maxUnavailable").flatMap { $0.isNull ? nil : $0 }
    let expected = most == nil && least.stringValue == nil ? pods.count : expectedPods(pods, view)
    let desired: Int
    if let most {
      desired = max(0, expected - Rollout.resolve(most, of: expected, roundingUp: true))
    } else {
      desired = Rollout.resolve(least, of: expected, roundingUp: true)
    }
    let healthy = pods.filter { $0.isReady && !$0.isTerminating }.count
    let status: JSONValue = [
      "expectedPods": .int(Int64(expected)), "desiredHealthy": .int(Int64(desired)), "currentHealthy": .int(Int64(healthy)),
      "disruptionsAllowed": .int(Int64(expected == 0 ? 0 : max(0, healthy - desired))), "observedGeneration": .int(budget.generation),
    ]
    // Only onto what was seen: an eviction may have counted meanwhile.
    outcome.report(status, of: budget, .podDisruptionBudgets, version: budget.version)
    return outcome
  }

  /// The replicas that the pods' workloads want; a pod without one, or with one of a kind that this cluster does not have, counts for itself.
  private static func expectedPods(_ pods: [JSONValue], _ view: ClusterView) -> Int {
    var counted: Set<String> = []
    var expected = 0
    for pod in pods {
      guard let owner = pod.controller?["uid"]?.stringValue, let direct = view.object(uid: owner), direct.at("spec", "replicas") != nil
      else {
        expected += 1
        continue
      }
      let above = direct.controller?["uid"]?.stringValue.flatMap { view.object(uid: $0) }
      let scaled = above.flatMap { $0.at("spec", "replicas") == nil ? nil : $0 } ?? direct
      if counted.insert(scaled.uid).inserted { expected += scaled.replicas }
    }
    return expected
  }
}
