import FoundationEssentials
import Glibc
import JSONBytes
import LogStandard
import TimeFormat

/// A record without the members that are the same in all records of the process.
struct RecordContent: Sendable {
  var level: LogLevelWord
  var message: String
  var requestID: String
  var category: String
  var className: String
  var methodName: String
  var fields: [(key: String, value: JSONValue)] = []
}

/// A record as one line of JSON by the logging standard.
enum RecordLine {
  static func encode(_ content: RecordContent, identity: ServiceIdentity, at moment: Timestamp = now()) -> [UInt8] {
    var json = JSONWriter(reserving: 768)
    json.object { json in
      json.member(LogField.timestamp, moment.rfc3339(.milliseconds))
      json.member(LogField.level, content.level.rawValue)
      json.member(LogField.message, narrative(content.message))
      json.member(LogField.requestID, content.requestID)
      json.member(LogField.serviceName, identity.name)
      json.member(LogField.serviceVersion, identity.version)
      json.member(LogField.serviceInstance, identity.instance)
      json.member(LogField.serviceType, identity.type)
      json.member(LogField.location, identity.location)
      json.member(LogField.repositoryName, identity.repository)
      json.member(LogField.threadID, threadID())
      json.member(LogField.className, content.className)
      json.member(LogField.methodName, content.methodName)
      json.member(LogField.category, content.category)
      for field in content.fields { json.member(field.key, field.value) }
    }
    return json.bytes
  }

  /// Whether a line is a record of the standard as it is.
  static func isValid(_ line: [UInt8]) -> Bool { LogLineValidator.validate(line).isEmpty }

  /// A message is text: neither empty nor the dump of an object.
  private static func narrative(_ message: String) -> String {
    let text = SecretMasker.mask(message).text
    guard text.utf8.contains(where: { $0 > 0x20 }) else { return "(no message)" }
    let first = text.utf8.first
    return first == UInt8(ascii: "{") || first == UInt8(ascii: "[") ? "Text: " + text : text
  }

  /// The wall clock, in whole microseconds.
  static func now() -> Timestamp { Timestamp(nanoseconds: Int64(Date().timeIntervalSince1970 * 1_000_000) * 1000) }

  /// The thread's address: unique among the living threads of the process.
  private static func threadID() -> String { String(UInt(pthread_self()), radix: 16) }
}
