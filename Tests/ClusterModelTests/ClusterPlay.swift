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
  var now = Timestamp(milliseconds: 1_800_000_000_340)
  var deltas: [(at: Timestamp, order: Int, delta: ClusterDelta)] = []
  /// By UID, why a pod went.
  var truth: [String: Reschedule.Cause] = [:]
  /// Causes that nothing tells from the true ones.
  var alsoFits: [String: Reschedule.Cause] = [:]
  /// Pods that a raised count brought.
  var added = 0
  /// When pods went, and when a count was lowered, by ReplicaSet.
  var ends: [(pod: String, set: String, cause: Reschedule.Cause, at: Timestamp)] = []
  var steps: [(set: String, at: Timestamp)] = []
  /// What was done, for a failure's report.
  var script: [String] = []

  /// Our clock less the server's.
  var clockAhead = Duration.zero
  var latency: [ClusterResource: Duration] = [:]
  /// Kubernetes 1.20 leaves the time of an entry in `managedFields` where the same fields change again.
  var renewsStamps = true

  private var random: SeededGenerator
  var uids = 0
  var workloads: [PlayedDeployment] = []
  var statefulSets: [PlayedStatefulSet] = []
  var daemonSets: [PlayedDaemonSet] = []
  var jobs: [PlayedJob] = []
  /// Containers that ended in pods that went on, and why.
  var endedContainers: [Restart] = []
  /// The node that is drained within the budgets.
  var draining: String?
  var nodes: [String: Node] = [:]

  struct PlayedPod {
    var object: Pod { didSet { note() } }
    var readyAt: Timestamp
    var goneAt: Timestamp?
    /// The end of its container, until that runs again.
    var ended: Container.Termination?
    /// Of a Job: when its work is done.
    var endsAt = Timestamp(nanoseconds: .max)
    /// What is asked of each pod at each step.
    private(set) var isReady = false
    private(set) var isDeleted = false
    private var isRunning = false

    init(object: Pod, readyAt: Timestamp) {
      (self.object, self.readyAt) = (object, readyAt)
      note()
    }

    private mutating func note() {
      isReady = object.isReady
      isDeleted = object.deletionTimestamp != nil
      isRunning = object.phase == "Running"
    }

    func wasAsked(in second: Timestamp) -> Bool {
      object.deletionTimestamp.map { $0 - .seconds(Int64(object.deletionGraceSeconds ?? 0)) == second } ?? false
    }

    /// Whether its kubelet has anything to do.
    func isDue(at now: Timestamp) -> Bool {
      isDeleted ? goneAt.map { $0 <= now } == true : isRunning && !isReady && readyAt <= now
    }
  }

  struct PlayedSet {
    var object: Workload
    var pods: [PlayedPod] = []
    /// Why the pods go that a lowered count has still to take.
    var reasons: [Reschedule.Cause] = []
    /// Pods that the next raised count brings are additions.
    var adds = 0
    var active: [Int] { pods.indices.filter { !pods[$0].isDeleted } }
    var ready: Int { pods.indices.count { !pods[$0].isDeleted && pods[$0].isReady } }
  }

  struct PlayedDeployment {
    var object: Workload
    var isRecreate: Bool
    var sets: [PlayedSet] = []
    var newest = 0
    var revision = 1
    /// The count that the controller has worked on.
    var seen: Int
    /// A new template came with the count; its ReplicaSet is made when that is done.
    var rollsAfterScaling = false
  }

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    for name in ["node-1", "node-2", "node-3"] {
      nodes[name] = Node(
        name: name, uid: name, conditions: [Condition(type: "Ready", status: "True", lastTransition: second)], created: second)
    }
  }

  var second: Timestamp { Timestamp(seconds: now.nanoseconds / 1_000_000_000) }
  mutating func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
  mutating func uid(_ prefix: String) -> String {
    uids += 1
    return "\(prefix)-\(uids)"
  }

  // MARK: What is received

  mutating func send(_ resource: ClusterResource, _ change: ClusterDelta.Change) {
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
    for set in statefulSets {
      objects[ClusterResource(.statefulSet), default: []].append(.workload(set.object))
      objects[.pods, default: []] += set.pods.sorted { $0.key < $1.key }.map { .pod($0.value.object) }
    }
    for set in daemonSets {
      objects[ClusterResource(.daemonSet), default: []].append(.workload(set.object))
      objects[.pods, default: []] += set.pods.sorted { $0.key < $1.key }.map { .pod($0.value.object) }
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

  /// Pods of one ReplicaSet that went at one time, of whose causes each is told as often as it happened: which of equal pods a count took
  /// and which the rollout behind it, nobody can say.
  func exchanged(_ told: [String: Reschedule.Cause]) -> Set<String> {
    var found: Set<String> = []
    for end in ends where told[end.pod] != end.cause {
      let together = ends.filter { $0.set == end.set && abs(($0.at - end.at).seconds) < 3 && told[$0.pod] != $0.cause }
      let causes = Dictionary(grouping: together, by: \.cause).mapValues(\.count)
      let others = Dictionary(grouping: together.compactMap { told[$0.pod] }, by: { $0 }).mapValues(\.count)
      if causes == others, Set(causes.keys).isSubset(of: [.rollout, .scale]) { found.formUnion(together.map(\.pod)) }
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

  mutating func makeSet(of owner: Workload, revision: Int, wanted: Int) -> PlayedSet {
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

  mutating func makePod(of set: Workload, isReady: Bool, silently: Bool = false) -> PlayedPod {
    let id = uid("pod")
    let usable = nodes.values.filter { !$0.isUnschedulable && $0.isReady }.map(\.name).sorted()
    var pod = Pod(
      namespace: "n", name: "\(set.reference.name)-\(id)", uid: id, node: usable.isEmpty ? "" : usable[pick(0...usable.count - 1)],
      phase: "Running", created: second, controller: set.reference,
      containers: [Container(name: "main", image: "i", state: .running(since: second))])
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

  mutating func startSet(_ place: Int) {
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

  /// A new template and another count in one change: the controller scales first (`isScalingEvent`), then rolls out.
  mutating func rollAndScale(_ place: Int, to count: Int) {
    script.append("roll and scale \(place) to \(count) at \(now.rfc3339())")
    workloads[place].object.desired = count
    workloads[place].revision += 1
    workloads[place].rollsAfterScaling = true
    touch(place)
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
    draining = nil
    nodes[node]?.isUnschedulable = false
    nodes[node]?.taints = []
    nodes[node]?.conditions = [Condition(type: "Ready", status: "True", lastTransition: since)]
    sendNode(node)
  }

  mutating func sendNode(_ name: String) {
    let stamp = second
    nodes[name]?.stamp = stamp
    if let node = nodes[name] { send(.nodes, .modified(.node(node))) }
  }

  mutating func evict(from node: String, _ cause: Reschedule.Cause, _ reason: String) {
    for place in workloads.indices {
      for set in workloads[place].sets.indices {
        for pod in workloads[place].sets[set].active where workloads[place].sets[set].pods[pod].object.node == node {
          workloads[place].sets[set].pods[pod].object.conditions.append(
            Condition(type: "DisruptionTarget", status: "True", reason: reason, lastTransition: second))
          end(place, set, pod, cause)
        }
      }
    }
    evictOrdinals(from: node, cause, reason)
    evictJobs(from: node, cause, reason)
  }

  mutating func somePod(_ place: Int, where fits: (PlayedPod) -> Bool) -> (Int, Int)? {
    var found: [(Int, Int)] = []
    for set in workloads[place].sets.indices {
      for pod in workloads[place].sets[set].pods.indices where fits(workloads[place].sets[set].pods[pod]) { found.append((set, pod)) }
    }
    return found.isEmpty ? nil : found[pick(0...found.count - 1)]
  }
}
