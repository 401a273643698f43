import Glibc
import TelemetryModel
import TimeFormat

/// One log file that is followed: how far it was read, and what waits for its end.
struct TailedFile {
  let folder: String
  let inode: UInt64
  var name: String
  var offset: Int64 = 0
  var joiner = CRIJoiner()
  private(set) var headLength = 0
  private(set) var headHash: UInt64 = 0
  /// Kept open while a container writes it, so that what was written last can be read after the file is removed.
  var open: OpenFile?
  let stdout: LogOrigin
  let stderr: LogOrigin
  /// A stored position whose file must still be compared with what is there.
  private var isUnverified = false

  /// As many of the first bytes as tell one log from another: its first line's time alone does.
  private static let headLimit = 256

  init(folder: String, name: String, inode: UInt64, stdout: LogOrigin, stderr: LogOrigin, stored: TailPosition?) {
    self.folder = folder
    self.name = name
    self.inode = inode
    self.stdout = stdout
    self.stderr = stderr
    guard let stored else { return }
    offset = stored.offset
    headLength = stored.headLength
    headHash = stored.headHash
    joiner = CRIJoiner(partials: stored.partials)
    isUnverified = true
  }

  var path: String { "\(folder)/\(name)" }

  var position: TailPosition {
    TailPosition(
      folder: folder, inode: inode, name: name, offset: offset, headLength: headLength, headHash: headHash, partials: joiner.partials)
  }

  mutating func startAnew() {
    offset = 0
    headLength = 0
    headHash = 0
    joiner = CRIJoiner()
    isUnverified = false
  }

  /// Opens the file if it is not open; a file that only has the inode of the one that was read before starts anew.
  mutating func opened() -> OpenFile? {
    guard let file = open ?? OpenFile(path) else { return nil }
    // Put away since it was looked at: the path leads to its successor, and it is found under its new name.
    if open == nil, file.status?.inode != inode {
      errno = ENOENT
      return nil
    }
    open = file
    if isUnverified {
      isUnverified = false
      let head = Self.hash(file, headLength)
      if head.length != headLength || head.hash != headHash { startAnew() }
    }
    return file
  }

  /// Notes the file's first bytes as soon as they have been read as lines.
  mutating func noteHead(_ file: OpenFile) {
    guard headLength < Self.headLimit, offset > Int64(headLength) else { return }
    (headLength, headHash) = Self.hash(file, Int(Swift.min(offset, Int64(Self.headLimit))))
  }

  private static func hash(_ file: OpenFile, _ length: Int) -> (length: Int, hash: UInt64) {
    var bytes = [UInt8](repeating: 0, count: length)
    let count = bytes.withUnsafeMutableBytes { file.read($0, at: 0) } ?? 0
    return (count, bytes[..<count].reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 })
  }
}
