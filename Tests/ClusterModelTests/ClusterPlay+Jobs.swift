import ClusterModel
import Kubernetes
import TimeFormat

/// Jobs of a played cluster.
extension ClusterPlay {
  struct PlayedJob {
    var object: Workload
    var pods: [PlayedPod] = []
    var parallelism: Int
    var failures = 0
    var isDone = false
  }

  mutating func startJob() {
    let name = uid("job")
    script.append("\(name) at \(now.rfc3339())")
    var object = Workload(reference: ObjectReference(kind: "Job", namespace: "n", name: name, uid: name), desired: pick(1...3))
    object.created = second
    object.stamp = second
    object.backoffLimit = pick(0...3)
    send(ClusterResource(.job), .added(.workload(object)))
    jobs.append(PlayedJob(object: object, parallelism: pick(1...2)))
  }

  mutating func evictJobs(from node: String, _ cause: Reschedule.Cause, _ reason: String) {
    for place in jobs.indices where !jobs[place].isDone {
      for index in jobs[place].pods.indices {
        var pod = jobs[place].pods[index]
        guard !pod.isDeleted, pod.object.phase == "Running", pod.object.node == node else { continue }
        mark(&pod, reason)
        ask(&pod, cause)
        jobs[place].pods[index] = pod
      }
    }
  }

  mutating func runJob(_ place: Int) {
    for index in jobs[place].pods.indices.reversed() {
      var pod = jobs[place].pods[index]
      if kubelet(&pod) {
        jobs[place].pods.remove(at: index)
        continue
      }
      jobs[place].pods[index] = pod
      guard !pod.isDeleted, pod.object.phase == "Running", pod.endsAt <= now else { continue }
      finish(place, index)
    }
    guard !jobs[place].isDone, pick(0...2) > 0 else { return }
    let job = jobs[place]
    if job.failures > job.object.backoffLimit || job.object.succeeded >= job.object.desired {
      jobs[place].isDone = true
      jobs[place].object.conditions = [
        Condition(type: job.failures > job.object.backoffLimit ? "Failed" : "Complete", status: "True", lastTransition: second)
      ]
      sendJob(place)
      // Of a Job that gives up the others are deleted.
      for index in jobs[place].pods.indices {
        var pod = jobs[place].pods[index]
        guard !pod.isDeleted, pod.object.phase == "Running" else { continue }
        ask(&pod, .deleted)
        jobs[place].pods[index] = pod
      }
      return
    }
    let active = job.pods.count { !$0.isDeleted && $0.object.phase == "Running" }
    guard active < min(job.parallelism, job.object.desired - job.object.succeeded) else { return }
    var pod = makePod(of: job.object, isReady: false, silently: true)
    pod.object.restartPolicy = "Never"
    pod.endsAt = now + .milliseconds(Int64(pick(3000...15_000)))
    send(.pods, .added(.pod(pod.object)))
    jobs[place].pods.append(pod)
  }

  private mutating func sendJob(_ place: Int) {
    jobs[place].object.stamp = second
    send(ClusterResource(.job), .modified(.workload(jobs[place].object)))
  }

  private mutating func finish(_ place: Int, _ index: Int) {
    var pod = jobs[place].pods[index].object
    let isGood = pick(0...2) > 0
    let end = Container.Termination(
      reason: isGood ? "Completed" : "Error", exitCode: isGood ? 0 : pick(1...3), started: pod.created, finished: second)
    pod.phase = isGood ? "Succeeded" : "Failed"
    pod.containers[0].state = .terminated(end)
    pod.conditions.removeAll { $0.type == "Ready" }
    pod.conditions.append(Condition(type: "Ready", status: "False", reason: isGood ? "PodCompleted" : "PodFailed", lastTransition: second))
    jobs[place].pods[index].object = pod
    truth[pod.uid] = isGood ? .completed : .crash
    send(.pods, .modified(.pod(pod)))
    if isGood { jobs[place].object.succeeded += 1 } else { jobs[place].failures += 1 }
    jobs[place].object.failed = jobs[place].failures
    sendJob(place)
  }
}
