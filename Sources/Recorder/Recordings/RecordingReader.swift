import ClusterFeed
import ClusterModel
import Glibc
import JSONBytes
import StateDirectory
import TimeFormat

/// Reads a recording from its beginning to its end, a part at a time. What cannot be read is counted and passed over, as a feed does.
package struct RecordingReader {
  private let recording: ClusterRecording
  private let decoder = ClusterDecoder()
  private let path: String
  private let descriptor: ReadDescriptor?
  private var splitter = LineSplitter()
  private var waiting: ArraySlice<ClusterRecording.Item> = []
  private var isAtEnd = false
  private var number = 0
  private var latest: Timestamp

  /// Lines that cannot be read, and the first of them in a sentence.
  package private(set) var unreadable = 0
  package private(set) var firstProblem: String?
  /// Lines of kinds that nobody looks at.
  package private(set) var passedOver = 0
  package private(set) var events = 0

  /// A recording is not longer than this, in seconds.
  private static let longest = 1e8

  init(_ recording: ClusterRecording) throws(EnvironmentError) {
    self.recording = recording
    latest = recording.start
    path = "\(recording.folder)/watch.ndjson"
    descriptor = ReadDescriptor(path)
    if descriptor == nil, Files.exists(path) { throw EnvironmentError("\(SystemError("read", path))") }
    var lists: [ClusterRecording.Item] = []
    for resource in WatchedCluster.allResources + [.endpointSlices] {
      let path = "\(recording.folder)/list-\(resource.rawValue).json"
      let bytes: [UInt8]?
      do { bytes = try Files.read(path, atMost: .max) } catch { throw EnvironmentError("\(error)") }
      guard let bytes else { continue }
      do {
        let items = try decoder.list(resource, bytes).items
        let at = recording.start + Self.duration(recording.listedAt[resource.rawValue] ?? 0)
        lists.append(.delta(ClusterDelta(resource: resource, change: .relist(items), at: at)))
      } catch {
        throw EnvironmentError("expected a list of \(resource.rawValue) in \(path), but it cannot be read: \(error)")
      }
    }
    guard !lists.isEmpty else {
      throw EnvironmentError(
        "expected the lists with which a recording begins in \(recording.folder), such as list-pods.json, but there is none")
    }
    waiting = lists.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)[...]
  }

  private static func duration(_ seconds: Double) -> Duration {
    guard seconds.isFinite, seconds > 0, seconds <= longest else { return .zero }
    return .milliseconds(Int64(seconds * 1000))
  }

  /// The next part; `nil` at the end.
  package mutating func next() -> ClusterRecording.Item? {
    while waiting.isEmpty, !isAtEnd { fill() }
    return waiting.popFirst()
  }

  private mutating func fill() {
    let chunk = descriptor?.read() ?? []
    isAtEnd = chunk.isEmpty
    var lines = splitter.push(chunk)
    if isAtEnd, let last = splitter.finish() { lines.append(last) }
    for line in lines where !line.isEmpty {
      number += 1
      do {
        if let item = try item(line) { waiting.append(item) } else { passedOver += 1 }
      } catch {
        unreadable += 1
        firstProblem = firstProblem ?? "line \(number): \(error)"
      }
    }
  }

  private mutating func item(_ line: [UInt8]) throws(JSONError) -> ClusterRecording.Item? {
    var seconds: Double?
    var name = ""
    var event: Range<Int>?
    var list: Range<Int>?
    try withBytes(of: line) { (bytes) throws(JSONError) in
      var cursor = JSONCursor(bytes)
      try cursor.readObject { (key, cursor) throws(JSONError) in
        switch key {
        case "at": seconds = try cursor.readNumber().doubleValue
        case "resource": name = try cursor.readStringIfPresent() ?? ""
        case "event": event = try cursor.skipValue()
        case "list": list = try cursor.skipValue()
        default: break
        }
      }
      try cursor.finish()
    }
    guard let seconds, seconds.isFinite, seconds >= 0, seconds <= Self.longest else {
      throw JSONError(expected: "the seconds since the start as at", offset: 0)
    }
    guard let resource = ClusterResource(rawValue: name) else { return nil }
    // What was received later is told later, whatever the digits say.
    latest = max(latest, recording.start + Self.duration(seconds))
    if let list {
      return .delta(ClusterDelta(resource: resource, change: .relist(try decoder.list(resource, line[list]).items), at: latest))
    }
    guard let event else { throw JSONError(expected: "an event or a list", offset: 0) }
    events += 1
    switch try decoder.watchLine(resource, line[event]) {
    case .added(let object, _): return .delta(ClusterDelta(resource: resource, change: .added(object), at: latest))
    case .modified(let object, _): return .delta(ClusterDelta(resource: resource, change: .modified(object), at: latest))
    case .deleted(let object, _): return .delta(ClusterDelta(resource: resource, change: .deleted(object), at: latest))
    case .bookmark: return .heard(resource, at: latest)
    case .failure(_, _, let message): return .lost(resource, at: latest, reason: message)
    }
  }
}

/// A file that is read from its start; closed with the last who holds it.
private final class ReadDescriptor {
  private let descriptor: CInt

  init?(_ path: String) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if descriptor < 0 { return nil }
  }

  deinit { close(descriptor) }

  /// Up to 256 KiB; empty at the end.
  func read() -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 1 << 18) { buffer, count in
      repeat { count = Glibc.read(descriptor, buffer.baseAddress, 1 << 18) } while count < 0 && errno == EINTR
      count = max(count, 0)
    }
  }
}
