import JSONBytes
import LogStandard
import Logging

/// Turns a logger's metadata into the members of a record.
enum RecordFields {
  /// Sets `logCategory` where a record's category is not its logger's label.
  static let categoryKey = LogField.category

  /// Keys of frameworks that look like request ids and are not ours.
  private static let dropped: Set<String> = ["hb.request.id", "ahc-request-id", categoryKey]

  /// Keys of the standard that ServiceKit itself sets through metadata.
  static let standard: Set<String> = [
    LogField.requestOrigin, LogField.requestVerb, LogField.requestPath, LogField.requestQuery, LogField.requestBody, LogField.statusCode,
    LogField.durationMicros,
  ]

  /// The members in the order of their keys, so that equal records have equal text.
  static func members(_ metadata: Logger.Metadata) -> [(key: String, value: JSONValue)] {
    var result: [(key: String, value: JSONValue)] = []
    result.reserveCapacity(metadata.count)
    var taken: Set<String> = []
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) where !dropped.contains(key) {
      var name = ownKey(key)
      while !taken.insert(name).inserted { name += "_" }
      result.append((name, Masking.masked(key: key, unitless(name) ? .string(value.description) : json(value))))
    }
    return result
  }

  /// A key that cannot be confused with one of the standard's: those that could get the prefix `app.`.
  static func ownKey(_ key: String) -> String {
    if standard.contains(key) { return key }
    if key.isEmpty { return "app." }
    let reserved = ["@timestamp", "trace_id", "span_id", "trace_flags", "location"]
    if key.hasPrefix("log") || key.hasPrefix("req") || reserved.contains(key) { return "app." + key }
    return key
  }

  /// A duration that does not say its unit must not be taken for a number.
  private static func unitless(_ key: String) -> Bool {
    let key = key.lowercased()
    return key.hasSuffix("duration") || key.hasSuffix("latency") || key.hasSuffix("elapsed")
  }

  static func json(_ value: Logger.MetadataValue) -> JSONValue {
    switch value {
    case .string(let text): return .string(text)
    case .stringConvertible(let number as Int): return .int(Int64(number))
    case .stringConvertible(let number as Int64): return .int(number)
    case .stringConvertible(let flag as Bool): return .bool(flag)
    case .stringConvertible(let number as Double): return number.isFinite ? .double(number) : .string("\(number)")
    case .stringConvertible(let tree as JSONTree): return tree.value
    case .stringConvertible(let other): return .string(other.description)
    case .array(let values): return .array(values.map { Masking.masked(key: "", json($0)) })
    case .dictionary(let members):
      return .object(
        JSONObject(members.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: Masking.masked(key: $0.key, json($0.value))) }))
    }
  }
}

/// A JSON tree as a metadata value: written as JSON, not as text.
struct JSONTree: CustomStringConvertible, Sendable {
  let value: JSONValue
  var description: String { value.jsonString }
}
