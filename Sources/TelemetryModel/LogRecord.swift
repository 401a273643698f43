package import JSONBytes
package import TimeFormat

/// The severity of a record, with OpenTelemetry's numbers (the first of each range).
package enum LogLevel: Int, Sendable, Hashable, Comparable, CaseIterable {
  case trace = 1
  case debug = 5
  case info = 9
  case warn = 13
  case error = 17
  case fatal = 21

  package static func < (one: LogLevel, other: LogLevel) -> Bool { one.rawValue < other.rawValue }

  /// The standard's word: `DEBUG`, `INFO`, `WARN`, `ERROR` (and `TRACE`, `FATAL` from other profiles).
  package var word: String {
    switch self {
    case .trace: "TRACE"
    case .debug: "DEBUG"
    case .info: "INFO"
    case .warn: "WARN"
    case .error: "ERROR"
    case .fatal: "FATAL"
    }
  }
}

/// Where a line came from.
package struct LogOrigin: Sendable, Hashable {
  package var cluster: String
  package var namespace: String
  package var pod: String
  package var podUID: String
  package var container: String
  /// The container's restart count when it wrote the line.
  package var restart: Int
  /// `stdout` or `stderr`.
  package var stream: String

  package init(
    cluster: String, namespace: String, pod: String, podUID: String, container: String, restart: Int = 0, stream: String = "stdout"
  ) {
    self.cluster = cluster
    self.namespace = namespace
    self.pod = pod
    self.podUID = podUID
    self.container = container
    self.restart = restart
    self.stream = stream
  }
}

/// What is odd about a line that was kept all the same.
package struct LogFlags: OptionSet, Sendable, Hashable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Not a JSON object.
  package static let notJSON = LogFlags(rawValue: 1)
  /// Longer than 256 KiB; the rest is missing.
  package static let cut = LogFlags(rawValue: 2)
  /// Its own time is more than a minute after it was read; `at` is the reading's.
  package static let fromFuture = LogFlags(rawValue: 4)
  /// Secrets in it were masked before it was stored.
  package static let masked = LogFlags(rawValue: 8)
}

/// One log record as it was read: its raw line and what was recognized in it.
package struct LogRecord: Sendable, Hashable {
  package var id: RecordID
  package var at: Timestamp
  package var level: LogLevel?
  package var service: String
  package var message: String
  package var requestID: String?
  package var traceID: String?
  package var origin: LogOrigin
  package var flags: LogFlags
  /// The line's bytes without the line end, exactly as written except for masked secrets.
  package var raw: [UInt8]

  package init(
    id: RecordID = .unstored, at: Timestamp, level: LogLevel?, service: String, message: String, requestID: String? = nil,
    traceID: String? = nil, origin: LogOrigin, flags: LogFlags = [], raw: [UInt8]
  ) {
    self.id = id
    self.at = at
    self.level = level
    self.service = service
    self.message = message
    self.requestID = requestID
    self.traceID = traceID
    self.origin = origin
    self.flags = flags
    self.raw = raw
  }

  /// The members of the raw line when it is a JSON object; empty otherwise. Parsed at each call.
  package var fields: JSONObject { (try? JSONValue(parsing: raw))?.objectValue ?? JSONObject() }
}
