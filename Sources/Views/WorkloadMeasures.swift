import ClusterModel
import TimeFormat

extension ReschedulesView {
  /// Downtime and capacity gap of each workload in a span of time, from the ledger's shortages.
  struct Measures {
    struct Workload {
      var downtime: Double
      var gap: Double
      var downSince: Timestamp?
    }

    /// By ``Group/key``.
    private(set) var workloads: [String: Workload] = [:]
    private(set) var outages: [LedgerListings.WorkloadOutage] = []

    /// - Parameter shows: whether the outages of a piece's workload are wanted.
    init(_ shortages: [Shortage], from: Timestamp, now: Timestamp, where shows: (Shortage) -> Bool) {
      for (key, pieces) in shortages.byWorkload() {
        guard let first = pieces.first else { continue }
        let found = pieces.outages.filter { $0.from <= now && ($0.to.map { $0 > from } ?? true) }
        workloads[key] = Workload(
          downtime: pieces.downtimeSeconds(from: from, to: now), gap: pieces.capacityGapSeconds(from: from, to: now),
          downSince: found.last { $0.isOngoing }?.from)
        guard shows(first) else { continue }
        outages += found.map {
          LedgerListings.WorkloadOutage(cluster: first.cluster, namespace: first.namespace, workload: first.workload, outage: $0, now: now)
        }
      }
      outages.sort { ($0.outage.from, $0.cluster, $0.namespace, $0.workload) < ($1.outage.from, $1.cluster, $1.namespace, $1.workload) }
    }
  }
}
