/// The keys of a log record in the logging standard. Boilerplate keys carry the prefix `log` so that they never collide with
/// a service's own keys.
package enum LogField {
  /// String: ISO 8601, UTC, milliseconds, e.g. `2017-12-10T11:10:38.192Z`.
  package static let timestamp = "@timestamp"
  /// String: one of ``LogLevelWord``.
  package static let level = "logLevel"
  /// String: the narrative of what was done for the task.
  package static let message = "logMessage"
  /// String: the `x-request-id` header's value; the process's own run id outside a request.
  package static let requestID = "logRequestId"
  /// String: the service's name, e.g. `api`.
  package static let serviceName = "logServiceName"
  /// String: the image's tag.
  package static let serviceVersion = "logServiceVersion"
  /// String: the pod's name.
  package static let serviceInstance = "logServiceInstance"
  /// String: the service's category, e.g. `database`, `network`.
  package static let serviceType = "logServiceType"
  /// String: a three-letter data center. The standard's own text calls it `location`.
  package static let location = "logLocation"
  package static let repositoryName = "logGitHubRepoName"
  package static let threadID = "logThreadId"
  package static let className = "logClassName"
  package static let methodName = "logMethodName"
  /// String: one of ``LogCategory``, or the service's own.
  package static let category = "logCategory"
  /// String: 32 lower-case hex digits (OpenTelemetry's name).
  package static let traceID = "trace_id"
  /// String: 16 lower-case hex digits.
  package static let spanID = "span_id"
  /// String: 2 lower-case hex digits.
  package static let traceFlags = "trace_flags"
  /// String: who called.
  package static let requestOrigin = "reqOrigin"
  /// String: the HTTP method.
  package static let requestVerb = "reqVerb"
  /// String: the path, from the slash to before the question mark.
  package static let requestPath = "reqPath"
  /// String or JSON: the query, secrets masked.
  package static let requestQuery = "reqQuery"
  /// String or JSON: the body, secrets masked.
  package static let requestBody = "reqBody"
  /// Integer: the HTTP status.
  package static let statusCode = "reqStatusCode"
  /// Integer: microseconds from the request's arrival to the end of its response.
  package static let durationMicros = "reqDurationMicros"

  /// The HTTP header that carries the request id.
  package static let requestIDHeader = "x-request-id"
}

/// The values of ``LogField/category`` that the standard itself defines.
package enum LogCategory {
  package static let request = "apiRequest"
  package static let response = "apiResponse"
  package static let exception = "apiException"
}

/// The four words of ``LogField/level``; INFO is the default.
package enum LogLevelWord: String, Sendable, Hashable, CaseIterable, Comparable {
  case debug = "DEBUG"
  case info = "INFO"
  case warn = "WARN"
  case error = "ERROR"

  /// Low to high.
  package var rank: Int {
    switch self {
    case .debug: 0
    case .info: 1
    case .warn: 2
    case .error: 3
    }
  }

  package static func < (one: LogLevelWord, other: LogLevelWord) -> Bool { one.rank < other.rank }
}
