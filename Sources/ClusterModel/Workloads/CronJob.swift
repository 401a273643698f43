import Kubernetes

extension WorkloadKind {
  /// Makes Jobs by the clock; they are its runs, and it is the workload.
  package static let cronJob: WorkloadKind = {
    var kind = WorkloadKind(.cronJobs)
    kind.runsToCompletion = true
    kind.finish = { workload, _ in workload.desired = 0 }
    return kind
  }()
}
