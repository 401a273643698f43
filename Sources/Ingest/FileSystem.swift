import Glibc

/// The few calls of the file system that reading logs needs.
enum FileSystem {
  /// The names in a folder in no order, without `.` and `..`; `nil` when it cannot be read, with `errno` set.
  static func names(in folder: String) -> [String]? {
    guard let handle = opendir(folder) else { return nil }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  struct Status {
    var inode: UInt64
    var size: Int64
    var isFolder: Bool
  }

  static func status(_ path: String) -> Status? {
    var info = stat()
    guard stat(path, &info) == 0 else { return nil }
    return Status(inode: UInt64(info.st_ino), size: Int64(info.st_size), isFolder: info.st_mode & S_IFMT == S_IFDIR)
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  static var lastError: String { String(cString: strerror(errno)) }
}

/// An open file that is closed when nobody holds it.
final class OpenFile: Sendable {
  let descriptor: Int32

  /// A named pipe that nobody writes is open at once; what reads it waits, and can be told to stop.
  init?(_ path: String) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    if descriptor < 0 { return nil }
  }

  init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { if descriptor > 2 { close(descriptor) } }

  var status: FileSystem.Status? {
    var info = stat()
    guard fstat(descriptor, &info) == 0 else { return nil }
    return FileSystem.Status(inode: UInt64(info.st_ino), size: Int64(info.st_size), isFolder: info.st_mode & S_IFMT == S_IFDIR)
  }

  /// Reads from a place; fewer bytes only at the end; `nil` on an error, with `errno` set.
  func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int? {
    var done = 0
    while done < buffer.count {
      let count = pread(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, off_t(offset) + off_t(done))
      if count < 0, errno == EINTR { continue }
      if count < 0 { return done > 0 ? done : nil }
      if count == 0 { break }
      done += count
    }
    return done
  }
}
