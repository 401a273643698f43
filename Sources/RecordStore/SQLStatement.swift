internal import GRDB
import GRDBSQLite

/// A prepared statement for the paths that run once per record: binds and reads without boxing.
struct SQLStatement {
  private let statement: Statement
  private let pointer: OpaquePointer

  /// Kept by the connection: prepared once.
  init(cached sql: String, _ database: Database) throws { self.init(try database.cachedStatement(sql: sql)) }

  init(_ sql: String, _ database: Database) throws { self.init(try database.makeStatement(sql: sql)) }

  private init(_ statement: Statement) {
    self.statement = statement
    pointer = statement.sqliteStatement
    reset()
  }

  func reset() {
    sqlite3_reset(pointer)
    sqlite3_clear_bindings(pointer)
  }

  // MARK: Binding, from 1

  func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(pointer, index, value) }
  func bind(_ index: Int32, _ value: Int64?) { if let value { bind(index, value) } else { sqlite3_bind_null(pointer, index) } }

  /// The bytes are not copied: they must live until the statement is reset.
  func bind(_ index: Int32, borrowed bytes: UnsafeBufferPointer<UInt8>) {
    if let base = bytes.baseAddress, !bytes.isEmpty {
      sqlite3_bind_blob(pointer, index, base, Int32(bytes.count), nil)
    } else {
      sqlite3_bind_zeroblob(pointer, index, 0)
    }
  }

  /// As ``bind(_:borrowed:)``, as text.
  func bind(_ index: Int32, borrowedText bytes: UnsafeBufferPointer<UInt8>) {
    guard let base = UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self), !bytes.isEmpty else {
      sqlite3_bind_text(pointer, index, "", 0, nil)
      return
    }
    sqlite3_bind_text(pointer, index, base, Int32(bytes.count), nil)
  }

  func bind(_ index: Int32, _ text: String) {
    var copy = text
    copy.withUTF8 { bytes in
      let base = UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
      // SQLITE_TRANSIENT: SQLite makes its own copy.
      let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
      if let base {
        sqlite3_bind_text(pointer, index, base, Int32(bytes.count), transient)
      } else {
        sqlite3_bind_text(pointer, index, "", 0, nil)
      }
    }
  }

  // MARK: Running

  /// Runs to the next row; `false` at the end.
  func step() throws -> Bool {
    switch sqlite3_step(pointer) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code:
      let message = String(cString: sqlite3_errmsg(sqlite3_db_handle(pointer)))
      sqlite3_reset(pointer)
      if code & 0xFF == SQLITE_INTERRUPT { throw CancellationError() }
      throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
    }
  }

  /// Runs a statement that gives no rows, and makes it ready for the next time.
  func run() throws {
    _ = try step()
    sqlite3_reset(pointer)
  }

  // MARK: Columns, from 0

  func int(_ column: Int32) -> Int64 { sqlite3_column_int64(pointer, column) }
  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(pointer, column) == SQLITE_NULL }
  func isInt(_ column: Int32) -> Bool { sqlite3_column_type(pointer, column) == SQLITE_INTEGER }

  func text(_ column: Int32) -> String {
    guard let base = sqlite3_column_text(pointer, column) else { return "" }
    return String(decoding: UnsafeBufferPointer(start: base, count: Int(sqlite3_column_bytes(pointer, column))), as: UTF8.self)
  }

  /// Valid until the next step.
  func bytes(_ column: Int32) -> UnsafeBufferPointer<UInt8> {
    let base = sqlite3_column_blob(pointer, column)
    return UnsafeBufferPointer(start: base?.assumingMemoryBound(to: UInt8.self), count: Int(sqlite3_column_bytes(pointer, column)))
  }
}
