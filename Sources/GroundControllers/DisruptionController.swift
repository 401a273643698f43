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
    let expected = expectedPods(pods, view)
    let desired: Int
    if let most = budget.at("spec", "maxUnavailable"), !most.isNull {
      desired = max(0, expected - Rollout.resolve(most, of: expected, roundingUp: true))
    } else {
      desired = Rollout.resolve(budget.at("spec", "minAvailable") ?? 1, of: expected, roundingUp: true)
    }
    let healthy = pods.filter { $0.isReady && !$0.isTerminating }.count
    let status: JSONValue = [
      "expectedPods": .int(Int64(expected)), "desiredHealthy": .int(Int64(desired)), "currentHealthy": .int(Int64(healthy)),
      "disruptionsAllowed": .int(Int64(expected == 0 ? 0 : max(0, healthy - desired))), "observedGeneration": .int(budget.generation),
    ]
    outcome.report(status, of: budget, .podDisruptionBudgets)
    return outcome
  }

  /// The replicas that the pods' workloads want; a pod without one counts for itself.
  private static func expectedPods(_ pods: [JSONValue], _ view: ClusterView) -> Int {
    var counted: Set<String> = []
    var expected = 0
    for pod in pods {
      guard let owner = pod.controller?["uid"]?.stringValue else {
        expected += 1
        continue
      }
      guard let direct = view.object(uid: owner) else { continue }
      let scaled = direct.controller?["uid"]?.stringValue.flatMap { view.object(uid: $0) } ?? direct
      if counted.insert(scaled.uid).inserted { expected += scaled.int("spec", "replicas") }
    }
    return expected
  }
}
