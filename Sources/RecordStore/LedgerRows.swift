import ClusterModel
internal import GRDB
import JSONBytes
import MigrationPlan
import TimeFormat

/// The reschedule ledger, its gaps, pods' lives and evidence as rows.
enum LedgerRows {
  static let columns = [
    "key", "at", "cluster", "namespace", "workload", "change", "cause", "old_name", "old_uid", "old_node", "new_name", "new_uid",
    "new_node",
    "container", "exit_code", "downtime_seconds", "capacity_gap_seconds", "confidence", "evidence", "is_pending",
    "downtime_since", "downtime_counted_to", "capacity_gap_counted_to", "revised_at", "formerly", "retracted_at",
  ]

  static func arguments(_ entry: Reschedule) -> StatementArguments {
    [
      entry.key, entry.at.nanoseconds, entry.cluster, entry.namespace, entry.workload, entry.change.rawValue, entry.cause.rawValue,
      entry.old?.name, entry.old?.uid, entry.old?.node, entry.new?.name, entry.new?.uid, entry.new?.node, entry.container, entry.exitCode,
      entry.downtimeSeconds, entry.capacityGapSeconds, entry.confidence, JSONValue.array(entry.evidence.map { .string($0) }).jsonString,
      entry.isPending, entry.downtimeSince?.nanoseconds, entry.downtimeCountedTo?.nanoseconds, entry.capacityGapCountedTo?.nanoseconds,
      entry.revisedAt?.nanoseconds, entry.formerly, entry.retractedAt?.nanoseconds,
    ]
  }

  static func write(_ entries: [Reschedule], _ database: Database) throws {
    guard !entries.isEmpty else { return }
    let names = columns.joined(separator: ", ")
    let marks = columns.map { _ in "?" }.joined(separator: ", ")
    let updates = columns.dropFirst().map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
    let statement = try database.cachedStatement(
      sql: "INSERT INTO reschedule (\(names)) VALUES (\(marks)) ON CONFLICT (key) DO UPDATE SET \(updates)")
    for entry in entries { try statement.execute(arguments: arguments(entry)) }
  }

  static func write(_ gaps: [LedgerGap], _ database: Database) throws {
    guard !gaps.isEmpty else { return }
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO ledger_gap (cluster, since, until, reason) VALUES (?, ?, ?, ?)
        ON CONFLICT (cluster, since) DO UPDATE SET until = excluded.until, reason = excluded.reason
        """)
    for gap in gaps { try statement.execute(arguments: [gap.cluster, gap.from.nanoseconds, gap.to.nanoseconds, gap.reason]) }
  }

  static func write(_ events: [PodLifecycleEvent], _ database: Database) throws {
    guard !events.isEmpty else { return }
    let statement = try database.cachedStatement(
      sql: "INSERT OR IGNORE INTO lifecycle (pod_uid, at, kind, detail, cluster, namespace, pod, node) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
    for event in events {
      try statement.execute(arguments: [
        event.podUID, event.at.nanoseconds, event.kind, event.detail, event.cluster, event.namespace, event.pod, event.node,
      ])
    }
  }

  static func reschedules(since: Timestamp?, _ database: Database) throws -> [Reschedule] {
    let sql = "SELECT \(columns.joined(separator: ", ")) FROM reschedule WHERE at >= ? ORDER BY at, key"
    return try Row.fetchAll(database, sql: sql, arguments: [since?.nanoseconds ?? .min]).map(reschedule)
  }

  private static func reschedule(_ row: Row) -> Reschedule {
    func pod(_ start: Int) -> Reschedule.PodReference? {
      guard let name: String = row[start] else { return nil }
      return Reschedule.PodReference(name: name, uid: row[start + 1] ?? "", node: row[start + 2] ?? "")
    }
    func time(_ index: Int) -> Timestamp? { (row[index] as Int64?).map { Timestamp(nanoseconds: $0) } }
    let evidence: String = row[18]
    let list = (try? JSONValue(parsing: evidence))?.arrayValue ?? []
    var entry = Reschedule(
      key: row[0], at: Timestamp(nanoseconds: row[1]), cluster: row[2], namespace: row[3], workload: row[4],
      change: Reschedule.Change(rawValue: row[5]) ?? .replaced, cause: Reschedule.Cause(rawValue: row[6]) ?? .unknown, old: pod(7),
      new: pod(10),
      container: row[13], exitCode: row[14], downtimeSeconds: row[15], capacityGapSeconds: row[16], confidence: row[17],
      evidence: list.compactMap(\.stringValue), isPending: row[19])
    entry.downtimeSince = time(20)
    entry.downtimeCountedTo = time(21)
    entry.capacityGapCountedTo = time(22)
    entry.revisedAt = time(23)
    entry.formerly = row[24]
    entry.retractedAt = time(25)
    return entry
  }

  static func gaps(since: Timestamp?, _ database: Database) throws -> [LedgerGap] {
    let sql = "SELECT cluster, since, until, reason FROM ledger_gap WHERE until >= ? ORDER BY since, cluster"
    return try Row.fetchAll(database, sql: sql, arguments: [since?.nanoseconds ?? .min]).map { row in
      LedgerGap(cluster: row[0], from: Timestamp(nanoseconds: row[1]), to: Timestamp(nanoseconds: row[2]), reason: row[3])
    }
  }

  static func lifecycle(ofPods uids: [String], _ database: Database) throws -> [PodLifecycleEvent] {
    let statement = try database.cachedStatement(
      sql: "SELECT kind, at, cluster, namespace, pod, pod_uid, node, detail, id FROM lifecycle WHERE pod_uid = ?")
    var rows: [(id: Int64, event: PodLifecycleEvent)] = []
    for uid in Set(uids) {
      for row in try Row.fetchAll(statement, arguments: [uid]) {
        let event = PodLifecycleEvent(
          kind: row[0], at: Timestamp(nanoseconds: row[1]), cluster: row[2], namespace: row[3], pod: row[4], podUID: row[5], node: row[6],
          detail: row[7])
        rows.append((row[8], event))
      }
    }
    return rows.sorted { ($0.event.at, $0.id) < ($1.event.at, $1.id) }.map(\.event)
  }

  private static let evidenceColumns = "check_name, subject, cluster, outcome, grade, observed, query, source, at, digest"

  static func latestEvidence(_ database: Database) throws -> [Evidence] {
    let sql = """
      WITH subjects AS (SELECT DISTINCT check_name AS c, subject AS s, cluster AS k FROM evidence)
      SELECT \(evidenceColumns) FROM subjects JOIN evidence ON id =
        (SELECT id FROM evidence WHERE check_name = c AND subject = s AND cluster = k ORDER BY at DESC, id DESC LIMIT 1)
      ORDER BY check_name, subject, cluster
      """
    return try Row.fetchAll(database, sql: sql).map(evidence)
  }

  static func evidence(since: Timestamp?, _ database: Database) throws -> [Evidence] {
    let sql = "SELECT \(evidenceColumns) FROM evidence WHERE at >= ? ORDER BY at, id"
    return try Row.fetchAll(database, sql: sql, arguments: [since?.nanoseconds ?? .min]).map(evidence)
  }

  private static func evidence(_ row: Row) -> Evidence {
    Evidence(
      check: row[0], subject: row[1], cluster: row[2], outcome: Evidence.Outcome(rawValue: row[3]) ?? .unknown,
      grade: Evidence.Grade(rawValue: row[4]) ?? .declared, observed: row[5], query: row[6], source: row[7],
      at: Timestamp(nanoseconds: row[8]), digest: row[9])
  }
}
