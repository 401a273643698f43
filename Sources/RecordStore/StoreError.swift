internal import GRDB
import GRDBSQLite

/// Why the store could not do what was asked: one sentence for a person, and a kind for the program.
package struct StoreError: Error, Sendable, Hashable, CustomStringConvertible {
  package enum Kind: Sendable, Hashable {
    /// Another process writes it.
    case locked
    /// The disk is full. Nothing of the call was stored; the same call may be repeated.
    case diskFull
    /// The file is not a store, or is damaged.
    case unreadable
    /// The file was written by a later version.
    case newer
    /// The query itself is wrong.
    case query
    case failed
  }

  package var kind: Kind
  package var sentence: String
  package var description: String { sentence }

  package init(kind: Kind, sentence: String) {
    self.kind = kind
    self.sentence = sentence
  }

  static func unreadable(_ path: String, _ why: String) -> StoreError {
    StoreError(
      kind: .unreadable,
      sentence:
        "Expected a record store at \(path), but \(why); start the recorder (`periplus up`), which moves the file aside and begins anew.")
  }

  /// An error of SQLite in words.
  static func wrap(_ error: any Error, path: String, doing: String) -> StoreError {
    if let known = error as? StoreError { return known }
    guard let error = error as? DatabaseError else {
      return StoreError(kind: .failed, sentence: "\(doing) \(path) failed: \(error).")
    }
    switch error.resultCode {
    case .SQLITE_FULL:
      return StoreError(
        kind: .diskFull,
        sentence: "\(doing) \(path) failed because the disk is full; nothing is lost, it is repeated as soon as there is room: free some.")
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: return unreadable(path, "it is damaged (\(error.message ?? "no details"))")
    case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_AUTH:
      return StoreError(
        kind: .failed,
        sentence: "\(doing) \(path) failed: it may not be opened (\(error.message ?? "no details")); check its owner and mode.")
    default:
      return StoreError(
        kind: .failed, sentence: "\(doing) \(path) failed: \(error.message ?? "SQLite code \(error.extendedResultCode.rawValue)").")
    }
  }
}
