import ClusterModel
import Kubernetes
import TimeFormat

/// What the controllers and kubelets of a played cluster do.
extension ClusterPlay {
  mutating func touch(_ place: Int) {
    if renewsStamps {
      workloads[place].object.specStamp = second
      workloads[place].object.stamp = second
    }
    send(ClusterResource(.deployment), .modified(.workload(workloads[place].object)))
  }

  mutating func stampSet(_ place: Int, _ set: Int) {
    if renewsStamps {
      workloads[place].sets[set].object.specStamp = second
      workloads[place].sets[set].object.stamp = second
    }
    send(ClusterResource(.replicaSet), .modified(.workload(workloads[place].sets[set].object)))
  }

  mutating func setCount(_ place: Int, _ set: Int, _ count: Int, _ reason: Reschedule.Cause) {
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

  mutating func end(_ place: Int, _ set: Int, _ pod: Int, _ cause: Reschedule.Cause) {
    var played = workloads[place].sets[set].pods[pod]
    ask(&played, cause)
    workloads[place].sets[set].pods[pod] = played
    let object = played.object
    ends.append((object.uid, workloads[place].sets[set].object.reference.uid, cause, now))
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
      for place in statefulSets.indices { runStatefulSet(place) }
      for place in daemonSets.indices { runDaemonSet(place) }
      for place in jobs.indices { runJob(place) }
      runDrain()
    }
  }

  /// Whether a Deployment is still on its way to its newest template.
  var isRollingOut: Bool {
    workloads.contains { played in
      played.sets.indices.contains { place in
        let set = played.sets[place]
        return set.object.desired != (place == played.newest ? played.object.desired : 0) || set.ready != set.object.desired
      }
    }
  }

  private mutating func kubelets(_ place: Int) {
    for set in workloads[place].sets.indices {
      for pod in workloads[place].sets[set].pods.indices.reversed() where workloads[place].sets[set].pods[pod].isDue(at: now) {
        var played = workloads[place].sets[set].pods[pod]
        if kubelet(&played) {
          workloads[place].sets[set].pods.remove(at: pod)
        } else {
          workloads[place].sets[set].pods[pod] = played
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
    if workloads[place].rollsAfterScaling {
      workloads[place].rollsAfterScaling = false
      if !workloads[place].isRecreate { startSet(place) }
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
        let pod = makePod(of: workloads[place].sets[set].object, isReady: false)
        if workloads[place].sets[set].adds > 0 {
          workloads[place].sets[set].adds -= 1
          added += 1
        }
        workloads[place].sets[set].pods.append(pod)
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
      for (hand, reason) in zip(hands, workloads[place].sets[set].reasons) { alsoFits[hand.pod] = reason }
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
