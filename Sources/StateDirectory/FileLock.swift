import CLinux
import Glibc

/// An exclusive lock on a file (flock(2)), held while this object lives; the kernel frees it when the process ends, however it
/// ends. The descriptor is closed on exec: no child holds the lock on.
package final class FileLock: Sendable {
  package let path: String
  private let descriptor: CInt

  /// Takes the lock, or answers `nil` when another process has it.
  ///
  /// No link is followed: in a folder that everybody may write to, the path would be somebody else's choice. A FIFO there is not waited for.
  package static func tryLock(_ path: String) throws -> FileLock? {
    while true {
      // Read-only where another user owns the file: flock does not need to write.
      var descriptor = periplus_open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o644)
      if descriptor < 0, errno == EACCES { descriptor = periplus_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0) }
      guard descriptor >= 0 else { throw SystemError("lock", path) }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        let code = errno
        close(descriptor)
        if code == EWOULDBLOCK { return nil }
        if code == EINTR { continue }
        throw SystemError("lock", path, code: code)
      }
      // The last holder may have removed the file between open and lock: then the lock is on a file nobody else sees.
      var locked = stat()
      var named = stat()
      if fstat(descriptor, &locked) == 0, lstat(path, &named) == 0, locked.st_ino == named.st_ino, locked.st_dev == named.st_dev {
        // A second name of the file could be one that is precious to this user.
        guard locked.st_mode & S_IFMT == S_IFREG, locked.st_nlink == 1 else {
          close(descriptor)
          throw SystemError("lock", path, code: EINVAL)
        }
        return FileLock(path: path, descriptor: descriptor)
      }
      close(descriptor)
    }
  }

  private init(path: String, descriptor: CInt) {
    self.path = path
    self.descriptor = descriptor
  }

  /// What the holder wrote into the locked file.
  package func write(_ text: String) {
    guard ftruncate(descriptor, 0) == 0 else { return }
    _ = text.withCString { pwrite(descriptor, $0, strlen($0), 0) }
  }

  /// Removes the file while holding the lock. The lock itself goes with this object.
  package func remove() { unlink(path) }

  /// Unlocked by name: a process that another thread starts just now has the descriptor too until it execs, and would hold the lock on.
  deinit {
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}
