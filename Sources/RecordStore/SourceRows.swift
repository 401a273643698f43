import GRDB
import TelemetryModel
import TimeFormat

/// The status of sources, as rows.
enum SourceRows {
  @Sendable static func fetch(_ db: Database) throws -> [SourceStatus] {
    try Row.fetchAll(db, sql: "SELECT * FROM sources ORDER BY name, cluster").map {
      SourceStatus(
        name: $0["name"], cluster: $0["cluster"], connectedSince: ($0["connected_since"] as Int64?).map(Timestamp.init(nanoseconds:)),
        currentAt: ($0["current_at"] as Int64?).map(Timestamp.init(nanoseconds:)), recordsIn: $0["records_in"], dropped: $0["dropped"],
        dropReason: $0["drop_reason"], lastError: $0["last_error"])
    }
  }

  static func apply(_ update: SourceUpdate, _ db: Database) throws {
    try db.cachedStatement(
      sql: """
        INSERT INTO sources (name, cluster, connected_since, current_at, records_in, dropped, masked, drop_reason, last_error)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, NULL)
        ON CONFLICT (name, cluster) DO UPDATE SET
          connected_since = coalesce(?3, connected_since), current_at = coalesce(?4, current_at), records_in = records_in + ?5,
          dropped = dropped + ?6, masked = masked + ?7, drop_reason = coalesce(?8, drop_reason)
        """
    ).execute(arguments: [
      update.name, update.cluster, update.connectedSince?.nanoseconds, update.currentAt?.nanoseconds, update.recordsIn, update.dropped,
      update.masked, update.dropReason,
    ])
    let sentence: String?
    switch update.error {
    case .unchanged: return
    case .cleared: sentence = nil
    case .happened(let text): sentence = text
    }
    try db.cachedStatement(sql: "UPDATE sources SET last_error = ? WHERE name = ? AND cluster = ?")
      .execute(arguments: [sentence, update.name, update.cluster])
  }
}
