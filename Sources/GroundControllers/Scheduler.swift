import JSONBytes
import Kubernetes
import TimeFormat

/// Places pods on nodes (kubernetes, pkg/scheduler: the filters and scores that matter here).
package enum Scheduler {
  package static let controller = Controller(
    name: "default-scheduler", keys: { _ in [queue] },
    enqueue: { change, view in
      // A pod that ends or a node that comes matters only where somebody waits.
      (change.key.type == .pods || change.key.type == .nodes) && view.hasWaitingPods ? [queue] : []
    },
    reconcile: { _, view, now in reconcile(view, now) })

  /// Pods that wait are placed together.
  private static let queue = ObjectKey(.pods, name: "")

  /// Why a node does not take a pod.
  struct Refusal: Hashable {
    var reason: String
    /// Whether evicting lesser pods could help.
    var isResolvable: Bool
  }

  private struct Room {
    var node: JSONValue
    var cpu: Int64
    var memory: Int64
    var pods: Int64
    var usedCPU: Int64 = 0
    var usedMemory: Int64 = 0
    var usedPods: Int64 = 0
    /// How many pods of each owner are here.
    var owners: [String: Int] = [:]
    var residents: [JSONValue] = []

    init(_ node: JSONValue) {
      self.node = node
      func allocatable(_ name: String) -> Int64 {
        guard let value = node.at("status", "allocatable", name) ?? node.at("status", "capacity", name) else { return .max }
        return Quantity(value).map(Scheduler.amount) ?? .max
      }
      cpu = allocatable("cpu")
      memory = allocatable("memory")
      pods = allocatable("pods")
    }

    mutating func take(_ pod: JSONValue, _ need: (cpu: Int64, memory: Int64)) {
      usedCPU = usedCPU.addingClamped(need.cpu)
      usedMemory = usedMemory.addingClamped(need.memory)
      usedPods += 1000
      owners[pod.controller?["uid"]?.stringValue ?? pod.uid, default: 0] += 1
      residents.append(pod)
    }
  }

  private static func reconcile(_ view: ClusterView, _ now: Timestamp) -> Outcome {
    var outcome = Outcome()
    let waiting = view.pods(on: "").filter {
      $0.isActive && ($0.at("spec", "schedulerName")?.stringValue ?? "default-scheduler") == "default-scheduler"
    }
    guard !waiting.isEmpty else { return outcome }
    var rooms = view.all(.nodes).filter { !$0.isTerminating }.map { Room($0) }
    for index in rooms.indices {
      for pod in view.pods(on: rooms[index].node.name) where !pod.hasEnded { rooms[index].take(pod, requests(of: pod)) }
    }
    for pod in waiting.sorted(by: { ($0.int("spec", "priority"), $1.created) > ($1.int("spec", "priority"), $0.created) }) {
      let need = requests(of: pod)
      let owner = pod.controller?["uid"]?.stringValue ?? pod.uid
      var refusals: [Refusal] = []
      var best: (score: [Int64], index: Int)?
      for index in rooms.indices {
        if let refusal = refusal(pod, need, rooms[index]) {
          refusals.append(refusal)
          continue
        }
        let room = rooms[index]
        // Spread first, then the emptiest by requests, then by count; the first name among equals.
        let load = share(room.usedCPU.addingClamped(need.cpu), room.cpu) + share(room.usedMemory.addingClamped(need.memory), room.memory)
        let score = [Int64(room.owners[owner] ?? 0), load, room.usedPods]
        if best.map({ score.lexicographicallyPrecedes($0.score) }) ?? true { best = (score, index) }
      }
      if let best {
        rooms[best.index].take(pod, need)
        let node = rooms[best.index].node.name
        outcome.writes.append(.bind(pod: Reference(pod), node: node))
        outcome.writes.append(
          .announce(Announcement("Scheduled", about: pod, "Successfully assigned \(pod.namespace)/\(pod.name) to \(node)")))
      } else {
        let message = sentence(refusals, nodes: rooms.count)
        let present = pod.condition("PodScheduled")
        if present?["message"]?.stringValue != message || present?["status"] != "False" {
          outcome.writes.append(
            .condition(
              resource: .pods, of: Reference(pod), type: "PodScheduled", status: "False", reason: "Unschedulable", message: message))
          outcome.writes.append(.announce(Announcement("FailedScheduling", about: pod, isWarning: true, message)))
        }
      }
    }
    return outcome
  }

  /// Thousandths of a room; no more than tell one full room from another.
  private static func share(_ used: Int64, _ total: Int64) -> Int64 {
    total == .max || total == 0 ? 0 : Int64(min(Double(used) / Double(total) * 1000, 1_000_000))
  }

  /// In thousandths. Nobody offers or asks for less than nothing, nor for more than 64 bits hold.
  private static func amount(_ quantity: Quantity) -> Int64 { quantity.isNegative ? 0 : quantity.milliValue ?? .max }

  /// In thousandths of a core and of a byte.
  static func requests(of pod: JSONValue) -> (cpu: Int64, memory: Int64) {
    func sum(_ containers: [JSONValue], _ name: String) -> [Int64] {
      containers.map { $0.at("resources", "requests", name).flatMap { Quantity($0) }.map(amount) ?? 0 }
    }
    func need(_ name: String) -> Int64 {
      max(
        sum(pod.list("spec", "containers"), name).reduce(0) { $0.addingClamped($1) },
        sum(pod.list("spec", "initContainers"), name).max() ?? 0)
    }
    return (need("cpu"), need("memory"))
  }

  private static func refusal(_ pod: JSONValue, _ need: (cpu: Int64, memory: Int64), _ room: Room) -> Refusal? {
    let node = room.node
    if node.at("spec", "unschedulable")?.boolValue == true,
      !Tolerations.tolerates(pod, ["key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"])
    {
      return Refusal(reason: "node(s) were unschedulable", isResolvable: false)
    }
    for taint in node.list("spec", "taints") where taint["effect"] != "PreferNoSchedule" && !Tolerations.tolerates(pod, taint) {
      let key = taint["key"]?.stringValue ?? ""
      return Refusal(reason: "node(s) had untolerated taint {\(key): \(taint["value"]?.stringValue ?? "")}", isResolvable: false)
    }
    if !matches(pod, node) { return Refusal(reason: "node(s) didn't match Pod's node affinity/selector", isResolvable: false) }
    for term in pod.list("spec", "affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    where term["topologyKey"] == "kubernetes.io/hostname" {
      let selector = LabelSelector(object: term["labelSelector"])
      if room.residents.contains(where: { $0.namespace == pod.namespace && selector.matches($0.labels) }) {
        return Refusal(reason: "node(s) didn't match pod anti-affinity rules", isResolvable: true)
      }
    }
    if room.usedPods + 1000 > room.pods { return Refusal(reason: "Too many pods", isResolvable: true) }
    if need.cpu > 0, need.cpu > room.cpu - room.usedCPU { return Refusal(reason: "Insufficient cpu", isResolvable: need.cpu <= room.cpu) }
    if need.memory > 0, need.memory > room.memory - room.usedMemory {
      return Refusal(reason: "Insufficient memory", isResolvable: need.memory <= room.memory)
    }
    return nil
  }

  private static func matches(_ pod: JSONValue, _ node: JSONValue) -> Bool {
    guard LabelSelector(map: pod.at("spec", "nodeSelector")).matches(node.labels) else { return false }
    let affinity = pod.at("spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")
    guard let terms = affinity?.arrayValue else { return true }
    return terms.contains { term in
      var selector = LabelSelector.everything
      selector.add(term["matchExpressions"]?.arrayValue ?? [])
      var fields = LabelSelector.everything
      fields.add(term["matchFields"]?.arrayValue ?? [])
      return selector.matches(node.labels) && fields.matches(["metadata.name": .string(node.name)])
    }
  }

  /// `0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu. preemption: …`, as the real scheduler says it.
  static func sentence(_ refusals: [Refusal], nodes: Int) -> String {
    if nodes == 0 { return "no nodes available to schedule pods" }
    func counted(_ reasons: [String]) -> String {
      Dictionary(grouping: reasons) { $0 }.map { "\($0.value.count) \($0.key)" }.sorted().joined(separator: ", ")
    }
    let preemption = refusals.map {
      $0.isResolvable ? "No preemption victims found for incoming pod" : "Preemption is not helpful for scheduling"
    }
    return
      "0/\(nodes) nodes are available: \(counted(refusals.map(\.reason))). preemption: 0/\(nodes) nodes are available: \(counted(preemption))."
  }
}

/// Which taints a pod bears (core/v1 Toleration).
enum Tolerations {
  static func tolerates(_ pod: JSONValue, _ taint: JSONValue) -> Bool {
    pod.list("spec", "tolerations").contains { matches($0, taint) }
  }

  static func matches(_ toleration: JSONValue, _ taint: JSONValue) -> Bool {
    let effect = toleration["effect"]?.stringValue ?? ""
    guard effect.isEmpty || effect == taint["effect"]?.stringValue else { return false }
    let key = toleration["key"]?.stringValue ?? ""
    let isExists = toleration["operator"] == "Exists"
    if key.isEmpty { return isExists }
    guard key == taint["key"]?.stringValue else { return false }
    return isExists || (toleration["value"]?.stringValue ?? "") == (taint["value"]?.stringValue ?? "")
  }

  /// Seconds for which a pod bears a `NoExecute` taint: `nil` forever, 0 not at all.
  static func seconds(_ pod: JSONValue, _ taint: JSONValue) -> Int? {
    let matching = pod.list("spec", "tolerations").filter { matches($0, taint) }
    if matching.isEmpty { return 0 }
    return matching.compactMap { $0["tolerationSeconds"]?.integer(in: IntegerRange.count) }.min()
  }
}
