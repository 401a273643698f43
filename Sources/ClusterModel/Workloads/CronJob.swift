import Kubernetes

extension WorkloadKind {
  /// Makes Jobs by the clock. It is not watched: a Job of a CronJob stands for itself.
  package static let cronJob: WorkloadKind = {
    var kind = WorkloadKind(.cronJobs)
    kind.isWatched = false
    kind.runsToCompletion = true
    return kind
  }()
}
