import JSONBytes
import Kubernetes

extension Resource {
  package static let pods = Resource(
    .pods, categories: ["all"],
    subresources: [
      Subresource(
        name: "binding", verbs: ["create"], kind: "Binding", group: "", version: "v1",
        action: .post { (store, post) throws(APIError) in try store.bind(post) }),
      Subresource(
        name: "eviction", verbs: ["create"], kind: "Eviction", group: "policy", version: "v1",
        action: .post { (store, post) throws(APIError) in try store.evict(post) }),
      Subresource(name: "log", verbs: ["get"], action: .log),
      .status,
    ], generation: true)
}

extension ResourceDefinition {
  static let pods = ResourceDefinition(.pods) {
    $0.defaults = fillPod
    $0.validate = { pod, old in
      PodSpecRules.causes(pod["spec"], at: "spec") + (old.map { podUpdateCauses(pod, $0) } ?? [])
    }
    // Only the scheduler's binding places a pod.
    $0.prepareUpdate = { pod, old in pod.set("spec", "nodeName", to: old.at("spec", "nodeName")) }
    $0.columns = podColumns
    $0.rowConditions = { pod in
      switch pod.at("status", "phase")?.stringValue {
      case "Succeeded":
        [["type": "Completed", "status": "True", "reason": "Succeeded", "message": "The pod has completed successfully."]]
      case "Failed": [["type": "Completed", "status": "True", "reason": "Failed", "message": "The pod failed."]]
      default: nil
      }
    }
    $0.selectableFields = [
      "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "status.phase", "status.podIP",
      "status.nominatedNodeName",
    ].map { SelectableField($0) }
    $0.mergeKeys = MergeKeys(
      PodSpecRules.mergeKeys(at: "spec").merging(["status.podIPs": .map("ip"), "status.hostIPs": .map("ip")]) { one, _ in one })
    $0.onDelete = DeletionRules(
      gracePeriod: gracePeriod,
      // The node's confirmation is a deletion with a grace period of 0.
      isFinished: { ($0.at("metadata", "deletionGracePeriodSeconds")?.intValue ?? 0) == 0 },
      hasDependents: false, answersWithObject: true)
  }

  @Sendable private static func fillPod(_ pod: inout JSONValue) {
    PodSpecRules.fill(&pod, at: ["spec"])
    limitsAsRequests(&pod)
    pod.fill(["spec", "enableServiceLinks"], true)
    pod.fill(["spec", "serviceAccountName"], "default")
    pod.fill(["spec", "priority"], 0)
    pod.fill(["spec", "preemptionPolicy"], "PreemptLowerPriority")
    if pod.at("spec", "tolerations") == nil { pod.set("spec", "tolerations", to: noExecuteTolerations) }
    pod.fill(["status", "phase"], "Pending")
    pod.fill(["status", "qosClass"], .string(qosClass(pod)))
  }

  /// Five minutes on a node that is not ready or not reachable (admission plug-in DefaultTolerationSeconds).
  private static let noExecuteTolerations: JSONValue = [
    ["key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300],
    ["key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300],
  ]

  /// A request that is missing is its limit (pkg/apis/core/v1/defaults.go SetDefaults_Pod).
  private static func limitsAsRequests(_ pod: inout JSONValue) {
    pod.mapList(["spec", "containers"]) { container in
      for limit in container.at("resources", "limits")?.objectValue ?? [:] {
        container.fill(["resources", "requests", limit.key], limit.value)
      }
    }
  }

  private static func qosClass(_ pod: JSONValue) -> String {
    let containers = pod.at("spec", "containers")?.arrayValue ?? []
    let resources = containers.map { $0["resources"] ?? [:] }
    let isEmpty = resources.allSatisfy {
      ($0["limits"]?.objectValue?.isEmpty ?? true) && ($0["requests"]?.objectValue?.isEmpty ?? true)
    }
    if isEmpty { return "BestEffort" }
    let isGuaranteed = resources.allSatisfy { resource in
      ["cpu", "memory"].allSatisfy { name in
        resource.at("limits", name) != nil && resource.at("limits", name) == resource.at("requests", name)
      }
    }
    return isGuaranteed ? "Guaranteed" : "Burstable"
  }

  /// Of a pod's spec only a few fields can change (ValidatePodUpdate).
  private static func podUpdateCauses(_ pod: JSONValue, _ old: JSONValue) -> Causes {
    func fixed(_ pod: JSONValue) -> JSONValue {
      var spec = pod["spec"] ?? [:]
      for field in ["activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds", "nodeName"] { spec[field] = nil }
      for list in ["containers", "initContainers"] { spec.mapList([list]) { $0["image"] = nil } }
      return spec
    }
    if fixed(pod) == fixed(old) { return [] }
    return [
      Validation.forbidden(
        "spec",
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
      )
    ]
  }

  /// Seconds. A pod that was never placed or has ended has nothing to wait for (apiserver, registry/core/pod strategy).
  @Sendable private static func gracePeriod(_ pod: JSONValue, _ options: DeleteOptions) -> Int64 {
    if pod.at("spec", "nodeName")?.stringValue?.isEmpty ?? true { return 0 }
    let phase = pod.at("status", "phase")?.stringValue
    if phase == "Succeeded" || phase == "Failed" { return 0 }
    let grace = options.gracePeriodSeconds ?? pod.at("spec", "terminationGracePeriodSeconds")?.integer(in: IntegerRange.count) ?? 30
    return Int64(max(0, grace))
  }

  private static let podColumns: [TableColumn] = [
    .name,
    TableColumn("Ready", "The aggregate readiness state of this pod for accepting traffic.") { pod, _ in .string(PodSummary(pod).ready) },
    TableColumn("Status", "The aggregate status of the containers in this pod.") { pod, _ in .string(PodSummary(pod).status) },
    TableColumn(
      "Restarts",
      "The number of times the containers in this pod have been restarted and when the last container in this pod has restarted."
    ) {
      pod, now in .string(PodSummary(pod).restarts(now))
    },
    .age,
    TableColumn("IP", wide: true, "podIP address allocated to the pod.") { pod, _ in Cell.text(pod.at("status", "podIP")) },
    TableColumn("Node", wide: true, "The node on which this pod is placed.") { pod, _ in Cell.text(pod.at("spec", "nodeName")) },
    TableColumn("Nominated Node", wide: true, "The node for which this pod preempts others.") { pod, _ in
      Cell.text(pod.at("status", "nominatedNodeName"))
    },
    TableColumn("Readiness Gates", wide: true, "Conditions that must hold for pod readiness.") { pod, _ in
      let gates = (pod.at("spec", "readinessGates")?.arrayValue ?? []).compactMap { $0["conditionType"]?.stringValue }
      guard !gates.isEmpty else { return Cell.none }
      let held = gates.filter { gate in
        (pod.at("status", "conditions")?.arrayValue ?? []).contains { $0["type"]?.stringValue == gate && $0["status"] == "True" }
      }
      return .string("\(held.count)/\(gates.count)")
    },
  ]
}
