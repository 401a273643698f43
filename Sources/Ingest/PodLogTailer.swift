import Glibc
import LogStandard
package import TelemetryModel
package import TimeFormat

/// Follows the log files of all containers below a folder, from each one's first line and through rotation.
///
/// The layout is the kubelet's: `<namespace>_<pod>_<uid>/<container>/<restart>.log`. Each ``poll(now:)`` gives what is new. The
/// caller stores every batch of a poll before the next one: a batch holds its records and how far their files are then read, so
/// that a tailer made from the stored positions goes on exactly there.
package struct PodLogTailer: Sendable {
  package struct Poll: Sendable {
    package var batches: [StoreBatch] = []
    /// What may be removed, because everything of it was stored by earlier polls.
    package var removable: [Removable] = []
    /// There is more to read now; poll again at once.
    package var hasMore = false
  }

  package enum Removable: Sendable, Hashable {
    /// Of a deleted pod.
    case folder(String)
    /// An old file that rotation put away, with what its position is kept under.
    case file(String, folder: String, inode: UInt64)

    package var path: String {
      switch self {
      case .folder(let path), .file(let path, _, _): path
      }
    }
  }

  /// A file that the owner of the logs puts into a pod's folder when all its containers have ended and the pod is deleted.
  package static let endMark = ".ended"

  private let root: String
  private let cluster: String
  private let source: String
  private var stored: [TailKey: TailPosition]
  private var files: [TailKey: TailedFile] = [:]
  private var pods: Set<String> = []
  /// Private keys that the last poll read in part.
  private var openKeys: [LogOrigin: PrivateKeyLines] = [:]
  private var connectedSince: Timestamp?
  private var toldAt: Timestamp?
  private var hadError = false
  private var buffer = [UInt8](repeating: 0, count: TailRead.chunk)
  private var firstPod = 0

  struct TailKey: Hashable, Sendable {
    var folder: String
    var inode: UInt64
  }

  /// The files besides the current one that rotation leaves of a run: the kubelet's `containerLogMaxFiles` is 5 with it.
  private static let keptRotations = 4
  /// A poll gives at most this many batches before it stops for them to be stored.
  private static let mostBatches = 8
  /// How often an idle source says that it is current.
  private static let heartbeat: Duration = .seconds(5)

  /// - Parameters:
  ///   - root: the folder with the pods' folders; it need not exist yet.
  ///   - cluster: the name under which the records are kept.
  ///   - positions: what the store says was read.
  ///   - source: the name under which the source is counted.
  package init(root: String, cluster: String, positions: [TailPosition], source: String = "logs") {
    self.root = root
    self.cluster = cluster
    self.source = source
    stored = Dictionary(
      positions.filter { $0.folder.hasPrefix(root + "/") }.map { (TailKey(folder: $0.folder, inode: $0.inode), $0) },
      uniquingKeysWith: { $1 })
    // Pods that went while nobody looked are forgotten at the first poll.
    for key in stored.keys { pods.insert(String(key.folder.dropFirst(root.count + 1).prefix { $0 != "/" })) }
  }

  /// Reads what is new.
  ///
  /// - Parameter changed: the pods' folders in which something changed; `nil`: perhaps in all. Pods that came or went are always seen.
  package mutating func poll(now: Timestamp, changed: Set<String>? = nil) -> Poll {
    var poll = Poll()
    var read = TailRead(cluster: cluster, source: source, now: now, openKeys: openKeys)
    if connectedSince == nil {
      connectedSince = now
      read.update.connectedSince = now
    }
    let names = FileSystem.names(in: root)
    if names == nil, errno != ENOENT { read.problem("Reading the folder \(root) failed: \(FileSystem.lastError).") }
    let present = (names ?? []).filter { !$0.hasPrefix(".") }.sorted()
    for gone in pods.subtracting(present) where names != nil || errno == ENOENT { forget(gone, &read) }
    for index in present.indices {
      // Whoever was not reached last time comes first now.
      let name = present[(index + firstPod) % present.count]
      guard let pod = PodLogPath(folder: name) else { continue }
      let isNew = pods.insert(name).inserted
      guard isNew || changed?.contains(name) ?? true else { continue }
      if self.pod(name, pod, &read, &poll.removable) { poll.removable.append(.folder("\(root)/\(name)")) }
      if read.batches.count >= Self.mostBatches {
        poll.hasMore = true
        firstPod = (index + firstPod + 1) % present.count
        break
      }
    }
    poll.hasMore = poll.hasMore || read.hasMore
    finish(&read, isDrained: !poll.hasMore, now: now)
    poll.batches = read.batches
    openKeys = read.openKeys
    return poll
  }

  private mutating func finish(_ read: inout TailRead, isDrained: Bool, now: Timestamp) {
    if read.problemSentence == nil, hadError { read.update.error = .cleared }
    if let sentence = read.problemSentence { read.update.error = .happened(sentence) }
    let isNews = read.problemSentence != nil && !hadError || read.update.error == .cleared || read.update.connectedSince != nil
    hadError = read.problemSentence != nil
    let isDue = toldAt.map { now - $0 >= Self.heartbeat } ?? true
    if isDrained, isDue || !read.isEmpty || isNews { read.update.currentAt = now }
    if read.update.currentAt != nil { toldAt = now }
    if !isNews, read.isEmpty, !isDue { read.update.error = .unchanged }
    read.close(force: isNews || isDue)
  }

  private mutating func forget(_ pod: String, _ read: inout TailRead) {
    let folder = "\(root)/\(pod)"
    pods.remove(pod)
    for key in files.keys where key.folder == folder || key.folder.hasPrefix(folder + "/") {
      guard var file = files.removeValue(forKey: key) else { continue }
      // What was written between the last look and the removal is still in the open file.
      if file.open != nil { read.drain(&file, &buffer, isEnded: true) }
    }
    stored = stored.filter { !$0.key.folder.hasPrefix(folder + "/") }
    read.forget(folder)
  }

  /// Reads one pod's files; `true` when its folder may be removed.
  private mutating func pod(_ name: String, _ pod: PodLogPath, _ read: inout TailRead, _ removable: inout [Removable]) -> Bool {
    let folder = "\(root)/\(name)"
    // Looked at before the files: what is in them then is all there will ever be.
    let isEnded = FileSystem.exists("\(folder)/\(Self.endMark)")
    guard let containers = FileSystem.names(in: folder) else {
      if errno != ENOENT, errno != ENOTDIR { read.problem("Reading the folder \(folder) failed: \(FileSystem.lastError).") }
      return false
    }
    var isComplete = true
    for container in containers.sorted() where !container.hasPrefix(".") {
      let place = "\(folder)/\(container)"
      guard let names = FileSystem.names(in: place) else {
        if errno != ENOTDIR, errno != ENOENT { read.problem("Reading the folder \(place) failed: \(FileSystem.lastError).") }
        continue
      }
      if !self.container(place, container, names, pod, isEnded: isEnded, &read, &removable) { isComplete = false }
    }
    return isEnded && isComplete
  }

  /// Reads one container's files, oldest first; `true` when nothing was new in them.
  private mutating func container(
    _ folder: String, _ container: String, _ names: [String], _ pod: PodLogPath, isEnded: Bool, _ read: inout TailRead,
    _ removable: inout [Removable]
  ) -> Bool {
    var isComplete = true
    let logs = names.compactMap { name in PodLogPath.restart(of: name).map { (name: name, restart: $0.restart, isRotated: $0.isRotated) } }
      .sorted { one, other in
        if one.restart != other.restart { return one.restart < other.restart }
        if one.isRotated != other.isRotated { return one.isRotated }
        return one.name < other.name
      }
    var seen: Set<UInt64> = []
    // Newest last; per run, because each has its own.
    var putAway: [Int: [Removable]] = [:]
    for (index, log) in logs.enumerated() {
      let path = "\(folder)/\(log.name)"
      guard let status = FileSystem.status(path), !status.isFolder else { continue }
      seen.insert(status.inode)
      let key = TailKey(folder: folder, inode: status.inode)
      var file: TailedFile
      if let known = files[key] {
        file = known
      } else {
        let origins = ["stdout", "stderr"].map {
          pod.origin(cluster: cluster, container: container, restart: log.restart, stream: $0)
        }
        file = TailedFile(
          folder: folder, name: log.name, inode: status.inode, stdout: origins[0], stderr: origins[1],
          stored: stored.removeValue(forKey: key))
        _ = file.opened()
      }
      file.name = log.name
      if status.size < file.offset {
        read.problem("Expected \(path) to grow, but it was cut from \(file.offset) to \(status.size) bytes; it is read from its start.")
        file.startAnew()
      }
      let isLast = index == logs.count - 1
      // A file that is not written any more: its last line may lack an end.
      let isOver = isEnded || !isLast
      if status.size > file.offset || isOver && !file.joiner.isEmpty {
        isComplete = false
        if file.opened() == nil {
          if errno != ENOENT { read.problem("Opening \(path) failed: \(FileSystem.lastError).") }
        } else {
          read.drain(&file, &buffer, isEnded: isOver)
        }
      } else if log.isRotated {
        putAway[log.restart, default: []].append(.file(path, folder: folder, inode: status.inode))
      }
      if !isLast { file.open = nil }
      files[key] = file
    }
    // Rotation removed a file: what it still holds is read from the open one, then it is dropped.
    for key in files.keys where key.folder == folder && !seen.contains(key.inode) {
      guard var file = files.removeValue(forKey: key) else { continue }
      if file.open != nil { read.drain(&file, &buffer, isEnded: true) }
      // It may only have been renamed between the listing and the look at it: then it is read on, not again.
      stored[key] = file.position
    }
    removable += putAway.values.flatMap { $0.dropLast(Self.keptRotations) }
    return isComplete
  }
}
