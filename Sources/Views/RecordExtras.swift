import Synchronization
package import TelemetryModel

/// What stands behind the messages of a list of records. To know it the raw line is read, up to 256 KiB of JSON: once for each record, and
/// not once for each row and frame.
package final class RecordExtras: Sendable {
  private let known = Mutex<[RecordID: String]>([:])
  /// Rows that are looked at again and again are some dozens; who scrolls through thousands begins anew.
  private static let most = 2000

  package init() {}

  package func text(of record: LogRecord) -> String {
    guard record.id != .unstored else { return LogFields.extra(record) }
    if let text = known.withLock({ $0[record.id] }) { return text }
    let text = LogFields.extra(record)
    known.withLock { known in
      if known.count >= Self.most { known.removeAll(keepingCapacity: true) }
      known[record.id] = text
    }
    return text
  }

  /// How many were read.
  package var count: Int { known.withLock(\.count) }
}
