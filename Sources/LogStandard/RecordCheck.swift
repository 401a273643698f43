import JSONBytes

/// The rules of the standard applied to one record, gathering what is wrong.
struct RecordCheck {
  let record: JSONObject
  private(set) var violations: [LogViolation] = []

  init(record: JSONObject) { self.record = record }

  mutating func add(_ field: String, _ sentence: String) { violations.append(LogViolation(field: field, sentence: sentence)) }

  mutating func noKeyTwice() {
    var seen: Set<String> = []
    for member in record where !seen.insert(member.key).inserted {
      add(member.key, "Expected each key once, but \(member.key) stands twice in the record.")
    }
  }

  mutating func required(_ key: String, _ expected: String, in context: String = "", _ isRight: (String) -> Bool) {
    guard record[key] != nil else { return add(key, "Expected \(key)\(context), \(expected), but the record has none.") }
    optional(key, expected, isRight)
  }

  mutating func optional(_ key: String, _ expected: String, _ isRight: (String) -> Bool) {
    guard let value = record[key] else { return }
    if let text = value.stringValue, isRight(text) { return }
    add(key, "Expected \(key) to be \(expected), got \(LogLineValidator.name(of: value)).")
  }

  mutating func integer(_ key: String, _ expected: String, in context: String, _ range: ClosedRange<Int64>) {
    guard let value = record[key] else { return add(key, "Expected \(key)\(context), \(expected), but the record has none.") }
    if case .int(let number) = value, range.contains(number) { return }
    add(key, "Expected \(key) to be \(expected), got \(LogLineValidator.name(of: value)).")
  }

  /// A message is a narrative, not the dump of an object.
  mutating func narrative() {
    guard let message = record[LogField.message]?.stringValue else { return }
    let first = message.utf8.first
    guard first == UInt8(ascii: "{") || first == UInt8(ascii: "["), let value = try? JSONValue(parsing: message) else { return }
    guard value.objectValue != nil || value.arrayValue != nil else { return }
    add(LogField.message, "Expected logMessage to be a sentence, but it is the dump of \(LogLineValidator.name(of: value)).")
  }

  mutating func categories() {
    switch record[LogField.category]?.stringValue {
    case LogCategory.request:
      required(LogField.requestVerb, "the HTTP method", in: " on an apiRequest record") { text in
        !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
      }
      required(LogField.requestPath, "a path that starts with '/'", in: " on an apiRequest record") { $0.hasPrefix("/") || $0 == "*" }
    case LogCategory.response:
      integer(LogField.statusCode, "an HTTP status from 100 to 599", in: " on an apiResponse record", 100...599)
      integer(LogField.durationMicros, "a whole number of microseconds", in: " on an apiResponse record", 0...Int64.max)
    default: break
    }
  }

  /// Durations always name their unit.
  mutating func units() {
    for member in record where member.value.doubleValue != nil {
      let key = member.key.lowercased()
      guard key.hasSuffix("duration") || key.hasSuffix("latency") || key.hasSuffix("elapsed") else { continue }
      add(member.key, "Expected \(member.key) to name its unit (Micros, Millis or Secs at its end), but it names none.")
    }
  }
}
