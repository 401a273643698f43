import CLinux
import Glibc

/// The folders that are watched, and what their queue tells.
///
/// A watch is added before its folder is listed: what is made between the two is found by the listing, what comes later is told.
struct WatchedFolders {
  private enum Folder {
    case root
    case pod(String)
    /// Of this pod.
    case container(String)
  }

  private let root: String
  private let queue: OpenFile
  private let interval: Duration
  private var folders: [Int32: Folder] = [:]
  private var hasRoot = false
  private var lookedAt: ContinuousClock.Instant?
  private var buffer = [UInt8](repeating: 0, count: 64 << 10)

  init(root: String, queue: OpenFile, interval: Duration) {
    self.root = root
    self.queue = queue
    self.interval = interval
  }

  /// The pods in which something changed; `nil` when all must be looked at.
  mutating func take() -> Set<String>? {
    var changed: Set<String> = []
    var isLost = false
    while let count = events(), count > 0 {
      var offset = 0
      while let event = WatchEvent(buffer, at: &offset, upTo: count) { take(event, &changed, &isLost) }
    }
    let now = ContinuousClock.now
    let isDue = lookedAt.map { now - $0 >= interval } ?? true
    guard isLost || isDue || !hasRoot else { return changed }
    lookedAt = now
    watchAll()
    return nil
  }

  private mutating func take(_ event: WatchEvent, _ changed: inout Set<String>, _ isLost: inout Bool) {
    if event.mask & periplus_inotify_lost != 0 { return isLost = true }
    guard let folder = folders[event.watch] else { return }
    if event.mask & periplus_inotify_ended != 0 {
      folders[event.watch] = nil
      if case .root = folder { hasRoot = false }
      return
    }
    switch folder {
    case .root:
      guard !event.name.isEmpty else { return hasRoot = false }
      watch(pod: event.name)
      changed.insert(event.name)
    case .pod(let pod):
      if !event.name.isEmpty { watch(container: event.name, of: pod) }
      changed.insert(pod)
    case .container(let pod): changed.insert(pod)
    }
  }

  /// Bytes of events that are there now; `nil` when none are.
  private mutating func events() -> Int? {
    let queue = queue
    let count = buffer.withUnsafeMutableBytes { read(queue.descriptor, $0.baseAddress, $0.count) }
    return count > 0 ? count : nil
  }

  // MARK: Watches

  private mutating func watchAll() {
    // Of a folder that is watched already this gives the same number again.
    let watch = periplus_inotify_watch(queue.descriptor, root)
    hasRoot = watch >= 0
    if hasRoot { folders[watch] = .root }
    for pod in FileSystem.names(in: root) ?? [] { self.watch(pod: pod) }
  }

  private mutating func watch(pod: String) {
    guard PodLogPath(folder: pod) != nil else { return }
    let watch = periplus_inotify_watch(queue.descriptor, "\(root)/\(pod)")
    if watch >= 0 { folders[watch] = .pod(pod) }
    for container in FileSystem.names(in: "\(root)/\(pod)") ?? [] { self.watch(container: container, of: pod) }
  }

  private mutating func watch(container: String, of pod: String) {
    // A file is refused: only folders are watched.
    let watch = periplus_inotify_watch(queue.descriptor, "\(root)/\(pod)/\(container)")
    if watch >= 0 { folders[watch] = .container(pod) }
  }
}

/// `struct inotify_event`: watch, mask, cookie, length of the name, the name padded by zeros.
private struct WatchEvent {
  let watch: Int32
  let mask: UInt32
  let name: String

  init?(_ buffer: [UInt8], at offset: inout Int, upTo end: Int) {
    let start = offset
    guard start + 16 <= end else { return nil }
    let (watch, mask, length) = buffer.withUnsafeBytes { bytes in
      (
        bytes.loadUnaligned(fromByteOffset: start, as: Int32.self), bytes.loadUnaligned(fromByteOffset: start + 4, as: UInt32.self),
        Int(bytes.loadUnaligned(fromByteOffset: start + 12, as: UInt32.self))
      )
    }
    guard start + 16 + length <= end else { return nil }
    self.watch = watch
    self.mask = mask
    name = String(decoding: buffer[(start + 16)..<(start + 16 + length)].prefix { $0 != 0 }, as: UTF8.self)
    offset = start + 16 + length
  }
}
