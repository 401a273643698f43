import JSONBytes
import LogStandard
import TimeFormat

/// The local profile: time, level, message, then service, request id and fields.
///
///     14:04:11.318 INFO  Placed order o-81c2  orders 7f3a1c2d  orderId=o-81c2
enum LocalLine {
  static func encode(_ content: RecordContent, identity: ServiceIdentity, colors: Bool, at moment: Timestamp = RecordLine.now()) -> [UInt8]
  {
    let color =
      switch content.level {
      case .debug: "36"
      case .info: "32"
      case .warn: "33"
      case .error: "31"
      }
    func paint(_ text: String, _ code: String) -> String { colors ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text }
    let level = content.level.rawValue + String(repeating: " ", count: 5 - content.level.rawValue.utf8.count)
    var line = paint(CivilTime(moment).clockMillis, "2") + " " + paint(level, color) + " " + content.message
    var rest = "  \(identity.name) \(content.requestID.prefix(8))"
    for field in content.fields { rest += "  \(field.key)=\(field.value.stringValue ?? field.value.jsonString)" }
    line += paint(rest, "2")
    return Array(line.utf8)
  }
}

/// A line without the logging facility: a time and a message.
enum PlainLine {
  static func encode(_ content: RecordContent, at moment: Timestamp = RecordLine.now()) -> [UInt8] {
    let time = CivilTime(moment)
    return Array("\(time.date) \(time.clock) \(content.message)".utf8)
  }
}
