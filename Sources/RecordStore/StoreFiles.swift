import Glibc
import Synchronization
import TimeFormat

/// The files of a store's folder, and what can be said of them without opening them.
struct StoreFiles: Sendable {
  let directory: String

  var records: String { "\(directory)/records.sqlite" }
  var lock: String { "\(directory)/writer.lock" }
  /// Present when a write met damage: the next writer looks through the whole file.
  var suspect: String { "\(directory)/records.sqlite.suspect" }

  /// `PRAGMA application_id`: "PRPL". It stands in bytes 68 to 71 of the file (SQLite file format, 1.3).
  static let applicationID: Int32 = 0x5052_504C

  /// Of a new store. A record takes some 500 bytes: on pages of twice the usual size half as many are handled.
  static let pageSize = 8192

  enum Look: Sendable, Hashable {
    case absent
    /// A file of no bytes: SQLite was stopped before the first page.
    case empty
    case store
    /// Why it is not a store of ours.
    case foreign(String)
  }

  func look() -> Look {
    guard let inode else { return .absent }
    guard let file = HeldFiles.descriptor(of: records, inode: inode) else { return errno == ENOENT || errno == ENOTDIR ? .absent : .store }
    var header = [UInt8](repeating: 0, count: 100)
    let count = header.withUnsafeMutableBytes { pread(file, $0.baseAddress, 100, 0) }
    if count == 0 { return .empty }
    guard count == 100, header.starts(with: "SQLite format 3\0".utf8) else { return .foreign("the file there is not an SQLite database") }
    let id = header[68..<72].reduce(Int32(0)) { $0 << 8 | Int32($1) }
    // The first page is written before the id when a writer is killed in its first moment; then there is nothing to lose.
    if id == 0, size() <= Int64(Self.pageSize) { return .empty }
    return id == Self.applicationID ? .store : .foreign("the file there is the database of another program")
  }

  func size() -> Int64 {
    var info = stat()
    return stat(records, &info) == 0 ? Int64(info.st_size) : 0
  }

  /// A commit of the writer needs some of it.
  private static let leastRoom: UInt64 = 1 << 20

  /// Whether the disk has no room for another commit, as seen by a user without special rights.
  var isDiskFull: Bool {
    var info = statvfs()
    return statvfs(directory, &info) == 0 && UInt64(info.f_bavail) * UInt64(info.f_frsize) < Self.leastRoom
  }

  /// Tells one file from another that took its path.
  var inode: UInt64? {
    var info = stat()
    return stat(records, &info) == 0 ? UInt64(info.st_ino) : nil
  }

  /// Renames the store and what belongs to it; gives the new path.
  func moveAside(now: Timestamp) throws(StoreError) -> String {
    let date = CivilTime(now)
    let time = "\(date.date.filter { $0 != "-" })T\(date.clock.filter { $0 != ":" })Z"
    var target = "\(records).corrupt-\(time)"
    var attempt = 1
    while access(target, F_OK) == 0 {
      attempt += 1
      target = "\(records).corrupt-\(time)-\(attempt)"
    }
    guard rename(records, target) == 0 else {
      throw StoreError(kind: .failed, sentence: "Moving \(records) aside failed: \(String(cString: strerror(errno))).")
    }
    for suffix in ["-wal", "-shm"] { _ = rename(records + suffix, target + suffix) }
    unlink(suspect)
    return target
  }
}

/// Descriptors of database files that were looked into, open as long as the process.
///
/// POSIX drops all locks of a process on a file when the process closes *any* descriptor of that file (fcntl(2)), and SQLite's locks
/// are such: a reader's look would free the writer's, and another process could then delete the writer's log.
private enum HeldFiles {
  private static let held = Mutex<[UInt64: Int32]>([:])

  static func descriptor(of path: String, inode: UInt64) -> Int32? {
    held.withLock { held in
      if let file = held[inode] { return file }
      let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
      guard file >= 0 else { return nil }
      held[inode] = file
      return file
    }
  }
}

/// Holds the writer's lock until it is released or its process ends, however that happens.
final class WriterLock: Sendable {
  private let file: Int32

  init(_ files: StoreFiles) throws(StoreError) {
    let file = open(files.lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o600)
    guard file >= 0 else {
      throw StoreError(
        kind: .failed, sentence: "Opening \(files.lock) failed: \(String(cString: strerror(errno))); check the folder's owner and mode.")
    }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      var digits = [UInt8](repeating: 0, count: 20)
      let count = digits.withUnsafeMutableBytes { pread(file, $0.baseAddress, 20, 0) }
      close(file)
      let holder = String(decoding: digits.prefix(Swift.max(0, count)).prefix { $0 >= 0x30 }, as: UTF8.self)
      throw StoreError(
        kind: .locked,
        sentence:
          "The store in \(files.directory) is being written by \(holder.isEmpty ? "another process" : "process \(holder)"); stop it with `periplus down`, or use another PERIPLUS_HOME."
      )
    }
    ftruncate(file, 0)
    let pid = Array("\(getpid())\n".utf8)
    _ = pid.withUnsafeBytes { pwrite(file, $0.baseAddress, $0.count, 0) }
    self.file = file
  }

  deinit { close(file) }
}
