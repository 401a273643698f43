package import JSONBytes
import TimeFormat

/// One way in which a line breaks the logging standard.
package struct LogViolation: Sendable, Hashable, CustomStringConvertible {
  /// The key it is about; empty when it is about the whole line.
  package var field: String
  /// What was expected and what the line has instead, in one sentence.
  package var sentence: String

  package init(field: String, sentence: String) {
    self.field = field
    self.sentence = sentence
  }

  package var description: String { sentence }
}

/// Holds one line of output to the logging standard.
package enum LogLineValidator {
  /// Every violation in the line, in the order of the standard's rules; none when it is valid. The line comes without its end.
  package static func validate(_ line: some Collection<UInt8>) -> [LogViolation] {
    let record: JSONObject
    do throws(JSONError) {
      let value = try JSONValue(parsing: line)
      guard let object = value.objectValue else {
        return [LogViolation(field: "", sentence: "Expected one JSON object a line, got \(name(of: value)).")]
      }
      record = object
    } catch {
      return [LogViolation(field: "", sentence: "Expected one JSON object a line, but the line is not JSON: \(error).")]
    }
    return validate(record)
  }

  package static func validate(_ line: String) -> [LogViolation] { validate(line.utf8) }

  package static func validate(_ record: JSONObject) -> [LogViolation] {
    var check = RecordCheck(record: record)
    check.noKeyTwice()
    check.required(LogField.timestamp, "a UTC time with milliseconds such as 2017-12-10T11:10:38.192Z", isTimestamp)
    check.required(LogField.level, "one of DEBUG, INFO, WARN, ERROR") { LogLevelWord(rawValue: $0) != nil }
    check.required(LogField.message, "a sentence that says what was done") { $0.utf8.contains { $0 > 0x20 } }
    check.required(LogField.requestID, "1 to 128 letters, digits, '.', '_' or '-'") { RequestID.isValid($0) }
    check.required(LogField.serviceName, "the service's name") { !$0.isEmpty }
    check.narrative()
    for key in strings { check.optional(key, "a string") { _ in true } }
    check.optional(LogField.traceID, "32 lower-case hex digits, not all zero") { isHex($0, 32) }
    check.optional(LogField.spanID, "16 lower-case hex digits, not all zero") { isHex($0, 16) }
    check.optional(LogField.traceFlags, "2 lower-case hex digits") { $0 == "00" || isHex($0, 2) }
    if record[LogField.spanID] != nil, record[LogField.traceID] == nil {
      check.add(LogField.spanID, "Expected trace_id beside span_id, but there is no trace_id.")
    }
    check.categories()
    check.units()
    return check.violations
  }

  /// Keys that are strings wherever they stand.
  private static let strings = [
    LogField.serviceVersion, LogField.serviceInstance, LogField.serviceType, LogField.location, "location", LogField.repositoryName,
    LogField.threadID, LogField.className, "logClass", LogField.methodName, "logMethod", LogField.category, LogField.requestOrigin,
  ]

  static func isTimestamp(_ text: String) -> Bool {
    let shape = Array("dddd-dd-ddTdd:dd:dd.dddZ".utf8)
    let bytes = Array(text.utf8)
    guard bytes.count == shape.count else { return false }
    for (byte, expected) in zip(bytes, shape) {
      let fits = expected == UInt8(ascii: "d") ? byte &- UInt8(ascii: "0") < 10 : byte == expected
      guard fits else { return false }
    }
    return bytes.withUnsafeBufferPointer { Timestamp(rfc3339: $0) } != nil
  }

  static func isHex(_ text: String, _ count: Int) -> Bool {
    text.utf8.count == count && text.utf8.contains { $0 != UInt8(ascii: "0") }
      && text.utf8.allSatisfy { $0 &- UInt8(ascii: "0") < 10 || $0 &- UInt8(ascii: "a") < 6 }
  }

  static func name(of value: JSONValue) -> String {
    switch value {
    case .null: "null"
    case .bool(let flag): "\(flag)"
    case .int(let number): "the number \(number)"
    case .double(let number): "the number \(number)"
    case .string(let text): "the string \"\(text.count > 60 ? String(text.prefix(60)) + "…" : text)\""
    case .array: "an array"
    case .object: "an object"
    }
  }
}
