import Kubernetes

extension WorkloadKind {
  /// Runs pods until enough have succeeded; an indexed Job's pod is succeeded by one of the same index.
  package static let job: WorkloadKind = {
    var kind = WorkloadKind(.jobs)
    kind.runsToCompletion = true
    kind.runOf = .cronJobs
    kind.retries = true
    kind.finish = { workload, fields in
      workload.desired = fields.completions ?? fields.parallelism ?? 1
      workload.ready = workload.succeeded
    }
    kind.plannedEnds = { group, plain in
      guard let job = group.workload, job.isFinished else { return [] }
      return plain.map { place in
        // With restart policy OnFailure the last attempt is a container's, and its pod is deleted when the Job gives up.
        let pod = group.pods[place]
        if job.hasFailed, pod.restartPolicy == "OnFailure", let run = pod.runs.last {
          var finding = CauseInference.restart(run, events: group.events[pod.uid] ?? [], node: group.nodes[pod.node])
          finding.evidence.append("the Job has failed")
          return (place, finding)
        }
        var finding = CauseInference.Finding(.deleted, 0.9, "the Job has ended")
        finding.isCleanUp = true
        return (place, finding)
      }
    }
    kind.successor = { search in
      search.first { search.isFree($0) && search.came($0) && $0.completionIndex == search.old.completionIndex }
    }
    kind.isSettledWithout = { _, workload, _ in workload.isFinished }
    return kind
  }()
}
