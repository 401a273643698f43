import ClusterFeed
package import ClusterModel
import Glibc
import JSONBytes
import LogStandard
package import StateDirectory
import Synchronization
package import TimeFormat

/// Writes what a feed hears into a folder, from which ``ClusterRecording`` reads it back.
///
/// - `meta.json`: when it began, the context, each kind's path, when its list was read, and why a kind is not recorded.
/// - `list-<resource>.json`: the list of each kind at the start.
/// - `watch.ndjson`: every line of the watches afterwards, in the order in which they came, each with the seconds since the start;
///   a list that was read again stands there in place of an event.
///
/// Secrets that give themselves away are masked, as everywhere: in variables, arguments, annotations and messages.
package final class RecordingWriter: FeedTap {
  package let folder: String
  private let context: String
  private let start: Timestamp
  private let lines: AppendedFile
  private let madeFolder: Bool
  private let state = Mutex(State())

  private struct State {
    var parts: [ClusterResource: Part] = [:]
    /// Seconds after the start.
    var listedAt: [ClusterResource: Duration] = [:]
    var refused: [ClusterResource: String] = [:]
    var events = 0
    var failure: SystemError?
    var onFailure: AsyncStream<Void>.Continuation?
  }

  /// A list that is being read.
  private struct Part {
    let file: AppendedFile
    var count = 0
    var tail = ""
  }

  /// - Throws: an ``EnvironmentError`` where the folder is not empty or cannot be written.
  package init(folder: String, context: String, now: Timestamp) throws(EnvironmentError) {
    self.folder = folder
    self.context = context
    start = now
    madeFolder = !Files.exists(folder)
    let present = Files.names(in: folder).count
    guard present == 0 else {
      throw EnvironmentError(
        "expected a new or an empty folder for the recording, but \(folder) holds \(present) \(present == 1 ? "file" : "files"); name another"
      )
    }
    do {
      try Files.makeFolder(folder)
      lines = try AppendedFile(path: "\(folder)/watch.ndjson")
    } catch {
      throw EnvironmentError("\(error)")
    }
  }

  /// Events written so far.
  package var events: Int { state.withLock { $0.events } }
  package var kinds: Int { state.withLock { $0.listedAt.count } }
  /// Why nothing can be written any more.
  package var failure: SystemError? { state.withLock { $0.failure } }

  /// Waits until nothing can be written any more, as on a full disk.
  package func failed() async {
    let (stream, continuation) = AsyncStream<Void>.makeStream()
    state.withLock { state in
      if state.failure == nil { state.onFailure = continuation } else { continuation.finish() }
    }
    for await _ in stream {}
  }

  /// Says that a kind is not recorded, and why.
  package func refused(_ resource: ClusterResource, _ reason: String) {
    writing { state in
      guard state.listedAt[resource] == nil, state.refused[resource] != reason else { return }
      state.refused[resource] = reason
      try writeMeta(state)
    }
  }

  /// Removes what was written, where it is of no use to anybody.
  package func discard() {
    for name in ["watch.ndjson", "meta.json"] + ClusterResource.allCases.map({ "list-\($0.rawValue).json.part" }) {
      try? Files.remove("\(folder)/\(name)")
    }
    if madeFolder { rmdir(folder) }
  }

  // MARK: What the feed hears

  package func page(_ resource: ClusterResource, _ bytes: [UInt8], isFirst: Bool) {
    // The feed says what cannot be read.
    guard let page = try? JSONValue(parsing: bytes) else { return }
    let items = (page["items"]?.arrayValue ?? []).map(\.masked.jsonString)
    var tail = page
    tail["items"] = nil
    tail["metadata"] = ["resourceVersion": page.at("metadata", "resourceVersion") ?? ""]
    writing { state in
      if isFirst {
        let path = partPath(resource)
        try Files.remove(path)
        let part = Part(file: try AppendedFile(path: path))
        try part.file.write(Array("{\"items\":[".utf8))
        state.parts[resource] = part
      }
      guard var part = state.parts[resource] else { return }
      for item in items {
        try part.file.write(Array(((part.count > 0 ? "," : "") + item).utf8))
        part.count += 1
      }
      part.tail = tail.jsonString
      state.parts[resource] = part
    }
  }

  package func listed(_ resource: ClusterResource, at: Timestamp) {
    writing { state in
      guard let part = state.parts.removeValue(forKey: resource) else { return }
      // `{"kind":…}` goes on where the items end.
      try part.file.write(Array(("]," + part.tail.dropFirst()).utf8))
      let path = partPath(resource)
      if state.listedAt[resource] == nil {
        guard rename(path, "\(folder)/list-\(resource.rawValue).json") == 0 else { throw SystemError("write", path) }
        state.listedAt[resource] = at - start
        state.refused[resource] = nil
        try writeMeta(state)
      } else {
        let list = try Files.read(path, atMost: .max) ?? []
        try lines.write(head(resource, at) + Array("\"list\":".utf8) + list + Array("}\n".utf8))
        try Files.remove(path)
      }
    }
  }

  package func line(_ resource: ClusterResource, _ bytes: [UInt8], at: Timestamp) {
    guard let event = try? JSONValue(parsing: bytes).masked else { return }
    writing { state in
      try lines.write(head(resource, at) + Array("\"event\":\(event.jsonString)}\n".utf8))
      state.events += 1
    }
  }

  // MARK: Writing

  private func partPath(_ resource: ClusterResource) -> String { "\(folder)/list-\(resource.rawValue).json.part" }

  private func head(_ resource: ClusterResource, _ at: Timestamp) -> [UInt8] {
    Array("{\"at\":\(Self.seconds(at - start)),\"resource\":\"\(resource.rawValue)\",".utf8)
  }

  /// `1.897`.
  private static func seconds(_ time: Duration) -> String {
    let millis = max(0, time.nanoseconds / 1_000_000)
    let rest = "\(millis % 1000)"
    return "\(millis / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
  }

  private func writeMeta(_ state: State) throws {
    func byName<Value>(_ values: [ClusterResource: Value], _ json: (Value) -> JSONValue) -> JSONValue {
      .object(JSONObject(values.sorted { $0.key.rawValue < $1.key.rawValue }.map { .init(key: $0.key.rawValue, value: json($0.value)) }))
    }
    let paths = Dictionary(uniqueKeysWithValues: ClusterResource.allCases.map { ($0, $0.path) })
    let meta: JSONValue = [
      "startedAt": .string(start.rfc3339()), "context": .string(context), "resources": byName(paths) { .string($0) },
      "listedAt": byName(state.listedAt) { .double(Double(max(0, $0.nanoseconds / 1_000_000)) / 1000) },
      "notRecorded": byName(state.refused) { .string($0) },
    ]
    try Files.write(meta.jsonString + "\n", to: "\(folder)/meta.json")
  }

  private func writing(_ body: (inout State) throws -> Void) {
    state.withLock { state in
      guard state.failure == nil else { return }
      do { try body(&state) } catch {
        state.failure = error as? SystemError ?? SystemError("write", folder)
        state.onFailure?.finish()
      }
    }
  }
}
