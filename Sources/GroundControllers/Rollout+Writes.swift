import JSONBytes
import Kubernetes
import TimeFormat

extension Rollout {
  /// Annotations of the Deployment that its ReplicaSets carry too, so that `rollout history` finds the change cause.
  var inheritedAnnotations: JSONValue {
    let own = ["kubectl.kubernetes.io/last-applied-configuration", Self.revisionKey, Self.historyKey, Self.desiredKey, Self.maximumKey]
    let kept = (deployment.at("metadata", "annotations")?.objectValue ?? [:]).filter { !own.contains($0.key) }
    return .object(JSONObject(kept))
  }

  /// The current ReplicaSet has the highest revision; one that became current again by a rollback moves up.
  mutating func annotateRevision() {
    guard let new else { return }
    let highest = old.map(\.revision).max() ?? 0
    var annotations: JSONValue = [:]
    var revision = new.revision
    if revision <= highest {
      if revision > 0 {
        let history = new.object.annotation(Self.historyKey).map { "\($0),\(revision)" } ?? "\(revision)"
        annotations[Self.historyKey] = .string(history)
      }
      revision = highest + 1
      annotations[Self.revisionKey] = .string(String(revision))
    }
    for member in inheritedAnnotations.objectValue ?? [:] where new.object.annotation(member.key) != member.value.stringValue {
      annotations[member.key] = member.value
    }
    if annotations.objectValue?.isEmpty == false {
      outcome.writes.append(
        .patch(
          resource: .replicaSets, of: Reference(new.object), subresource: nil, merge: ["metadata": ["annotations": annotations]],
          version: nil))
    }
    if deployment.annotation(Self.revisionKey) != String(revision) {
      outcome.writes.append(
        .patch(
          resource: .deployments, of: Reference(deployment), subresource: nil,
          merge: ["metadata": ["annotations": [Self.revisionKey: .string(String(revision))]]], version: nil))
    }
  }

  mutating func writeScales() {
    for set in old + [new].compactMap({ $0 }) {
      let isCurrent = set.object.uid == new?.object.uid
      var annotations: JSONValue = [:]
      for (key, value) in [(Self.desiredKey, desired), (Self.maximumKey, desired + maxSurge)]
      where (isCurrent || set.replicas > 0) && set.object.annotation(key) != String(value) {
        annotations[key] = .string(String(value))
      }
      let isRescaled = set.replicas != set.before
      guard isRescaled || annotations.objectValue?.isEmpty == false else { continue }
      var merge: JSONValue = [:]
      if isRescaled { merge["spec"] = ["replicas": .int(Int64(set.replicas))] }
      if annotations.objectValue?.isEmpty == false { merge["metadata"] = ["annotations": annotations] }
      outcome.writes.append(
        .patch(resource: .replicaSets, of: Reference(set.object), subresource: nil, merge: merge, version: nil))
      guard isRescaled else { continue }
      let way = set.replicas > set.before ? "up" : "down"
      outcome.writes.append(
        .announce(
          Announcement(
            "ScalingReplicaSet", about: deployment,
            "Scaled \(way) replica set \(set.object.name) from \(set.before) to \(set.replicas)")))
    }
  }

  /// Old ReplicaSets beyond the history limit go once the rollout is complete.
  mutating func cleanUp() {
    guard let new, new.replicas == desired, new.available >= desired, old.allSatisfy({ $0.replicas == 0 }) else { return }
    let limit = deployment.at("spec", "revisionHistoryLimit")?.integer(in: IntegerRange.count) ?? 10
    let idle = old.filter { $0.alive == 0 && $0.before == 0 }
    guard idle.count > limit else { return }
    for set in idle.sorted(by: { $0.revision < $1.revision }).prefix(idle.count - limit) {
      outcome.writes.append(.delete(resource: .replicaSets, of: Reference(set.object), grace: nil, announce: nil))
    }
  }

  mutating func writeStatus() {
    let sets = old + [new].compactMap { $0 }
    let replicas = sets.reduce(0) { $0 + $1.active }
    let available = sets.reduce(0) { $0 + $1.available }
    let ready = sets.reduce(0) { $0 + $1.ready }
    let updated = new?.active ?? 0
    var status: JSONValue = ["observedGeneration": .int(deployment.generation)]
    // A merge patch removes a member with null: a zero is left out, as the real API does.
    func count(_ field: String, _ value: Int) {
      status[field] = value == 0 ? .null : .int(Int64(value))
    }
    count("replicas", replicas)
    count("updatedReplicas", updated)
    count("readyReplicas", ready)
    count("availableReplicas", available)
    count("unavailableReplicas", max(0, desired - available))
    let conditions = conditions(replicas: replicas, updated: updated, ready: ready, available: available)
    status["conditions"] = .array(conditions)
    outcome.report(status, of: deployment, .deployments)
  }

  private mutating func conditions(replicas: Int, updated: Int, ready: Int, available: Int) -> [JSONValue] {
    var conditions = deployment.list("status", "conditions")
    if available >= desired - maxUnavailable {
      set(&conditions, "Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
    } else {
      set(&conditions, "Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
    }
    let present = deployment.condition("Progressing")
    let reason = present?["reason"]?.stringValue
    if isPaused {
      if reason != "DeploymentPaused" { set(&conditions, "Progressing", "Unknown", "DeploymentPaused", "Deployment is paused") }
      return conditions
    }
    if reason == "DeploymentPaused" {
      set(&conditions, "Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed")
      return conditions
    }
    if let created {
      set(&conditions, "Progressing", "True", "NewReplicaSetCreated", "Created new replica set \"\(created)\"")
      return conditions
    }
    let name = new?.object.name ?? old.last?.object.name ?? ""
    let isComplete = updated == desired && replicas == desired && available == desired && new?.before == desired
    if isComplete {
      if reason != "NewReplicaSetAvailable" || !(present?["message"]?.stringValue?.contains("\"\(name)\"") ?? false) {
        set(&conditions, "Progressing", "True", "NewReplicaSetAvailable", "ReplicaSet \"\(name)\" has successfully progressed.")
      }
      return conditions
    }
    // A complete rollout stays so while replicas come and go; only a new template or size makes it progress again.
    let isSettled =
      reason == "NewReplicaSetAvailable" && new?.before == desired && old.allSatisfy { $0.before == 0 && $0.active == 0 }
      && present?["message"]?.stringValue?.contains("\"\(name)\"") == true
    if isSettled { return conditions }
    let hasMoved =
      updated > deployment.int("status", "updatedReplicas")
      || replicas - updated < deployment.int("status", "replicas") - deployment.int("status", "updatedReplicas")
      || ready > deployment.int("status", "readyReplicas") || available > deployment.int("status", "availableReplicas")
    if hasMoved || present == nil || reason == "NewReplicaSetAvailable" {
      set(&conditions, "Progressing", "True", "ReplicaSetUpdated", "ReplicaSet \"\(name)\" is progressing.", touches: true)
      outcome.look(at: now + .seconds(deadline))
      return conditions
    }
    if reason == "ProgressDeadlineExceeded" { return conditions }
    let last = present?.time("lastUpdateTime") ?? now
    if last + .seconds(deadline) < now {
      set(&conditions, "Progressing", "False", "ProgressDeadlineExceeded", "ReplicaSet \"\(name)\" has timed out progressing.")
    } else {
      outcome.look(at: last + .seconds(deadline + 1))
    }
    return conditions
  }

  private var deadline: Int { deployment.at("spec", "progressDeadlineSeconds")?.integer(in: IntegerRange.count) ?? 600 }

  /// - Parameter touches: whether the update time moves although nothing else does.
  private func set(
    _ conditions: inout [JSONValue], _ type: String, _ status: String, _ reason: String, _ message: String, touches: Bool = false
  ) {
    let stamp = JSONValue.string(now.rfc3339(.seconds))
    let index = conditions.firstIndex { $0["type"]?.stringValue == type }
    let old = index.map { conditions[$0] }
    if let old, !touches, old["status"]?.stringValue == status, old["reason"]?.stringValue == reason, old["message"]?.stringValue == message
    {
      return
    }
    let transition = old?["status"]?.stringValue == status ? old?["lastTransitionTime"] ?? stamp : stamp
    let condition: JSONValue = [
      "type": .string(type), "status": .string(status), "lastUpdateTime": stamp, "lastTransitionTime": transition,
      "reason": .string(reason), "message": .string(message),
    ]
    if let index { conditions[index] = condition } else { conditions.append(condition) }
  }
}
