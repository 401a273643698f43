import CLinux
import Glibc

/// Small files, read and written whole.
package enum Files {
  /// A path that means the same in every process: below the folder that the system knows, not `$PWD`, which anybody may have written.
  /// Nothing is folded: `..` behind a symbolic link leads where the link does.
  package static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return path }
    defer { free(folder) }
    return "\(String(cString: folder))/\(path)"
  }

  /// The bytes of a file; `nil` when there is none. Whatever stands at the path, it answers in time: of a pipe that nobody writes to it is
  /// the empty text, and one whose writer is silent for ``pipePatience`` is an error, as is a file of more than `limit` bytes.
  package static func read(_ path: String, atMost limit: Int = 64 << 20) throws -> [UInt8]? {
    let descriptor = periplus_open(path, O_RDONLY | O_NONBLOCK, 0)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw SystemError("read", path)
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0 {
        if errno == EINTR { continue }
        guard errno == EAGAIN else { throw SystemError("read", path) }
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, pipePatience) != 0 else { throw SystemError("read", path, code: ETIMEDOUT) }
        continue
      }
      if count == 0 { return bytes }
      guard count <= limit - bytes.count else { throw SystemError("read", path, code: EFBIG) }
      bytes.append(contentsOf: chunk[..<count])
    }
  }

  /// Milliseconds.
  private static let pipePatience: Int32 = 5000

  /// The text of a file; `nil` when there is none or it cannot be read.
  package static func text(_ path: String) -> String? {
    guard let bytes = try? read(path) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Replaces a file so that a reader, or the next start after a crash, sees the old or the new content, never a part:
  /// written beside it, flushed to the disk, renamed over it, the folder flushed.
  package static func write(_ bytes: some Collection<UInt8>, to path: String, mode: UInt32 = 0o600) throws {
    // Process and thread in the name: two writers never share a temporary file.
    let temporary = "\(path).\(getpid()).\(periplus_thread_id()).tmp"
    let descriptor = periplus_open(temporary, O_WRONLY | O_CREAT | O_TRUNC, mode)
    guard descriptor >= 0 else { throw SystemError("write", path) }
    do {
      defer { close(descriptor) }
      try writeAll(Array(bytes), to: descriptor, path)
      guard fsync(descriptor) == 0 else { throw SystemError("write", path) }
      guard rename(temporary, path) == 0 else { throw SystemError("write", path) }
    } catch {
      unlink(temporary)
      throw error
    }
    synchronizeFolder(of: path)
  }

  package static func write(_ text: String, to path: String, mode: UInt32 = 0o600) throws {
    try write(text.utf8, to: path, mode: mode)
  }

  /// Bytes that a user without special rights may still write on the disk of a folder; `nil` where that cannot be read.
  package static func freeSpace(of folder: String) -> UInt64? {
    var info = statvfs()
    guard statvfs(folder, &info) == 0 else { return nil }
    return UInt64(info.f_bavail) * UInt64(info.f_frsize)
  }

  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Makes a folder and what is missing above it.
  package static func makeFolder(_ path: String, mode: UInt32 = 0o700) throws {
    if mkdir(path, mode) == 0 || errno == EEXIST {
      var info = stat()
      guard stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFDIR else { throw SystemError("make folder", path, code: ENOTDIR) }
      return
    }
    guard errno == ENOENT, let parent = parent(of: path) else { throw SystemError("make folder", path) }
    try makeFolder(parent, mode: mode)
    guard mkdir(path, mode) == 0 || errno == EEXIST else { throw SystemError("make folder", path) }
  }

  /// The names in a folder, sorted; empty when there is none.
  package static func names(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Removes a file or a whole folder; a link is removed, never followed. What is already gone is no error.
  package static func remove(_ path: String) throws {
    var info = stat()
    guard lstat(path, &info) == 0 else { return }
    if info.st_mode & S_IFMT == S_IFDIR {
      for name in names(in: path) { try remove("\(path)/\(name)") }
      guard rmdir(path) == 0 || errno == ENOENT else { throw SystemError("remove", path) }
    } else {
      guard unlink(path) == 0 || errno == ENOENT else { throw SystemError("remove", path) }
    }
  }

  package static func parent(of path: String) -> String? {
    guard let slash = path.lastIndex(of: "/") else { return nil }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func writeAll(_ bytes: [UInt8], to descriptor: CInt, _ path: String) throws {
    var offset = 0
    while offset < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress?.advanced(by: offset), bytes.count - offset) }
      if count < 0 {
        if errno == EINTR { continue }
        throw SystemError("write", path)
      }
      offset += count
    }
  }

  private static func synchronizeFolder(of path: String) {
    let descriptor = periplus_open(parent(of: path) ?? ".", O_RDONLY | O_DIRECTORY, 0)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
