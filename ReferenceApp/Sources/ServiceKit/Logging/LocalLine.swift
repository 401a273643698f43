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
    var line = paint(CivilTime(moment).clockMillis, "2") + " " + paint(level, color) + " " + oneLine(content.message)
    var rest = "  \(identity.name) \(content.requestID.prefix(8))"
    for field in content.fields { rest += "  \(field.key)=\(field.value.stringValue ?? field.value.jsonString)" }
    line += paint(oneLine(rest), "2")
    return Array(line.utf8)
  }
}

/// A line without the logging facility: a time and a message.
enum PlainLine {
  static func encode(_ content: RecordContent, at moment: Timestamp = RecordLine.now()) -> [UInt8] {
    let time = CivilTime(moment)
    return Array("\(time.date) \(time.clock) \(oneLine(content.message))".utf8)
  }
}

/// What a client sent may stand in a message: it ends no line, begins none that nobody wrote, and gives a terminal no order.
private func oneLine(_ text: String) -> String {
  func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
  guard text.unicodeScalars.contains(where: isHidden) else { return text }
  var line = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    if isHidden(scalar) { line.append(contentsOf: scalar.escaped(asASCII: true).unicodeScalars) } else { line.append(scalar) }
  }
  return String(line)
}
