internal import GRDB
import GRDBSQLite
import JSONBytes
import TelemetryModel
import TimeFormat

/// The positions of log files as rows.
enum TailRows {
  static func write(_ checkpoint: Checkpoint, _ database: Database) throws {
    switch checkpoint {
    case .file(let position): try write(position, database)
    case .folderGone(let folder): try forget(below: folder, database)
    }
  }

  private static func write(_ position: TailPosition, _ database: Database) throws {
    let sql = """
      INSERT INTO tail (folder, inode, name, offset, head_length, head_hash, partials) VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (folder, inode) DO UPDATE SET name = excluded.name, offset = excluded.offset, head_length = excluded.head_length,
        head_hash = excluded.head_hash, partials = excluded.partials
      """
    let statement = try SQLStatement(cached: sql, database)
    let partials = position.partials.isEmpty ? nil : encode(position.partials)
    statement.bind(1, position.folder)
    statement.bind(2, Int64(bitPattern: position.inode))
    statement.bind(3, position.name)
    statement.bind(4, position.offset)
    statement.bind(5, Int64(position.headLength))
    statement.bind(6, Int64(bitPattern: position.headHash))
    if let partials {
      try partials.withUnsafeBufferPointer { bytes in
        statement.bind(7, borrowed: bytes)
        try statement.run()
      }
    } else {
      try statement.run()
    }
    statement.reset()
  }

  private static func forget(below folder: String, _ database: Database) throws {
    // '0' follows '/': the half-open range of texts that begin with the folder and a slash.
    try database.execute(
      sql: "DELETE FROM tail WHERE folder = ? OR folder >= ? AND folder < ?", arguments: [folder, folder + "/", folder + "0"])
  }

  static func forget(in folder: String, inode: UInt64, _ database: Database) throws {
    try database.execute(sql: "DELETE FROM tail WHERE folder = ? AND inode = ?", arguments: [folder, Int64(bitPattern: inode)])
  }

  static func all(_ database: Database) throws -> [TailPosition] {
    let statement = try SQLStatement("SELECT folder, inode, name, offset, head_length, head_hash, partials FROM tail", database)
    var positions: [TailPosition] = []
    while try statement.step() {
      positions.append(
        TailPosition(
          folder: statement.text(0), inode: UInt64(bitPattern: statement.int(1)), name: statement.text(2), offset: statement.int(3),
          headLength: Int(statement.int(4)), headHash: UInt64(bitPattern: statement.int(5)), partials: decode(statement.bytes(6))))
    }
    return positions
  }

  /// A JSON header line, then the texts one after the other.
  static func encode(_ partials: [TailPartial]) -> [UInt8] {
    var header = JSONWriter()
    header.array { list in
      for partial in partials {
        list.object {
          $0.member("stream", partial.stream)
          $0.member("at", partial.at.nanoseconds)
          $0.member("length", partial.text.count)
          $0.member("cut", partial.wasCut)
        }
      }
    }
    return header.bytes + [0x0A] + partials.flatMap(\.text)
  }

  static func decode(_ bytes: UnsafeBufferPointer<UInt8>) -> [TailPartial] {
    guard let end = bytes.firstIndex(of: 0x0A), let header = try? JSONValue(parsing: bytes[..<end]) else { return [] }
    var place = end + 1
    var partials: [TailPartial] = []
    for entry in header.arrayValue ?? [] {
      guard let stream = entry["stream"]?.stringValue, let at = entry["at"]?.intValue, let length = entry["length"]?.intValue, length >= 0,
        Int(length) <= bytes.count - place
      else { return partials }
      partials.append(
        TailPartial(
          stream: stream, at: Timestamp(nanoseconds: at), text: Array(bytes[place..<place + Int(length)]),
          wasCut: entry["cut"]?.boolValue ?? false))
      place += Int(length)
    }
    return partials
  }
}

/// The counters of sources as rows.
enum SourceRows {
  static func write(_ update: SourceUpdate, _ database: Database) throws {
    let sql = """
      INSERT INTO source (name, cluster, connected_since, current_at, records_in, dropped, drop_reason, masked)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (name, cluster) DO UPDATE SET
        connected_since = coalesce(excluded.connected_since, connected_since), current_at = coalesce(excluded.current_at, current_at),
        records_in = records_in + excluded.records_in, dropped = dropped + excluded.dropped,
        drop_reason = coalesce(excluded.drop_reason, drop_reason), masked = masked + excluded.masked
      """
    try database.cachedStatement(sql: sql).execute(arguments: [
      update.name, update.cluster, update.connectedSince?.nanoseconds, update.currentAt?.nanoseconds, update.recordsIn, update.dropped,
      update.dropReason, update.masked,
    ])
    let error: String?
    switch update.error {
    case .unchanged: return
    case .cleared: error = nil
    case .happened(let sentence): error = sentence
    }
    try database.cachedStatement(sql: "UPDATE source SET last_error = ? WHERE name = ? AND cluster = ?")
      .execute(arguments: [error, update.name, update.cluster])
  }

  static func all(_ database: Database) throws -> [SourceStatus] {
    let sql =
      "SELECT name, cluster, connected_since, current_at, records_in, dropped, drop_reason, last_error FROM source ORDER BY name, cluster"
    return try Row.fetchAll(database, sql: sql).map { row in
      let connected: Int64? = row[2]
      let current: Int64? = row[3]
      return SourceStatus(
        name: row[0], cluster: row[1], connectedSince: connected.map { Timestamp(nanoseconds: $0) },
        currentAt: current.map { Timestamp(nanoseconds: $0) }, recordsIn: row[4], dropped: row[5], dropReason: row[6], lastError: row[7])
    }
  }
}
