import ClusterModel
import Kubernetes
import TestSupport
import TimeFormat

/// Plays a cluster as its controllers would run it, with its own truth of why each pod went.
///
/// As a real API server does it: stamps are whole seconds, the subresource `scale` leaves no time, most events are dropped, each kind
/// has a watch of its own. What the ledger is given is what a recorder would receive; it never sees the truth.
struct ClusterPlay {
  /// The server's clock.
  private(set) var now = Timestamp(milliseconds: 1_800_000_000_340)
  private(set) var deltas: [(at: Timestamp, order: Int, delta: ClusterDelta)] = []
  /// By UID, why a pod went.
  private(set) var truth: [String: Reschedule.Cause] = [:]
  /// Pods that a raised count brought.
  private(set) var added = 0
  /// When pods went, and when a count was lowered, by ReplicaSet.
  private var ends: [(pod: String, set: String, cause: Reschedule.Cause, at: Timestamp)] = []
  private var steps: [(set: String, at: Timestamp)] = []
  /// What was done, for a failure's report.
  private(set) var script: [String] = []

  /// Our clock less the server's.
  var clockAhead = Duration.zero
  var latency: [ClusterResource: Duration] = [:]

  private var random: SeededGenerator
  private var uids = 0
  private var workloads: [PlayedDeployment] = []
  private var nodes: [String: Node] = [:]

  struct PlayedPod {
    var object: Pod
    var readyAt: Timestamp
    var goneAt: Timestamp?
    var isDeleted: Bool { object.deletionTimestamp != nil }
  }

  struct PlayedSet {
    var object: Workload
    var pods: [PlayedPod] = []
    /// Why the pods go that a lowered count has still to take.
    var reasons: [Reschedule.Cause] = []
    /// Pods that the next raised count brings are additions.
    var adds = 0
    var active: [Int] { pods.indices.filter { !pods[$0].isDeleted } }
    var ready: Int { pods.count { !$0.isDeleted && $0.object.isReady } }
  }

  struct PlayedDeployment {
    var object: Workload
    var isRecreate: Bool
    var sets: [PlayedSet] = []
    var newest = 0
    var revision = 1
    /// The count that the controller has worked on.
    var seen: Int
  }

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    for name in ["node-1", "node-2", "node-3"] {
      nodes[name] = Node(
        name: name, uid: name, conditions: [Condition(type: "Ready", status: "True", lastTransition: second)], created: second)
    }
  }

  private var second: Timestamp { Timestamp(seconds: now.nanoseconds / 1_000_000_000) }
  mutating func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
  private mutating func uid(_ prefix: String) -> String {
    uids += 1
    return "\(prefix)-\(uids)"
  }

  // MARK: What is received

  private mutating func send(_ resource: ClusterResource, _ change: ClusterDelta.Change) {
    let at = now + (latency[resource] ?? .milliseconds(20)) + clockAhead
    deltas.append((at, deltas.count, ClusterDelta(resource: resource, change: change, at: at)))
  }

  /// The first lists of all kinds.
  mutating func begin() {
    var objects: [ClusterResource: [ClusterObject]] = [:]
    objects[.namespaces] = [.namespace(Namespace(name: "n", uid: "n"))]
    objects[.nodes] = nodes.values.sorted { $0.name < $1.name }.map { .node($0) }
    for played in workloads {
      objects[ClusterResource(.deployment), default: []].append(.workload(played.object))
      for set in played.sets {
        objects[ClusterResource(.replicaSet), default: []].append(.workload(set.object))
        objects[.pods, default: []] += set.pods.map { .pod($0.object) }
      }
    }
    for resource in ClusterResource.allCases { send(resource, .relist(objects[resource] ?? [])) }
  }

  /// Pods of which nobody can say more than the stamps do: one was deleted by hand within two seconds of a step of its own ReplicaSet, and
  /// the server kept no event.
  var undecidable: Set<String> {
    var found: Set<String> = []
    for hand in ends where hand.cause == .deleted && steps.contains(where: { $0.set == hand.set && abs(($0.at - hand.at).seconds) < 2 }) {
      for other in ends where other.set == hand.set && abs((other.at - hand.at).seconds) < 4 { found.insert(other.pod) }
    }
    return found
  }

  /// In the order in which a recorder receives them.
  var received: [ClusterDelta] { deltas.sorted { ($0.at, $0.order) < ($1.at, $1.order) }.map(\.delta) }

  // MARK: What people do

  mutating func deploy(_ name: String, replicas: Int, isRecreate: Bool = false) {
    var object = Workload(reference: ObjectReference(kind: "Deployment", namespace: "n", name: name, uid: "d-\(name)"), desired: replicas)
    object.created = second
    object.specStamp = second
    object.stamp = second
    object.revision = "1"
    var played = PlayedDeployment(object: object, isRecreate: isRecreate, seen: replicas)
    played.sets = [makeSet(of: object, revision: 1, wanted: replicas)]
    workloads.append(played)
    let place = workloads.count - 1
    for _ in 0..<replicas {
      workloads[place].sets[0].pods.append(makePod(of: workloads[place].sets[0].object, isReady: true, silently: true))
    }
  }

  private mutating func makeSet(of owner: Workload, revision: Int, wanted: Int) -> PlayedSet {
    let hash = "h\(revision)"
    var set = Workload(
      reference: ObjectReference(kind: "ReplicaSet", namespace: "n", name: "\(owner.reference.name)-\(hash)", uid: uid("rs")),
      controller: owner.reference, desired: wanted, created: second)
    set.revision = "\(revision)"
    set.ownersDesired = owner.desired
    set.specStamp = second
    set.stamp = second
    return PlayedSet(object: set)
  }

  private mutating func makePod(of set: Workload, isReady: Bool, silently: Bool = false) -> PlayedPod {
    let id = uid("pod")
    let usable = nodes.values.filter { !$0.isUnschedulable && $0.isReady }.map(\.name).sorted()
    var pod = Pod(
      namespace: "n", name: "\(set.reference.name)-\(id)", uid: id, node: usable.isEmpty ? "" : usable[pick(0...usable.count - 1)],
      phase: "Running", created: second, controller: set.reference, containers: [Container(name: "main", image: "i")])
    pod.labels["pod-template-hash"] = String(set.reference.name.split(separator: "-").last ?? "")
    pod.conditions = [Condition(type: "Ready", status: isReady ? "True" : "False", lastTransition: second)]
    if !silently { send(.pods, .added(.pod(pod))) }
    return PlayedPod(object: pod, readyAt: now + .milliseconds(Int64(pick(300...2500))))
  }

  mutating func roll(_ place: Int) {
    script.append("roll \(place) at \(now.rfc3339())")
    workloads[place].revision += 1
    touch(place)
    if !workloads[place].isRecreate { startSet(place) }
  }

  private mutating func startSet(_ place: Int) {
    let set = makeSet(of: workloads[place].object, revision: workloads[place].revision, wanted: 0)
    send(ClusterResource(.replicaSet), .added(.workload(set.object)))
    workloads[place].sets.append(set)
    workloads[place].newest = workloads[place].sets.count - 1
    workloads[place].object.revision = "\(workloads[place].revision)"
  }

  /// Back to the template before: its ReplicaSet carries the next revision.
  mutating func undo(_ place: Int) {
    guard workloads[place].sets.count > 1, workloads[place].newest > 0 else { return }
    script.append("undo \(place) at \(now.rfc3339())")
    workloads[place].revision += 1
    touch(place)
    let old = workloads[place].newest - 1
    workloads[place].newest = old
    workloads[place].sets[old].object.revision = "\(workloads[place].revision)"
    stampSet(place, old)
  }

  mutating func scale(_ place: Int, to count: Int) {
    script.append("scale \(place) to \(count) at \(now.rfc3339())")
    workloads[place].object.desired = count
    // The subresource leaves no time.
    workloads[place].object.specStamp = nil
    send(ClusterResource(.deployment), .modified(.workload(workloads[place].object)))
  }

  mutating func deleteByHand(_ place: Int) {
    guard let (set, pod) = somePod(place, where: { !$0.isDeleted }) else { return }
    script.append("delete \(workloads[place].sets[set].pods[pod].object.uid) at \(now.rfc3339())")
    end(place, set, pod, .deleted)
  }

  /// A cordoned node is drained through the eviction API.
  mutating func drain(_ node: String) {
    script.append("drain \(node) at \(now.rfc3339())")
    nodes[node]?.isUnschedulable = true
    sendNode(node)
    evict(from: node, .drain, "EvictionByEvictionAPI")
  }

  /// A taint that a person put on a node that is ready.
  mutating func taint(_ node: String) {
    script.append("taint \(node) at \(now.rfc3339())")
    nodes[node]?.taints = [Taint(key: "maintenance", value: "yes", effect: "NoExecute")]
    nodes[node]?.isUnschedulable = true
    sendNode(node)
    evict(from: node, .drain, "DeletionByTaintManager")
  }

  mutating func lose(_ node: String) {
    script.append("lose \(node) at \(now.rfc3339())")
    let since = second
    nodes[node]?.conditions = [Condition(type: "Ready", status: "Unknown", lastTransition: since)]
    nodes[node]?.taints = [Taint(key: "node.kubernetes.io/unreachable", effect: "NoExecute")]
    sendNode(node)
    evict(from: node, .nodeLost, "DeletionByTaintManager")
  }

  mutating func bringBack(_ node: String) {
    let since = second
    nodes[node]?.isUnschedulable = false
    nodes[node]?.taints = []
    nodes[node]?.conditions = [Condition(type: "Ready", status: "True", lastTransition: since)]
    sendNode(node)
  }

  private mutating func sendNode(_ name: String) {
    let stamp = second
    nodes[name]?.stamp = stamp
    if let node = nodes[name] { send(.nodes, .modified(.node(node))) }
  }

  private mutating func evict(from node: String, _ cause: Reschedule.Cause, _ reason: String) {
    for place in workloads.indices {
      for set in workloads[place].sets.indices {
        for pod in workloads[place].sets[set].active where workloads[place].sets[set].pods[pod].object.node == node {
          workloads[place].sets[set].pods[pod].object.conditions.append(
            Condition(type: "DisruptionTarget", status: "True", reason: reason, lastTransition: second))
          end(place, set, pod, cause)
        }
      }
    }
  }

  private mutating func somePod(_ place: Int, where fits: (PlayedPod) -> Bool) -> (Int, Int)? {
    var found: [(Int, Int)] = []
    for set in workloads[place].sets.indices {
      for pod in workloads[place].sets[set].pods.indices where fits(workloads[place].sets[set].pods[pod]) { found.append((set, pod)) }
    }
    return found.isEmpty ? nil : found[pick(0...found.count - 1)]
  }

  // MARK: What controllers do

  private mutating func touch(_ place: Int) {
    workloads[place].object.specStamp = second
    workloads[place].object.stamp = second
    send(ClusterResource(.deployment), .modified(.workload(workloads[place].object)))
  }

  private mutating func stampSet(_ place: Int, _ set: Int) {
    workloads[place].sets[set].object.specStamp = second
    workloads[place].sets[set].object.stamp = second
    send(ClusterResource(.replicaSet), .modified(.workload(workloads[place].sets[set].object)))
  }

  private mutating func setCount(_ place: Int, _ set: Int, _ count: Int, _ reason: Reschedule.Cause) {
    let before = workloads[place].sets[set].object.desired
    guard before != count || workloads[place].sets[set].object.ownersDesired != workloads[place].object.desired else { return }
    workloads[place].sets[set].object.desired = count
    workloads[place].sets[set].object.ownersDesired = workloads[place].object.desired
    if count < before {
      workloads[place].sets[set].reasons += Array(repeating: reason, count: before - count)
      steps.append((workloads[place].sets[set].object.reference.uid, now))
    }
    if count > before, reason == .scale { workloads[place].sets[set].adds += count - before }
    stampSet(place, set)
  }

  private mutating func end(_ place: Int, _ set: Int, _ pod: Int, _ cause: Reschedule.Cause) {
    let grace = pick(0...4)
    workloads[place].sets[set].pods[pod].object.deletionTimestamp = second + .seconds(Int64(grace))
    workloads[place].sets[set].pods[pod].object.deletionGraceSeconds = grace
    workloads[place].sets[set].pods[pod].goneAt = now + .milliseconds(Int64(pick(200...grace * 1000 + 300)))
    let object = workloads[place].sets[set].pods[pod].object
    truth[object.uid] = cause
    ends.append((object.uid, workloads[place].sets[set].object.reference.uid, cause, now))
    send(.pods, .modified(.pod(object)))
    // Servers drop most events.
    guard cause == .rollout || cause == .scale, pick(0...3) == 0, let set = object.controller else { return }
    let event = ClusterEvent(
      uid: uid("event"), namespace: "n", object: set, type: "Normal", reason: "SuccessfulDelete", message: "Deleted pod: \(object.name)",
      last: second)
    send(.events, .added(.event(event)))
  }

  /// Lets the controllers and kubelets work.
  mutating func run(_ seconds: Double) {
    for _ in 0..<Int(seconds * 10) {
      now = now + .milliseconds(100)
      for place in workloads.indices {
        kubelets(place)
        if pick(0...2) > 0 { deploymentController(place) }
        for set in workloads[place].sets.indices where pick(0...3) > 0 { setController(place, set) }
      }
    }
  }

  private mutating func kubelets(_ place: Int) {
    for set in workloads[place].sets.indices {
      for pod in workloads[place].sets[set].pods.indices.reversed() {
        let played = workloads[place].sets[set].pods[pod]
        if let gone = played.goneAt, gone <= now {
          send(.pods, .deleted(.pod(played.object)))
          workloads[place].sets[set].pods.remove(at: pod)
        } else if !played.isDeleted, !played.object.isReady, played.readyAt <= now {
          workloads[place].sets[set].pods[pod].object.conditions = [Condition(type: "Ready", status: "True", lastTransition: second)]
          send(.pods, .modified(.pod(workloads[place].sets[set].pods[pod].object)))
        }
      }
    }
  }

  private mutating func deploymentController(_ place: Int) {
    let desired = workloads[place].object.desired
    let counts = workloads[place].sets.map(\.object.desired)
    if workloads[place].seen != desired {
      // A scaling comes before all else: the largest set takes the difference, all learn the new count.
      let difference = desired - workloads[place].seen
      workloads[place].seen = desired
      var left = difference
      for set in workloads[place].sets.indices.sorted(by: { counts[$0] > counts[$1] })
      where counts[set] > 0 || set == workloads[place].newest {
        let count = max(0, counts[set] + left)
        left -= count - counts[set]
        setCount(place, set, count, .scale)
      }
      return
    }
    let newest = workloads[place].newest
    let old = workloads[place].sets.indices.filter { $0 != newest }
    if workloads[place].isRecreate {
      let isNew = workloads[place].sets[newest].object.revision == "\(workloads[place].revision)"
      let others = isNew ? old : Array(workloads[place].sets.indices)
      for set in others where counts[set] > 0 { setCount(place, set, 0, .rollout) }
      guard others.allSatisfy({ workloads[place].sets[$0].pods.isEmpty }) else { return }
      if !isNew { startSet(place) }
      setCount(place, workloads[place].newest, desired, .rollout)
      return
    }
    guard counts[newest] != desired || old.contains(where: { counts[$0] > 0 }) else { return }
    let total = counts.reduce(0, +)
    if counts[newest] < desired, total < desired + 1 {
      setCount(place, newest, min(desired, counts[newest] + desired + 1 - total), .rollout)
    } else if let set = old.first(where: { counts[$0] > 0 }) {
      let ready = workloads[place].sets.reduce(0) { $0 + $1.ready }
      if ready > desired || workloads[place].sets[set].ready < counts[set]
        || total > desired && workloads[place].sets[newest].ready == counts[newest]
      {
        setCount(place, set, counts[set] - 1, .rollout)
      }
    } else if counts[newest] > desired {
      setCount(place, newest, desired, .rollout)
    }
  }

  private mutating func setController(_ place: Int, _ set: Int) {
    let wanted = workloads[place].sets[set].object.desired
    let active = workloads[place].sets[set].active
    let before = workloads[place].sets[set].object.ready
    if active.count < wanted {
      for _ in active.count..<wanted {
        workloads[place].sets[set].pods.append(makePod(of: workloads[place].sets[set].object, isReady: false))
        if workloads[place].sets[set].adds > 0 {
          workloads[place].sets[set].adds -= 1
          added += 1
        }
      }
    } else if active.count > wanted {
      // Those that are not ready go first.
      let order = active.sorted { one, other in
        let first = workloads[place].sets[set].pods[one].object
        let second = workloads[place].sets[set].pods[other].object
        if first.isReady != second.isReady { return !first.isReady }
        return first.uid < second.uid
      }
      for pod in order.prefix(active.count - wanted) {
        end(place, set, pod, workloads[place].sets[set].reasons.isEmpty ? .rollout : workloads[place].sets[set].reasons.removeFirst())
      }
    } else if !workloads[place].sets[set].reasons.isEmpty {
      // A pod that somebody deleted took the place of one that the lowered count would have taken: nothing tells the two apart.
      let uid = workloads[place].sets[set].object.reference.uid
      let hands = ends.filter { $0.set == uid && $0.cause == .deleted && (now - $0.at).seconds < 3 }
      for (hand, reason) in zip(hands, workloads[place].sets[set].reasons) { truth[hand.pod] = reason }
      workloads[place].sets[set].reasons = []
    }
    let ready = workloads[place].sets[set].ready
    if ready != before || active.count != wanted {
      workloads[place].sets[set].object.ready = ready
      workloads[place].sets[set].object.stamp = second
      send(ClusterResource(.replicaSet), .modified(.workload(workloads[place].sets[set].object)))
    }
  }
}
