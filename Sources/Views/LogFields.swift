package import JSONBytes
package import Screen
package import TelemetryModel
import TimeFormat

/// What a log record says beside its message, for a line on screen.
package enum LogFields {
  /// Keys that every record carries, or that have a column of their own.
  private static let common: Set<String> = [
    "@timestamp", "logLevel", "logMessage", "logRequestId", "logLocation", "location", "logServiceType", "logServiceName",
    "logServiceVersion", "logServiceInstance", "logGitHubRepoName", "logThreadId", "logClassName", "logMethodName", "logClass",
    "logMethod", "logCategory", "trace_id", "span_id", "trace_flags", "reqOrigin", "reqVerb", "reqPath", "reqQuery", "reqBody",
    "reqStatusCode", "reqDurationMicros", "time", "timestamp", "level", "msg", "message", "service", "log.level", "service.name",
    "request_id", "requestId", "trace.id", "http.request.id",
  ]

  /// The service's own keys: `customerId 4711, item 12`.
  package static func extra(_ record: LogRecord) -> String {
    var parts: [String] = []
    let roles = record.roles
    if let status = roles.status { parts.append("status \(status)") }
    if let duration = roles.duration { parts.append(self.duration(micros: duration.nanoseconds / 1000)) }
    for member in record.fields where !common.contains(member.key) {
      parts.append("\(member.key) \(short(member.value))")
      if parts.count >= 6 { break }
    }
    return parts.joined(separator: ", ")
  }

  package static func short(_ value: JSONValue) -> String {
    switch value {
    case .string(let text): text
    case .null: "null"
    default: value.jsonString
    }
  }

  /// `412 ms`, `2.4 s`, `310 µs`.
  package static func duration(micros: Int64) -> String {
    switch micros {
    case ..<1000: return "\(micros) µs"
    case ..<10_000: return "\(micros / 1000).\(micros / 100 % 10) ms"
    case ..<1_000_000: return "\(micros / 1000) ms"
    default: return "\(micros / 1_000_000).\(micros / 100_000 % 10) s"
    }
  }

  /// The part of a pod's name that tells it from its siblings: `4ftrr` of `api-7f7b8-4ftrr`.
  package static func shortPod(_ name: String) -> String {
    guard let dash = name.lastIndex(of: "-") else { return name }
    let tail = name[name.index(after: dash)...]
    return tail.isEmpty ? name : String(tail)
  }
}

extension LogFlags {
  /// `notJSON`, `cut`, `fromFuture`, `masked`.
  package var words: [String] {
    var words: [String] = []
    if contains(.notJSON) { words.append("notJSON") }
    if contains(.cut) { words.append("cut") }
    if contains(.fromFuture) { words.append("fromFuture") }
    if contains(.masked) { words.append("masked") }
    return words
  }
}

extension LogLevel {
  /// What stands before the level's word, so that colors say nothing alone.
  package var mark: String {
    switch self {
    case .trace, .debug, .info: " "
    case .warn: "▲"
    case .error, .fatal: "✖"
    }
  }

  package var role: Role {
    switch self {
    case .trace, .debug: .dim
    case .info: .text
    case .warn: .amber
    case .error, .fatal: .red
    }
  }
}
