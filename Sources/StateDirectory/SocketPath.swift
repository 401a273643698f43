import CLinux
import Glibc

/// A path under which a Unix socket can be bound and reached, however long the path of its folder is.
///
/// `sockaddr_un` holds 107 bytes of it (unix(7)). A longer one is reached through its open folder, `/proc/self/fd/N/name` (proc(5)), as long
/// as this object lives.
package final class SocketPath: Sendable {
  package static let limit = 107

  package let path: String
  private let folder: CInt?

  /// - Throws: a ``SystemError`` when the folder cannot be opened.
  package init(_ full: String) throws {
    guard full.utf8.count > Self.limit, let parent = Files.parent(of: full) else {
      path = full
      folder = nil
      return
    }
    let descriptor = periplus_open(parent, O_RDONLY | O_DIRECTORY, 0)
    guard descriptor >= 0 else { throw SystemError("open", parent) }
    folder = descriptor
    path = "/proc/self/fd/\(descriptor)\(full.dropFirst(parent.utf8.count == 1 ? 0 : parent.count))"
  }

  deinit { if let folder { close(folder) } }
}
