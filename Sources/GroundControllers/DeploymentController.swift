import JSONBytes
import Kubernetes
import TimeFormat

/// Rolls Deployments out by scaling their ReplicaSets (kubernetes, pkg/controller/deployment).
package enum DeploymentController {
  package static let controller = Controller(
    name: "deployment-controller", of: .deployments,
    concerned: { change, view in
      switch change.key.type {
      case .pods: change.states.compactMap { view.controller(of: $0, .replicaSets) }.compactMap { view.controller(of: $0, .deployments) }
      case .replicaSets: view.workloads(.deployments, concernedBy: change)
      default: []
      }
    },
    reconcile: reconcile)

  private static func reconcile(_ deployment: JSONValue, _ view: ClusterView, _ now: Timestamp) -> Outcome {
    var outcome = Outcome()
    var sets = view.controlled(by: deployment, .replicaSets)
    if !deployment.isTerminating {
      for orphan in view.uncontrolled(.replicaSets, in: deployment.namespace)
      where !orphan.isTerminating && deployment.selector.matches(orphan.labels) {
        outcome.writes.append(
          .patch(
            resource: .replicaSets, of: Reference(orphan), subresource: nil,
            merge: ["metadata": ["ownerReferences": .array(orphan.owners + [deployment.controllerReference()])]], version: orphan.version))
        sets.append(orphan)
      }
    }
    outcome.merge(Rollout(deployment, sets, view, now).reconcile())
    return outcome
  }
}

/// One Deployment with its ReplicaSets and pods.
struct Rollout {
  static let revisionKey = "deployment.kubernetes.io/revision"
  static let historyKey = "deployment.kubernetes.io/revision-history"
  static let desiredKey = "deployment.kubernetes.io/desired-replicas"
  static let maximumKey = "deployment.kubernetes.io/max-replicas"
  static let hashKey = "pod-template-hash"

  /// A ReplicaSet and what the decisions need of it; `replicas` changes as they are made.
  struct Replicas {
    var object: JSONValue
    var replicas: Int
    var available: Int
    var ready: Int
    var active: Int
    /// Pods that still exist and have not ended, the ending ones too.
    var alive: Int
    var before: Int { object.replicas }
    var revision: Int { object.annotation(Rollout.revisionKey).flatMap { boundedInteger($0, in: IntegerRange.count) } ?? 0 }
  }

  let deployment: JSONValue
  let now: Timestamp
  let desired: Int
  let maxSurge: Int
  let maxUnavailable: Int
  let isRecreate: Bool
  var new: Replicas?
  /// In order of creation.
  var old: [Replicas]
  /// Whether a name is taken by another ReplicaSet.
  let isTaken: (String) -> Bool
  var outcome = Outcome()

  init(_ deployment: JSONValue, _ sets: [JSONValue], _ view: ClusterView, _ now: Timestamp) {
    self.deployment = deployment
    self.now = now
    isTaken = { view.object(.replicaSets, namespace: deployment.namespace, name: $0) != nil }
    desired = deployment.replicas
    isRecreate = deployment.at("spec", "strategy", "type") == "Recreate"
    let rolling = deployment.at("spec", "strategy", "rollingUpdate")
    let surge = isRecreate ? 0 : Self.resolve(rolling?["maxSurge"], of: desired, roundingUp: true)
    var unavailable = isRecreate ? desired : Self.resolve(rolling?["maxUnavailable"], of: desired, roundingUp: false)
    // Both can round to nothing; then the rollout could never move (deploymentutil ResolveFenceposts).
    if surge == 0, unavailable == 0 { unavailable = 1 }
    maxSurge = surge
    maxUnavailable = min(unavailable, desired)
    let minReady = deployment.count("spec", "minReadySeconds")
    var replicas = sets.filter { !$0.isTerminating }.map { set -> Replicas in
      let pods = view.controlled(by: set, .pods)
      let active = pods.filter(\.isActive)
      let replicas = set.replicas
      // Pods above the desired count are about to be deleted and carry nothing.
      return Replicas(
        object: set, replicas: replicas, available: min(replicas, active.filter { $0.isAvailable(minReady, now) }.count),
        ready: active.filter(\.isReady).count, active: active.count, alive: pods.filter { !$0.hasEnded }.count)
    }
    replicas.sort { one, other in
      one.object.created == other.object.created ? one.object.name < other.object.name : one.object.created < other.object.created
    }
    let template = Self.bare(deployment.at("spec", "template"))
    let index = replicas.firstIndex { Self.bare($0.object.at("spec", "template")) == template }
    new = index.map { replicas[$0] }
    old = replicas.enumerated().filter { $0.offset != index }.map(\.element)
  }

  /// A number or a percentage of the desired replicas (apimachinery, intstr).
  static func resolve(_ value: JSONValue?, of total: Int, roundingUp: Bool) -> Int {
    if let number = value?.integer(in: IntegerRange.count) { return number }
    guard let text = value?.stringValue, text.hasSuffix("%"), let percent = boundedInteger(text.dropLast(), in: 0...Int(Int16.max))
    else { return 0 }
    // Totals are sums of int32: the product fits.
    let product = total * percent
    return roundingUp ? (product + 99) / 100 : product / 100
  }

  /// A template without the hash label that tells ReplicaSets apart.
  private static func bare(_ template: JSONValue?) -> JSONValue {
    var template = template ?? [:]
    template.set("metadata", "labels", hashKey, to: nil)
    template.set("metadata", "creationTimestamp", to: nil)
    return template
  }

  var isPaused: Bool { deployment.at("spec", "paused")?.boolValue == true }

  func reconcile() -> Outcome {
    var rollout = self
    if !deployment.isTerminating {
      if isPaused || rollout.isScaling {
        rollout.scaleProportionally()
      } else if isRecreate {
        rollout.recreate()
      } else {
        rollout.roll()
      }
      if !isPaused { rollout.annotateRevision() }
      rollout.writeScales()
    }
    rollout.writeStatus()
    if !deployment.isTerminating { rollout.cleanUp() }
    return rollout.outcome
  }

  // MARK: - Strategies

  private mutating func roll() {
    guard new != nil else {
      createNew()
      return
    }
    let all = old.reduce(new?.replicas ?? 0) { $0 + $1.replicas }
    if let current = new?.replicas, current != desired {
      new?.replicas = current > desired ? desired : current + max(0, min(desired + maxSurge - all, desired - current))
      if new?.replicas != current { return }
    }
    scaleOldDown()
  }

  private mutating func scaleOldDown() {
    guard old.contains(where: { $0.replicas > 0 }), let new else { return }
    let all = old.reduce(new.replicas) { $0 + $1.replicas }
    let minimum = desired - maxUnavailable
    let newUnavailable = new.replicas - new.available
    var spare = all - minimum - newUnavailable
    guard spare > 0 else { return }
    // Unhealthy replicas first: they serve nobody.
    for index in old.indices where spare > 0 {
      let down = min(spare, old[index].replicas - old[index].available)
      guard down > 0 else { continue }
      old[index].replicas -= down
      spare -= down
    }
    var surplus = min(spare, old.reduce(new.available) { $0 + $1.available } - minimum)
    for index in old.indices where surplus > 0 {
      let down = min(surplus, old[index].replicas)
      old[index].replicas -= down
      surplus -= down
    }
  }

  private mutating func recreate() {
    for index in old.indices { old[index].replicas = 0 }
    if old.contains(where: { $0.before > 0 || $0.alive > 0 }) { return }
    guard new != nil else {
      createNew()
      return
    }
    new?.replicas = desired
  }

  private mutating func createNew() {
    let template = deployment.at("spec", "template") ?? [:]
    var collision = 0
    var hash = TemplateHash.of(Self.bare(template))
    while isTaken("\(deployment.name)-\(hash)") {
      collision += 1
      hash = TemplateHash.of(Self.bare(template), collision: collision)
    }
    let name = "\(deployment.name)-\(hash)"
    var labelled = template
    labelled.set("metadata", "labels", Self.hashKey, to: .string(hash))
    var selector = deployment.at("spec", "selector") ?? [:]
    selector.set("matchLabels", Self.hashKey, to: .string(hash))
    let total = old.reduce(0) { $0 + $1.replicas }
    let replicas = isRecreate ? desired : max(0, min(desired, desired + maxSurge - total))
    var annotations = inheritedAnnotations
    annotations[Self.revisionKey] = .string(String((old.map(\.revision).max() ?? 0) + 1))
    annotations[Self.desiredKey] = .string(String(desired))
    annotations[Self.maximumKey] = .string(String(desired + maxSurge))
    var spec: JSONValue = ["replicas": .int(Int64(replicas)), "selector": selector, "template": labelled]
    spec["minReadySeconds"] = deployment.at("spec", "minReadySeconds")
    let set: JSONValue = [
      "apiVersion": "apps/v1", "kind": "ReplicaSet",
      "metadata": [
        "name": .string(name), "namespace": .string(deployment.namespace), "labels": labelled.at("metadata", "labels") ?? [:],
        "annotations": annotations, "ownerReferences": [deployment.controllerReference()],
      ],
      "spec": spec,
    ]
    outcome.writes.append(.create(resource: .replicaSets, object: set, announce: nil))
    if replicas > 0 {
      outcome.writes.append(
        .announce(Announcement("ScalingReplicaSet", about: deployment, "Scaled up replica set \(name) from 0 to \(replicas)")))
    }
    created = name
  }

  /// The ReplicaSet that this pass makes.
  private(set) var created: String?

  /// A changed count is spread over all ReplicaSets by their size, so that a rollout under way keeps its proportions.
  private mutating func scaleProportionally() {
    let active = old.filter { $0.replicas > 0 }.count + ((new?.replicas ?? 0) > 0 ? 1 : 0)
    if active <= 1 {
      if let index = old.firstIndex(where: { $0.replicas > 0 }) {
        old[index].replicas = desired
      } else if new != nil, !isRecreate || old.allSatisfy({ $0.alive == 0 }) {
        new?.replicas = desired
      } else if new == nil, let last = old.indices.max(by: { old[$0].revision < old[$1].revision }), isPaused {
        old[last].replicas = desired
      }
      return
    }
    // A finished rollout leaves the old ones at nothing.
    let newIsSaturated = new.map { $0.available >= $0.replicas && $0.replicas == lastDesired($0) } ?? false
    if newIsSaturated, !isPaused {
      for index in old.indices { old[index].replicas = 0 }
      new?.replicas = desired
      return
    }
    let total = old.reduce(new?.replicas ?? 0) { $0 + $1.replicas }
    let allowed = desired > 0 ? desired + maxSurge : 0
    var left = allowed - total
    let delta = left
    for index in old.indices where old[index].replicas > 0 && left != 0 {
      let share = total == 0 ? 0 : max(-old[index].replicas, old[index].replicas * delta / total)
      let step = delta > 0 ? min(share, left) : max(share, left)
      old[index].replicas += step
      left -= step
    }
    if let current = new?.replicas { new?.replicas = max(0, current + left) }
  }

  private func lastDesired(_ set: Replicas) -> Int { set.object.annotation(Self.desiredKey).flatMap { Int($0) } ?? -1 }

  /// Whether the Deployment was scaled since its ReplicaSets were last written.
  private var isScaling: Bool {
    (old + [new].compactMap { $0 }).contains { set in
      set.replicas > 0 && set.object.annotation(Self.desiredKey).flatMap { Int($0) }.map { $0 != desired } ?? false
    }
  }
}
