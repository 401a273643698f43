import TelemetryModel

/// What the store's cursors say: a place between its records.
enum StorePlace: Equatable {
  /// In the order of time, and of storing among records of one moment.
  case inTime(at: Int64, id: Int64)
  /// In the order of storing: after the record with this id.
  case stored(Int64)

  func cursor(of source: String) -> LogCursor {
    switch self {
    case .inTime(let at, let id): LogCursor(source: source, bytes: [UInt8(ascii: "t")] + Self.bytes(at) + Self.bytes(id))
    case .stored(let id): LogCursor(source: source, bytes: [UInt8(ascii: "s")] + Self.bytes(id))
    }
  }

  init(_ cursor: LogCursor, of source: String) throws(LogSourceError) {
    let bytes = cursor.bytes
    switch (bytes.first, bytes.count) {
    case (UInt8(ascii: "t"), 17) where cursor.source == source:
      self = .inTime(at: Self.number(bytes[1..<9]), id: Self.number(bytes[9...]))
    case (UInt8(ascii: "s"), 9) where cursor.source == source: self = .stored(Self.number(bytes[1...]))
    default: throw .foreignCursor(cursor, at: source)
    }
  }

  /// The id after which a query in the order of storing goes on.
  static func storedID(_ cursor: LogCursor, of source: String) throws(LogSourceError) -> Int64 {
    guard case .stored(let id) = try StorePlace(cursor, of: source) else { throw .foreignCursor(cursor, at: source) }
    return id
  }

  private static func bytes(_ number: Int64) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }
  private static func number(_ bytes: ArraySlice<UInt8>) -> Int64 { bytes.reduce(0) { $0 << 8 | Int64($1) } }
}
