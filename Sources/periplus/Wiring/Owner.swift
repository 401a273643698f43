import Glibc
import StateDirectory

/// The console for which a ground was started: when it ends, however it ends, the ground ends too.
///
/// A console that is killed can stop nothing any more, so the daemons look whether it is still there.
struct Owner {
  let home: Home

  private var path: String { "\(home.run)/owner" }

  func claim() throws { try ProcessIdentity.current?.write(to: path) }

  func release() { try? Files.remove(path) }

  /// Nobody owns a detached ground.
  var isGone: Bool { ProcessIdentity.read(from: path).map { !$0.isAlive } ?? false }

  /// Waits until the owner is gone, then says so once. Returns when cancelled.
  func watch(_ gone: @Sendable () -> Void) async {
    while !Task.isCancelled {
      if isGone { return gone() }
      try? await Task.sleep(for: .seconds(1))
    }
  }
}
