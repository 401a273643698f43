package import TimeFormat

/// Reads one line of output into a record: the logging standard, ECS, OpenTelemetry JSON, other JSON, logfmt, klog or plain text.
///
/// It never fails: what is not recognized is plain text, what has no time gets the time of its writing or reading. The same
/// line always gives the same record.
package struct LogLineReader: Sendable {
  /// The most bytes of a line that are kept.
  package static let longestLine = 256 * 1024
  /// A line may claim to be this much later than its reading before its time is not believed.
  package static let tolerance: Duration = .seconds(60)

  package init() {}

  /// - Parameters:
  ///   - line: the line without its end, secrets already masked.
  ///   - readAt: when it was read.
  ///   - writtenAt: when the container runtime saw it, if known: the time of a line that has none of its own.
  ///   - before: the time of the line before: of a line that has neither, such as one of a stack trace.
  ///   - flags: what is already known of it: ``LogFlags/cut``, ``LogFlags/masked``.
  package func read(
    _ line: UnsafeBufferPointer<UInt8>, origin: LogOrigin, readAt: Timestamp, writtenAt: Timestamp? = nil, before: Timestamp? = nil,
    flags: LogFlags = []
  ) -> LogRecord {
    var line = line
    var flags = flags
    if line.count > Self.longestLine {
      line = UnsafeBufferPointer(rebasing: line[..<Self.longestLine])
      flags.insert(.cut)
    }
    var found = FoundFields()
    var isJSON = false
    if Self.startsObject(line) {
      isJSON = JSONLineScan.scan(line, into: &found)
      if !isJSON { found = FoundFields() }
    }
    if !isJSON {
      flags.insert(.notJSON)
      TextLineScan.scan(line, now: writtenAt ?? readAt, into: &found)
    }
    var at = found.time ?? writtenAt ?? before ?? readAt
    if at > readAt + Self.tolerance {
      at = readAt
      flags.insert(.fromFuture)
    }
    return LogRecord(
      at: at, level: found.level, service: found.service ?? (origin.container.isEmpty ? origin.pod : origin.container),
      message: found.message ?? String(decoding: line, as: UTF8.self), requestID: found.requestID, traceID: found.traceID, origin: origin,
      flags: flags, raw: Array(line))
  }

  package func read(_ line: [UInt8], origin: LogOrigin, readAt: Timestamp, writtenAt: Timestamp? = nil, flags: LogFlags = []) -> LogRecord {
    line.withUnsafeBufferPointer { read($0, origin: origin, readAt: readAt, writtenAt: writtenAt, flags: flags) }
  }

  private static func startsObject(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    for byte in line where byte != 0x20 && byte != 0x09 { return byte == UInt8(ascii: "{") }
    return false
  }
}

/// What was recognized in a line so far, with the rank of the key that gave it.
struct FoundFields {
  private(set) var time: Timestamp?
  private(set) var level: LogLevel?
  private(set) var message: String?
  private(set) var service: String?
  private(set) var requestID: String?
  private(set) var traceID: String?
  private var ranks: (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8) = (255, 255, 255, 255, 255, 255)

  /// Whether a value under this rank would be taken, so that its text need not be made otherwise.
  func wants(_ role: KeyRole) -> Bool {
    switch role.meaning {
    case .time: role.rank < ranks.0
    case .level, .severityNumber: role.rank < ranks.1
    case .message: role.rank < ranks.2
    case .service: role.rank < ranks.3
    case .requestID: role.rank < ranks.4
    case .traceID: role.rank < ranks.5
    case .nested, .attributes: true
    }
  }

  mutating func set(time value: Timestamp?, rank: UInt8 = 0) {
    guard let value, rank < ranks.0 else { return }
    (time, ranks.0) = (value, rank)
  }
  mutating func set(level value: LogLevel?, rank: UInt8 = 0) {
    guard let value, rank < ranks.1 else { return }
    (level, ranks.1) = (value, rank)
  }
  mutating func set(message value: String, rank: UInt8 = 0) {
    guard rank < ranks.2 else { return }
    (message, ranks.2) = (value, rank)
  }
  mutating func set(service value: String, rank: UInt8 = 0) {
    guard rank < ranks.3, !value.isEmpty else { return }
    (service, ranks.3) = (value, rank)
  }
  mutating func set(requestID value: String, rank: UInt8 = 0) {
    guard rank < ranks.4, !value.isEmpty, value.utf8.count <= 512 else { return }
    (requestID, ranks.4) = (value, rank)
  }
  mutating func set(traceID value: String, rank: UInt8 = 0) {
    guard rank < ranks.5, !value.isEmpty, value.utf8.count <= 512 else { return }
    (traceID, ranks.5) = (value, rank)
  }

  /// A value as text, under a key whose role is known.
  mutating func set(_ role: KeyRole, text: String) {
    switch role.meaning {
    case .time:
      var copy = text
      set(time: copy.withUTF8 { LineTime.parse($0) }, rank: role.rank)
    case .level: set(level: LogLevel(word: text) ?? Int64(text).flatMap { LogLevel(number: $0) }, rank: role.rank)
    case .severityNumber: set(level: Int64(text).flatMap { LogLevel(severityNumber: $0) }, rank: role.rank)
    case .message: set(message: text, rank: role.rank)
    case .service: set(service: text, rank: role.rank)
    case .requestID: set(requestID: text, rank: role.rank)
    case .traceID: set(traceID: text, rank: role.rank)
    case .nested, .attributes: break
    }
  }
}
