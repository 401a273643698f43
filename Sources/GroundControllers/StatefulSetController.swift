import JSONBytes
import Kubernetes
import TimeFormat

/// Keeps the pods of each StatefulSet: with names that stay, in their order, each with its own claims
/// (kubernetes, pkg/controller/statefulset).
package enum StatefulSetController {
  package static let controller = Controller(
    name: "statefulset-controller", of: .statefulSets,
    concerned: { change, view in
      switch change.key.type {
      case .pods, .controllerRevisions: view.workloads(.statefulSets, concernedBy: change)
      // A claim that is gone is made again.
      case .persistentVolumeClaims:
        view.all(.statefulSets, in: change.key.namespace).filter { StatefulClaims(of: $0).isOwn(change.key.name) }
      default: []
      }
    },
    reconcile: { set, view, now in
      let (pods, claims) = view.claimPods(of: set) { StatefulPods.ordinal(of: $0.name, in: set.name) != nil }
      var outcome = Outcome()
      outcome.writes = claims
      if set.isTerminating { return outcome }
      let revisions = StatefulRevisions(set, view.controlled(by: set, .controllerRevisions), inUse: pods)
      outcome.writes += revisions.writes
      var update = StatefulUpdate(set, pods, revisions, view, now)
      update.run()
      outcome.merge(update.outcome)
      return outcome
    })
}

/// Names and labels of a StatefulSet's pods.
enum StatefulPods {
  static let revisionKey = "controller-revision-hash"
  static let nameKey = "statefulset.kubernetes.io/pod-name"
  static let indexKey = "apps.kubernetes.io/pod-index"

  static func name(_ set: String, _ ordinal: Int) -> String { "\(set)-\(ordinal)" }

  /// `nil` for a name that is none of the set's.
  static func ordinal(of pod: String, in set: String) -> Int? {
    guard pod.hasPrefix("\(set)-"), let ordinal = Int(pod.dropFirst(set.count + 1)), name(set, ordinal) == pod else { return nil }
    return ordinal
  }
}

extension JSONValue {
  var revision: String { labels?[StatefulPods.revisionKey]?.stringValue ?? "" }
  /// Has come up and serves; an ending pod may still.
  var isRunningAndReady: Bool { phase == "Running" && isReady }
}

/// One pass over one StatefulSet: what is to be done next. In order, one thing at a time, unless its pods are managed in parallel.
struct StatefulUpdate {
  /// Pods made or deleted in one pass of a set whose pods are managed in parallel.
  private static let burst = 500

  private let set: JSONValue
  private let revisions: StatefulRevisions
  private let claims: StatefulClaims
  private let view: ClusterView
  private let now: Timestamp
  private let ordinals: Range<Int>
  private let pods: [Int: JSONValue]
  /// Pods beyond the replicas, the highest ordinal first.
  private let condemned: [(ordinal: Int, pod: JSONValue)]
  private let isOrdered: Bool
  private let minReady: Int
  /// The pods below this ordinal are not updated; `nil` when no pod is updated but by its deletion.
  private let partition: Int?
  private(set) var outcome = Outcome()

  init(_ set: JSONValue, _ pods: [JSONValue], _ revisions: StatefulRevisions, _ view: ClusterView, _ now: Timestamp) {
    self.set = set
    self.revisions = revisions
    self.view = view
    self.now = now
    claims = StatefulClaims(of: set)
    let start = set.count("spec", "ordinals", "start")
    let ordinals = start..<start + set.replicas
    let byOrdinal = pods.compactMap { pod in StatefulPods.ordinal(of: pod.name, in: set.name).map { (ordinal: $0, pod: pod) } }
    self.ordinals = ordinals
    self.pods = Dictionary(byOrdinal.map { ($0.ordinal, $0.pod) }) { one, _ in one }
    condemned = byOrdinal.filter { !ordinals.contains($0.ordinal) }.sorted { $0.ordinal > $1.ordinal }
    isOrdered = set.at("spec", "podManagementPolicy") != "Parallel"
    minReady = set.count("spec", "minReadySeconds")
    let isOnDelete = set.at("spec", "updateStrategy", "type") == "OnDelete"
    partition = isOnDelete ? nil : start + set.count("spec", "updateStrategy", "rollingUpdate", "partition")
  }

  mutating func run() {
    report()
    if scaleUp(), scaleDown() { replaceOutdated() }
  }

  // MARK: - Steps; each answers whether the next may follow

  private mutating func scaleUp() -> Bool {
    var made = 0
    for ordinal in ordinals {
      guard let pod = pods[ordinal] else {
        create(ordinal)
        made += 1
        if isOrdered || made >= Self.burst { return false }
        continue
      }
      if pod.hasEnded, !pod.isTerminating {
        delete(pod, "RecreatingFailedPod", "StatefulSet \(set.namespace)/\(set.name) is recreating failed Pod \(pod.name)", isWarning: true)
        if isOrdered { return false }
        continue
      }
      outcome.writes += claims.writes(for: ordinal, pod, isCondemned: false, view)
      if isOrdered, !isHealthy(pod) { return false }
    }
    return true
  }

  private mutating func scaleDown() -> Bool {
    let inOrder = ordinals.compactMap { pods[$0] } + condemned.map(\.pod)
    let firstUnhealthy = inOrder.first { !isHealthy($0) }?.uid
    for (ordinal, pod) in condemned.prefix(Self.burst) {
      if pod.isTerminating {
        if isOrdered { return false }
        continue
      }
      // One that is not well is not waited for, but another one is, lest two be missing.
      if isOrdered, !isHealthy(pod), firstUnhealthy != pod.uid { return false }
      outcome.writes += claims.writes(for: ordinal, pod, isCondemned: true, view)
      delete(pod, "SuccessfulDelete", "delete Pod \(pod.name) in StatefulSet \(set.name) successful")
      if isOrdered { return false }
    }
    return true
  }

  /// One after the other from the highest ordinal, each when those above it are well.
  private mutating func replaceOutdated() {
    guard let partition else { return }
    for ordinal in ordinals.reversed() where ordinal >= partition {
      guard let pod = pods[ordinal] else { return }
      if pod.revision != revisions.update, !pod.isTerminating {
        delete(pod, "SuccessfulDelete", "delete Pod \(pod.name) in StatefulSet \(set.name) successful")
        return
      }
      if !isHealthy(pod) { return }
    }
  }

  /// Ready for as long as is asked, and not about to end.
  private func isHealthy(_ pod: JSONValue) -> Bool {
    pod.isRunningAndReady && !pod.isTerminating && pod.isAvailable(minReady, now)
  }

  // MARK: - Writes

  private mutating func create(_ ordinal: Int) {
    // A claim that goes with its old pod must be gone before the new one asks for it.
    guard let writes = claims.writesBeforePod(ordinal, view) else { return }
    outcome.writes += writes
    let name = StatefulPods.name(set.name, ordinal)
    let revision = partition.map { ordinal < $0 } ?? false ? revisions.current : revisions.update
    var templated = set
    templated.set("spec", "template", to: revisions.template(of: revision) ?? set.at("spec", "template"))
    var pod = templated.podFromTemplate()
    pod.set("metadata", "name", to: .string(name))
    pod.set("metadata", "labels", StatefulPods.nameKey, to: .string(name))
    pod.set("metadata", "labels", StatefulPods.indexKey, to: .string(String(ordinal)))
    pod.set("metadata", "labels", StatefulPods.revisionKey, to: .string(revision))
    pod.set("spec", "hostname", to: .string(name))
    pod.set("spec", "subdomain", to: set.at("spec", "serviceName"))
    let own = claims.volumes(ordinal)
    let names = Set(own.compactMap { $0["name"] })
    let volumes = pod.list("spec", "volumes").filter { volume in volume["name"].map { !names.contains($0) } ?? true } + own
    if !volumes.isEmpty { pod.set("spec", "volumes", to: .array(volumes)) }
    outcome.writes.append(
      .create(
        resource: .pods, object: pod,
        announce: Announcement("SuccessfulCreate", about: set, "create Pod \(name) in StatefulSet \(set.name) successful")))
  }

  private mutating func delete(_ pod: JSONValue, _ reason: String, _ message: String, isWarning: Bool = false) {
    outcome.writes.append(
      .delete(
        resource: .pods, of: Reference(pod), grace: nil, announce: Announcement(reason, about: set, isWarning: isWarning, message)))
  }

  private mutating func report() {
    let all = Array(pods.values)
    let ready = all.filter(\.isRunningAndReady)
    for pod in ready where !pod.isAvailable(minReady, now) {
      if let since = pod.condition("Ready")?.time("lastTransitionTime") { outcome.look(at: since + .seconds(minReady)) }
    }
    let alive = all.filter { !$0.isTerminating }
    let updated = alive.filter { $0.revision == revisions.update }.count
    var current = revisions.current
    // The rollout is complete: what was new is what is.
    if partition != nil, updated == all.count, ready.count == all.count { current = revisions.update }
    outcome.report(
      [
        "observedGeneration": .int(set.generation), "replicas": .int(Int64(all.count)), "readyReplicas": .int(Int64(ready.count)),
        "availableReplicas": .int(Int64(ready.filter { $0.isAvailable(minReady, now) }.count)),
        "currentReplicas": .int(Int64(alive.filter { $0.revision == current }.count)), "updatedReplicas": .int(Int64(updated)),
        "currentRevision": .string(current), "updateRevision": .string(revisions.update), "collisionCount": 0,
      ], of: set, .statefulSets)
  }
}
