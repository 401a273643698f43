package import ClusterModel
import JSONBytes
package import StateDirectory
package import TimeFormat

/// A folder in which ``RecordingWriter``, or another program that keeps to the same form, wrote what an API server said.
package struct ClusterRecording: Sendable {
  package let folder: String
  package let start: Timestamp
  /// The context that was recorded, where the recording says so.
  package let context: String?
  /// Seconds after the start at which a kind's list was read; at the start where nothing is said.
  let listedAt: [String: Double]

  /// - Throws: an ``EnvironmentError`` where the folder holds no recording.
  package init(folder: String) throws(EnvironmentError) {
    self.folder = folder
    guard Files.exists(folder) else { throw EnvironmentError("expected a recording in the folder \(folder), but there is no such folder") }
    let path = "\(folder)/meta.json"
    let bytes: [UInt8]?
    do { bytes = try Files.read(path) } catch { throw EnvironmentError("\(error)") }
    guard let bytes else {
      throw EnvironmentError(
        "expected a recording in \(folder), but it has no meta.json; periplus cluster record \(folder) --context NAME makes one")
    }
    guard let meta = try? JSONValue(parsing: bytes), let start = meta["startedAt"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }) else {
      throw EnvironmentError("expected the time at which the recording began as startedAt in \(path), such as 2026-01-22T14:03:02Z")
    }
    self.start = start
    context = meta["context"]?.stringValue
    var listedAt: [String: Double] = [:]
    for member in meta["listedAt"]?.objectValue ?? [:] { listedAt[member.key] = member.value.doubleValue }
    self.listedAt = listedAt
  }

  /// What the recorder would have been told, in order.
  package enum Item: Sendable {
    case delta(ClusterDelta)
    /// A bookmark: the watch lives.
    case heard(ClusterResource, at: Timestamp)
    /// The server ended the watch with an error.
    case lost(ClusterResource, at: Timestamp, reason: String)

    package var at: Timestamp {
      switch self {
      case .delta(let delta): delta.at
      case .heard(_, let at), .lost(_, let at, _): at
      }
    }
  }

  /// - Throws: an ``EnvironmentError`` where a list cannot be read, or there is none.
  package func reader() throws(EnvironmentError) -> RecordingReader { try RecordingReader(self) }
}
