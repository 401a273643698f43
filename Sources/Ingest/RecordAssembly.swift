import LogStandard
import TelemetryModel
import TimeFormat

/// Turns the text of lines into records of an arena: masks secrets first, then reads what is left.
struct RecordAssembly {
  private let reader = LogLineReader()
  private(set) var masked: Int64 = 0
  private(set) var arena = RecordArena()
  /// Private keys that stand in several lines, by the log they are in.
  var openKeys: [LogOrigin: PrivateKeyLines] = [:]

  /// Adds a line; gives its time and flags.
  @discardableResult
  mutating func add(
    _ text: UnsafeBufferPointer<UInt8>, origin: LogOrigin, readAt: Timestamp, writtenAt: Timestamp?, before: Timestamp? = nil,
    wasCut: Bool = false
  ) -> RecordArena.Entry {
    var flags: LogFlags = wasCut ? .cut : []
    let kept = text.count > LogLineReader.longestLine ? UnsafeBufferPointer(rebasing: text[..<LogLineReader.longestLine]) : text
    if kept.count < text.count { flags.insert(.cut) }
    if !openKeys.isEmpty, isOfKey(kept, origin) {
      masked += 1
      flags.insert(.masked)
      return Array(SecretMasker.mask.utf8).withUnsafeBufferPointer {
        reader.read($0, origin: origin, readAt: readAt, writtenAt: writtenAt, before: before, flags: flags, into: &arena)
      }
    }
    guard let clean = SecretMasker.mask(kept) else {
      return reader.read(kept, origin: origin, readAt: readAt, writtenAt: writtenAt, before: before, flags: flags, into: &arena)
    }
    masked += Int64(clean.count)
    flags.insert(.masked)
    if clean.opensPrivateKey { openKeys[origin] = PrivateKeyLines() }
    return clean.bytes.withUnsafeBufferPointer {
      reader.read($0, origin: origin, readAt: readAt, writtenAt: writtenAt, before: before, flags: flags, into: &arena)
    }
  }

  private mutating func isOfKey(_ line: UnsafeBufferPointer<UInt8>, _ origin: LogOrigin) -> Bool {
    switch openKeys[origin]?.next(line) {
    case .body: return true
    case .end: openKeys[origin] = nil
    case .other, nil: break
    }
    return false
  }

  /// What was added since the last time; the next arena gets as much room, unless nothing more is expected.
  mutating func takeRecords(isLast: Bool = false) -> RecordArena {
    let taken = arena
    arena = RecordArena()
    if !isLast { arena.reserve(entries: taken.count, bytes: taken.bytes.count) }
    return taken
  }

  mutating func takeMasked() -> Int64 {
    defer { masked = 0 }
    return masked
  }
}

/// Where a line came from, as the path of a pod's log file says:
/// `<namespace>_<pod>_<uid>/<container>/<restart>.log` (the kubelet's layout below /var/log/pods).
struct PodLogPath: Hashable {
  var namespace: String
  var pod: String
  var uid: String

  /// `nil` when the folder is not a pod's.
  init?(folder: some StringProtocol) {
    let parts = folder.split(separator: "_", omittingEmptySubsequences: false)
    guard parts.count >= 3, let namespace = parts.first, let uid = parts.last, !namespace.isEmpty, !uid.isEmpty else { return nil }
    self.namespace = String(namespace)
    self.uid = String(uid)
    pod = parts[1..<parts.count - 1].joined(separator: "_")
  }

  /// The restart count in `3.log` or `3.log.20180122-140411`, and whether the file is one that rotation put away; `nil` for other
  /// files, compressed ones among them: their lines were read before they were compressed.
  static func restart(of name: String) -> (restart: Int, isRotated: Bool)? {
    let digits = name.prefix { $0.isASCII && $0.isNumber }
    let rest = name.dropFirst(digits.count)
    guard let restart = Int(digits), rest.hasPrefix(".log"), !name.hasSuffix(".gz"), !name.hasSuffix(".tmp") else { return nil }
    let suffix = rest.dropFirst(4)
    guard suffix.isEmpty || suffix.hasPrefix(".") else { return nil }
    return (restart, !suffix.isEmpty)
  }

  func origin(cluster: String, container: String, restart: Int, stream: String) -> LogOrigin {
    LogOrigin(cluster: cluster, namespace: namespace, pod: pod, podUID: uid, container: container, restart: restart, stream: stream)
  }
}
