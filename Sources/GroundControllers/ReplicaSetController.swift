import JSONBytes
import Kubernetes
import TimeFormat

/// Keeps as many pods as each ReplicaSet wants (kubernetes, pkg/controller/replicaset).
package enum ReplicaSetController {
  package static let controller = Controller(
    name: "replicaset-controller", of: .replicaSets,
    concerned: { change, view in change.key.type == .pods ? view.workloads(.replicaSets, concernedBy: change) : [] },
    reconcile: reconcile)

  /// Pods made or deleted at once for one ReplicaSet (`burstReplicas`).
  private static let burst = 500

  private static func reconcile(_ set: JSONValue, _ view: ClusterView, _ now: Timestamp) -> Outcome {
    let (pods, claims) = view.claimPods(of: set)
    var outcome = Outcome()
    outcome.writes = claims
    outcome.merge(reconcile(set, pods, now))
    return outcome
  }

  private static func reconcile(_ set: JSONValue, _ pods: [JSONValue], _ now: Timestamp) -> Outcome {
    var outcome = Outcome()
    let active = pods.filter(\.isActive)
    let desired = set.replicas
    if !set.isTerminating {
      if active.count < desired {
        for _ in 0..<min(desired - active.count, burst) {
          outcome.writes.append(
            .create(resource: .pods, object: pod(of: set), announce: Announcement("SuccessfulCreate", about: set, "Created pod: ")))
        }
      } else if active.count > desired {
        for pod in ranked(active).prefix(min(active.count - desired, burst)) {
          outcome.writes.append(
            .delete(
              resource: .pods, of: Reference(pod), grace: nil,
              announce: Announcement("SuccessfulDelete", about: set, "Deleted pod: \(pod.name)")))
        }
      }
    }
    let minReady = set.count("spec", "minReadySeconds")
    let ready = active.filter(\.isReady)
    for pod in ready where minReady > 0 && !pod.isAvailable(minReady, now) {
      if let since = pod.condition("Ready")?.time("lastTransitionTime") { outcome.look(at: since + .seconds(minReady)) }
    }
    let template = LabelSelector(map: set.at("spec", "template", "metadata", "labels"))
    let status: JSONValue = [
      "replicas": .int(Int64(active.count)), "fullyLabeledReplicas": .int(Int64(active.filter { template.matches($0.labels) }.count)),
      "readyReplicas": .int(Int64(ready.count)),
      "availableReplicas": .int(Int64(ready.filter { $0.isAvailable(minReady, now) }.count)), "observedGeneration": .int(set.generation),
    ]
    outcome.report(status, of: set, .replicaSets)
    return outcome
  }

  private static func pod(of set: JSONValue) -> JSONValue {
    var pod = set.podFromTemplate()
    pod.set("metadata", "generateName", to: .string("\(set.name)-"))
    return pod
  }

  /// Which pods go first: what is lost least (pkg/controller, ActivePodsWithRanks).
  static func ranked(_ pods: [JSONValue]) -> [JSONValue] {
    let perNode = Dictionary(grouping: pods.filter { !$0.nodeName.isEmpty }, by: \.nodeName).mapValues(\.count)
    let keyed = pods.map { pod -> (key: [Int64], pod: JSONValue) in
      let readySince = pod.condition("Ready")?.time("lastTransitionTime")?.nanoseconds ?? 0
      let restarts = pod.list("status", "containerStatuses").map { $0.int("restartCount") }.max() ?? 0
      let cost = pod.annotation("controller.kubernetes.io/pod-deletion-cost").flatMap { Int64($0) } ?? 0
      let phase: Int64 =
        switch pod.phase {
        case "Pending": 0
        case "Running": 2
        default: 1
        }
      return (
        [
          pod.nodeName.isEmpty ? 0 : 1, phase, pod.isReady ? 1 : 0, cost, -Int64(perNode[pod.nodeName] ?? 0),
          pod.isReady ? 0 &- readySince : 0, -Int64(restarts), 0 &- pod.created.nanoseconds,
        ], pod
      )
    }
    return keyed.sorted { one, other in
      one.key == other.key ? one.pod.name < other.pod.name : one.key.lexicographicallyPrecedes(other.key)
    }.map(\.pod)
  }
}
