package import TelemetryModel
package import TimeFormat

/// The log of one container as it is read over the Kubernetes API, with times: which run is read, and which of its lines were read.
///
/// Records and ``position`` are stored together, so that a log made from the stored position goes on exactly there.
package struct FollowedLog: Sendable {
  package enum Taken: Sendable {
    /// - Parameter afterGap: lines before it are missing: what was read before is not there any more.
    case record(RecordArena, afterGap: Bool)
    /// It was read before.
    case known
    /// The log was to begin with what was read last and begins with something else: it is another run's, or it was rotated.
    case unexpected
    /// No line of the container's but what the server has to say.
    case words(String)
  }

  /// Where its position is kept.
  package let place: String
  private let origin: LogOrigin
  /// The restart count of the run that is read.
  package private(set) var restart: Int
  private var seen: SeenLines
  private var replay: Replay?
  private var assembly = RecordAssembly()

  /// What a log that is asked for again is expected to begin with.
  private struct Replay {
    var cutoff: Timestamp
    var counts: [UInt64: Int]
    var hasBegun = false
    var acceptsAnything: Bool
  }

  /// Under which name positions of a cluster's logs are kept; they are no files' folders.
  private static func root(_ cluster: String) -> String { "kubernetes-api:\(cluster)/" }

  package static func folder(cluster: String, namespace: String, pod: String, uid: String) -> String {
    "\(root(cluster))\(namespace)_\(pod)_\(uid)"
  }

  package init(cluster: String, namespace: String, pod: String, uid: String, container: String, restart: Int) {
    place = "\(Self.folder(cluster: cluster, namespace: namespace, pod: pod, uid: uid))/\(container)"
    // The API does not tell the streams apart.
    origin = LogOrigin(cluster: cluster, namespace: namespace, pod: pod, podUID: uid, container: container, restart: restart)
    self.restart = restart
    seen = SeenLines()
  }

  /// - Returns: `nil` when the position is no such log of the cluster.
  package init?(_ position: TailPosition, cluster: String) {
    guard position.folder.hasPrefix(Self.root(cluster)) else { return nil }
    let parts = position.folder.dropFirst(Self.root(cluster).count).split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let pod = PodLogPath(folder: parts[0]), let restart = Int(position.name) else { return nil }
    place = position.folder
    origin = pod.origin(cluster: cluster, container: String(parts[1]), restart: restart, stream: "stdout")
    self.restart = restart
    seen = position.partials.first.map { SeenLines(cutoff: $0.at, packed: $0.text) } ?? SeenLines()
  }

  package var namespace: String { origin.namespace }
  package var pod: String { origin.pod }
  package var podUID: String { origin.podUID }
  package var container: String { origin.container }
  /// Whether a line of this run was read.
  package var hasLines: Bool { !seen.isEmpty }

  package var position: TailPosition {
    var position = TailPosition(folder: place, inode: 0, name: "\(restart)", offset: seen.last?.nanoseconds ?? 0)
    if let cutoff = seen.cutoff { position.partials = [TailPartial(stream: "seen", at: cutoff, text: seen.packed, wasCut: false)] }
    return position
  }

  /// Another run is read from here on.
  package mutating func begin(restart: Int) {
    self.restart = restart
    seen = SeenLines()
    replay = nil
  }

  /// The log is about to be asked for.
  ///
  /// - Parameters:
  ///   - isWhole: it is asked for from its start, because the server takes no time.
  ///   - acceptsAnything: it may begin with what was not read before.
  /// - Returns: from when to ask for it; `nil` from its start.
  package mutating func connect(isWhole: Bool = false, acceptsAnything: Bool = false) -> Timestamp? {
    guard let cutoff = seen.cutoff else { return nil }
    replay = Replay(cutoff: cutoff, counts: seen.counts, acceptsAnything: acceptsAnything)
    return isWhole ? nil : seen.since
  }

  /// Takes one line as the API sends it with `timestamps=true`: an RFC 3339 time, a space, the text.
  package mutating func take(_ line: [UInt8], now: Timestamp) -> Taken {
    let space = line.firstIndex(of: 0x20) ?? line.endIndex
    guard let at = line.withUnsafeBufferPointer({ Timestamp(rfc3339: UnsafeBufferPointer(rebasing: $0[..<space])) }) else {
      return .words(String(decoding: line.prefix(500), as: UTF8.self))
    }
    let hash = SeenLines.hash(line)
    var isAfterGap = false
    if var replay {
      if !replay.hasBegun, at < replay.cutoff { return .known }
      if let count = replay.counts[hash] {
        replay.counts[hash] = count > 1 ? count - 1 : nil
        replay.hasBegun = true
        self.replay = replay.counts.isEmpty ? nil : replay
        return .known
      }
      if !replay.hasBegun {
        guard replay.acceptsAnything else { return .unexpected }
        isAfterGap = true
        replay.hasBegun = true
        self.replay = replay
      }
    }
    seen.insert(SeenLines.Line(at: at, hash: hash))
    var place = origin
    place.restart = restart
    _ = line.withUnsafeBufferPointer { bytes in
      assembly.add(UnsafeBufferPointer(rebasing: bytes[min(space + 1, bytes.count)...]), origin: place, readAt: now, writtenAt: at)
    }
    return .record(assembly.takeRecords(isLast: true), afterGap: isAfterGap)
  }

  /// How many secrets were masked since this was asked last.
  package mutating func takeMasked() -> Int64 { assembly.takeMasked() }
}
