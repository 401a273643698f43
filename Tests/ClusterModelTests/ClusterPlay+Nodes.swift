import ClusterModel
import Kubernetes
import TimeFormat

/// DaemonSets of a played cluster, and drains that honour disruption budgets.
extension ClusterPlay {
  struct PlayedDaemonSet {
    var object: Workload
    var pods: [String: PlayedPod] = [:]
    var rolledAt = Timestamp(nanoseconds: 0)
  }

  mutating func deployDaemonSet(_ name: String) {
    var object = Workload(
      reference: ObjectReference(kind: "DaemonSet", namespace: "n", name: name, uid: "ds-\(name)"), desired: nodes.count)
    object.created = second - .seconds(3600)
    object.specStamp = second
    object.stamp = second
    object.generation = 1
    object.observedGeneration = 1
    object.templateGeneration = 1
    var played = PlayedDaemonSet(object: object)
    for node in nodes.keys.sorted() { played.pods[node] = daemonPod(of: object, on: node, isReady: true, silently: true) }
    daemonSets.append(played)
  }

  private mutating func daemonPod(of set: Workload, on node: String, isReady: Bool, silently: Bool = false) -> PlayedPod {
    var pod = makePod(of: set, isReady: isReady, silently: true)
    pod.object.node = node
    pod.object.labels = [
      "pod-template-generation": "\(set.templateGeneration)", "controller-revision-hash": "r\(set.templateGeneration)",
    ]
    if !silently { send(.pods, .added(.pod(pod.object))) }
    return pod
  }

  mutating func rollDaemonSet(_ place: Int) {
    script.append("roll daemons \(place) at \(now.rfc3339())")
    daemonSets[place].rolledAt = second
    daemonSets[place].object.templateGeneration += 1
    daemonSets[place].object.generation += 1
    daemonSets[place].object.specStamp = second
    daemonSets[place].object.stamp = second
    send(ClusterResource(.daemonSet), .modified(.workload(daemonSets[place].object)))
  }

  mutating func deleteDaemonByHand(_ place: Int) {
    let set = daemonSets[place]
    // In a rollout any old pod may be the next.
    let usable = set.pods.filter {
      !$0.value.isDeleted && $0.value.object.labels["pod-template-generation"] == "\(set.object.templateGeneration)"
    }
    guard !usable.isEmpty, set.rolledAt != second else { return }
    let node = usable.keys.sorted()[pick(0...usable.count - 1)]
    script.append("delete daemon \(place) on \(node) at \(now.rfc3339())")
    guard var pod = daemonSets[place].pods[node] else { return }
    ask(&pod, .deleted)
    daemonSets[place].pods[node] = pod
    // Of what is changed in the same second nobody knows the order.
    run(1.2)
  }

  mutating func endDaemonsContainer(_ place: Int) {
    let ready = daemonSets[place].pods.filter { !$0.value.isDeleted && $0.value.isReady }.keys.sorted()
    guard !ready.isEmpty else { return }
    let node = ready[pick(0...ready.count - 1)]
    guard var pod = daemonSets[place].pods[node] else { return }
    endContainer(&pod)
    daemonSets[place].pods[node] = pod
  }

  mutating func runDaemonSet(_ place: Int) {
    for node in daemonSets[place].pods.keys.sorted() {
      guard var pod = daemonSets[place].pods[node] else { continue }
      daemonSets[place].pods[node] = kubelet(&pod) ? nil : pod
    }
    guard pick(0...2) > 0 else { return }
    let set = daemonSets[place]
    for node in nodes.keys.sorted() where set.pods[node] == nil {
      daemonSets[place].pods[node] = daemonPod(of: set.object, on: node, isReady: false)
    }
    guard set.pods.count == nodes.count, set.pods.values.allSatisfy({ !$0.isDeleted && $0.isReady }) else { return }
    let generation = "\(set.object.templateGeneration)"
    guard let old = set.pods.keys.sorted().first(where: { set.pods[$0]?.object.labels["pod-template-generation"] != generation }),
      var pod = set.pods[old]
    else { return }
    ask(&pod, .rollout)
    daemonSets[place].pods[old] = pod
  }

  // MARK: Drains with a budget

  /// Cordons a node; its pods are evicted one after the other, each only while all others of its Deployment are ready.
  mutating func drainWithBudget(_ node: String) {
    script.append("drain \(node) within budgets at \(now.rfc3339())")
    nodes[node]?.isUnschedulable = true
    sendNode(node)
    draining = node
    evictOrdinals(from: node, .drain, "EvictionByEvictionAPI")
    evictJobs(from: node, .drain, "EvictionByEvictionAPI")
  }

  mutating func runDrain() {
    guard let node = draining, pick(0...3) == 0 else { return }
    for place in workloads.indices {
      let ready = workloads[place].sets.reduce(0) { $0 + $1.ready }
      guard ready >= workloads[place].object.desired, let (set, pod) = somePod(place, where: { !$0.isDeleted && $0.object.node == node })
      else { continue }
      markEvicted(place, set, pod)
      end(place, set, pod, .drain)
    }
  }

  /// Says in a pod's conditions who ends it.
  mutating func mark(_ pod: inout PlayedPod, _ reason: String) {
    pod.object.conditions.append(Condition(type: "DisruptionTarget", status: "True", reason: reason, lastTransition: second))
  }

  private mutating func markEvicted(_ place: Int, _ set: Int, _ pod: Int) {
    var played = workloads[place].sets[set].pods[pod]
    mark(&played, "EvictionByEvictionAPI")
    workloads[place].sets[set].pods[pod] = played
  }

  /// Somebody asks the eviction API for one pod, on a node that takes pods.
  mutating func evictOne(_ place: Int) {
    let usable = nodes.filter { !$0.value.isUnschedulable && $0.value.isReady && $0.value.taints.isEmpty }.keys
    guard let (set, pod) = somePod(place, where: { !$0.isDeleted && usable.contains($0.object.node) }) else { return }
    script.append("evict \(workloads[place].sets[set].pods[pod].object.uid) at \(now.rfc3339())")
    markEvicted(place, set, pod)
    end(place, set, pod, .eviction)
    // A cordon within the same second may have come first.
    run(2.5)
  }
}
