import JSONBytes
package import TimeFormat

/// Counts how many pods of each disruption budget may go (kubernetes, pkg/controller/disruption).
package enum DisruptionController {
  package static let controller = Controller(
    name: "disruption-controller", resources: ["poddisruptionbudgets.policy", "pods", "replicasets.apps", "deployments.apps"],
    reconcile: reconcile)

  package static func reconcile(_ view: ClusterView, _ now: Timestamp) -> Outcome {
    var outcome = Outcome()
    for budget in view.all("poddisruptionbudgets.policy") where !budget.isTerminating {
      let selector = LabelSelector(object: budget.at("spec", "selector"))
      let pods = view.all("pods").filter { $0.namespace == budget.namespace && !$0.hasEnded && selector.holds($0.labels) }
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
      let isSame = (status.objectValue ?? [:]).allSatisfy { budget.at("status", $0.key) == $0.value }
      if !isSame {
        outcome.writes.append(
          .patch(
            resource: "poddisruptionbudgets.policy", of: Reference(budget), subresource: "status", merge: ["status": status], version: nil))
      }
    }
    return outcome
  }

  /// The replicas that the pods' controllers want; a pod without one counts for itself.
  private static func expectedPods(_ pods: [JSONValue], _ view: ClusterView) -> Int {
    var counted: Set<String> = []
    var expected = 0
    for pod in pods {
      guard let owner = pod.controller?["uid"]?.stringValue else {
        expected += 1
        continue
      }
      guard let set = view.all("replicasets.apps").first(where: { $0.uid == owner }) else { continue }
      let top = set.controller?["uid"]?.stringValue
      let scaled = top.flatMap { uid in view.all("deployments.apps").first { $0.uid == uid } } ?? set
      if counted.insert(scaled.uid).inserted { expected += scaled.int("spec", "replicas") }
    }
    return expected
  }
}
