package import ClusterModel
import GRDB
package import MigrationPlan
package import TimeFormat

/// The ledger and pods' lives.
extension StoreReader: RescheduleSource {
  package func reschedules(since: Timestamp?) async throws -> [Reschedule] {
    try await read(orWhenAbsent: []) { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM reschedules WHERE at >= ? ORDER BY at, key", arguments: [since?.nanoseconds ?? Int64.min]
      ).map(Self.reschedule)
    }
  }

  package func gaps(since: Timestamp?) async throws -> [LedgerGap] {
    try await read(orWhenAbsent: []) { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM ledger_gaps WHERE to_at >= ? ORDER BY from_at", arguments: [since?.nanoseconds ?? Int64.min]
      ).map {
        LedgerGap(
          cluster: $0["cluster"], from: Timestamp(nanoseconds: $0["from_at"]), to: Timestamp(nanoseconds: $0["to_at"]), reason: $0["reason"])
      }
    }
  }

  package func lifecycle(ofPods uids: [String]) async throws -> [PodLifecycleEvent] {
    guard !uids.isEmpty else { return [] }
    return try await read(orWhenAbsent: []) { db in
      let marks = Array(repeating: "?", count: uids.count).joined(separator: ", ")
      return try Row.fetchAll(
        db, sql: "SELECT * FROM pod_events WHERE pod_uid IN (\(marks)) ORDER BY at", arguments: StatementArguments(uids)
      ).map {
        PodLifecycleEvent(
          kind: $0["kind"], at: Timestamp(nanoseconds: $0["at"]), cluster: $0["cluster"], namespace: $0["namespace"], pod: $0["pod"],
          podUID: $0["pod_uid"], node: $0["node"], detail: $0["detail"])
      }
    }
  }

  private static func reschedule(_ row: Row) -> Reschedule {
    func pod(_ prefix: String) -> Reschedule.PodReference? {
      guard let name: String = row["\(prefix)_name"] else { return nil }
      return .init(name: name, uid: row["\(prefix)_uid"] ?? "", node: row["\(prefix)_node"] ?? "")
    }
    let evidence: String = row["evidence"]
    return Reschedule(
      key: row["key"], at: Timestamp(nanoseconds: row["at"]), cluster: row["cluster"], namespace: row["namespace"],
      workload: row["workload"], change: .init(rawValue: row["change"]) ?? .failed, cause: .init(rawValue: row["cause"]) ?? .unknown,
      old: pod("old"), new: pod("new"), container: row["container"], exitCode: row["exit_code"], downtimeSeconds: row["downtime"],
      capacityGapSeconds: row["capacity_gap"], confidence: row["confidence"],
      evidence: evidence.split(separator: "\n").map(String.init), isPending: row["pending"])
  }
}

/// Evidence of checks.
extension StoreReader: EvidenceLog {
  package func latest() async throws -> [Evidence] {
    try await read(orWhenAbsent: []) { db in
      // SQLite gives the row of the maximum for a bare column beside max().
      try Row.fetchAll(db, sql: "SELECT *, max(at) FROM evidence GROUP BY check_id, subject, cluster").map(Self.evidence)
    }
  }

  package func history(since: Timestamp?) async throws -> [Evidence] {
    try await read(orWhenAbsent: []) { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM evidence WHERE at >= ? ORDER BY at, id", arguments: [since?.nanoseconds ?? Int64.min]
      ).map(Self.evidence)
    }
  }

  private static func evidence(_ row: Row) -> Evidence {
    Evidence(
      check: row["check_id"], subject: row["subject"], cluster: row["cluster"], outcome: .init(rawValue: row["outcome"]) ?? .unknown,
      grade: .init(rawValue: row["grade"]) ?? .declared, observed: row["observed"], query: row["query"], source: row["source"],
      at: Timestamp(nanoseconds: row["at"]), digest: row["digest"])
  }
}
