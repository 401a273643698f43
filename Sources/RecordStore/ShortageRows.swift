import ClusterModel
internal import GRDB
import TimeFormat

/// The times in which workloads had fewer ready pods than they want, as rows.
enum ShortageRows {
  static func write(_ updates: [ShortageUpdate], _ database: Database) throws {
    guard !updates.isEmpty else { return }
    let forget = try database.cachedStatement(sql: "DELETE FROM shortage WHERE cluster = ? AND workload_uid = ? AND since >= ?")
    let insert = try database.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO shortage (cluster, workload_uid, since, until, namespace, workload, phase, ready, desired)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    for update in updates {
      try forget.execute(arguments: [update.cluster, update.workloadUID, update.since.nanoseconds])
      for piece in update.shortages {
        try insert.execute(arguments: [
          piece.cluster, piece.workloadUID, piece.from.nanoseconds, piece.to?.nanoseconds, piece.namespace, piece.workload,
          piece.phase.rawValue, piece.ready, piece.desired,
        ])
      }
    }
  }

  static func shortages(since: Timestamp?, _ database: Database) throws -> [Shortage] {
    let sql = """
      SELECT cluster, workload_uid, since, until, namespace, workload, phase, ready, desired FROM shortage
      WHERE until IS NULL OR until >= ? ORDER BY since, cluster, workload_uid
      """
    return try Row.fetchAll(database, sql: sql, arguments: [since?.nanoseconds ?? .min]).map { row in
      let until: Int64? = row[3]
      return Shortage(
        cluster: row[0], namespace: row[4], workload: row[5], workloadUID: row[1], phase: Shortage.Phase(rawValue: row[6]) ?? .running,
        from: Timestamp(nanoseconds: row[2]), to: until.map { Timestamp(nanoseconds: $0) }, ready: row[7], desired: row[8])
    }
  }
}
