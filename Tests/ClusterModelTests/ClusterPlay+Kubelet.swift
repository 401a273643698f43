import ClusterModel
import Kubernetes
import TimeFormat

/// What the kubelets of a played cluster do to pods, whoever owns them.
extension ClusterPlay {
  /// A container that ended in a pod that goes on.
  struct Restart: Hashable {
    var key: String
    var cause: Reschedule.Cause
  }

  /// Lets a kubelet look at a pod; answers whether the pod has gone.
  mutating func kubelet(_ pod: inout PlayedPod) -> Bool {
    guard pod.isDue(at: now) else { return false }
    if pod.isDeleted {
      send(.pods, .deleted(.pod(pod.object)))
      return true
    }
    if let end = pod.ended {
      pod.object.containers[0].restartCount += 1
      pod.object.containers[0].lastTermination = end
      pod.ended = nil
    }
    pod.object.containers[0].state = .running(since: second)
    pod.object.conditions.removeAll { $0.type == "Ready" }
    pod.object.conditions.append(Condition(type: "Ready", status: "True", lastTransition: second))
    send(.pods, .modified(.pod(pod.object)))
    return false
  }

  /// Ends the container of a pod that is ready: out of memory, by a probe, or by itself.
  mutating func endContainer(_ pod: inout PlayedPod) {
    guard pod.isReady, !pod.isDeleted else { return }
    let container = pod.object.containers[0]
    let key = "\(pod.object.uid)/\(container.name)/\(container.restartCount)"
    var cause = [Reschedule.Cause.oomKilled, .probe, .crash][pick(0...2)]
    script.append("\(cause) \(key) at \(now.rfc3339())")
    if cause == .probe {
      // Servers drop events: without both nothing tells a probe's kill from a crash.
      let isKillingKept = pick(0...3) > 0
      let isUnhealthyKept = pick(0...3) > 0
      if isUnhealthyKept { tellKubelet(pod.object, "Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 503") }
      if isKillingKept { tellKubelet(pod.object, "Killing", "Container main failed liveness probe, will be restarted") }
      if !isKillingKept, !isUnhealthyKept { cause = .crash }
    }
    let end = Container.Termination(
      reason: cause == .oomKilled ? "OOMKilled" : "Error", exitCode: cause == .crash ? pick(1...3) : 137,
      started: pod.object.conditions["Ready"]?.lastTransition, finished: second)
    pod.object.containers[0].state = .terminated(end)
    pod.object.conditions.removeAll { $0.type == "Ready" }
    pod.object.conditions.append(Condition(type: "Ready", status: "False", lastTransition: second))
    pod.ended = end
    pod.readyAt = now + .milliseconds(Int64(pick(1500...6000)))
    endedContainers.append(Restart(key: key, cause: cause))
    send(.pods, .modified(.pod(pod.object)))
  }

  mutating func endContainer(_ place: Int, _ found: (set: Int, pod: Int)) {
    var pod = workloads[place].sets[found.set].pods[found.pod]
    endContainer(&pod)
    workloads[place].sets[found.set].pods[found.pod] = pod
  }

  private mutating func tellKubelet(_ pod: Pod, _ reason: String, _ message: String) {
    var event = ClusterEvent(
      uid: uid("event"), namespace: "n", object: pod.reference, type: "Warning", reason: reason, message: message, source: "kubelet",
      last: second)
    event.container = "main"
    send(.events, .added(.event(event)))
  }

  /// Asks a pod to go.
  mutating func ask(_ pod: inout PlayedPod, _ cause: Reschedule.Cause) {
    let grace = pick(0...4)
    pod.object.deletionTimestamp = second + .seconds(Int64(grace))
    pod.object.deletionGraceSeconds = grace
    pod.goneAt = now + .milliseconds(Int64(pick(200...grace * 1000 + 300)))
    truth[pod.object.uid] = cause
    // What nobody has seen start again is the end of the pod.
    if pod.ended != nil {
      let key = "\(pod.object.uid)/main/\(pod.object.containers[0].restartCount)"
      endedContainers.removeAll { $0.key == key }
    }
    send(.pods, .modified(.pod(pod.object)))
  }
}
