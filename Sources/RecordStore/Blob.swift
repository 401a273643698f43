import Foundation
import GRDB

/// Bytes as SQLite's BLOB.
struct Blob: DatabaseValueConvertible {
  var bytes: [UInt8]

  init(bytes: [UInt8]) { self.bytes = bytes }

  var databaseValue: DatabaseValue { Data(bytes).databaseValue }

  static func fromDatabaseValue(_ value: DatabaseValue) -> Blob? {
    Data.fromDatabaseValue(value).map { Blob(bytes: Array($0)) }
  }

  static func bytes(_ row: Row, at index: Int) -> [UInt8] {
    (try? row.withUnsafeData(atIndex: index) { $0.map(Array.init) ?? [] }) ?? []
  }
}
