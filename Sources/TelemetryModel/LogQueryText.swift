import LogStandard
import TimeFormat

extension LogQuery {
  /// The query as a person would write it; parsing it gives the query again (its cursor apart).
  package var text: String {
    var parts = conditions.map { QueryPrint.term($0) }
    if let range {
      if range.lowerBound.nanoseconds != .min { parts.append("since:\(QueryPrint.time(range.lowerBound))") }
      if range.upperBound.nanoseconds != .max { parts.append("until:\(QueryPrint.time(range.upperBound))") }
    }
    if order == .newestFirst { parts.append("order:newest") }
    if limit != 1000 { parts.append("limit:\(limit)") }
    return parts.joined(separator: " ")
  }
}

enum QueryPrint {
  static func term(_ condition: LogQuery.Condition) -> String {
    switch condition {
    case .requestID(let id): return "request:\(value(id))"
    case .text(let text): return isPlainWord(text) ? text : quote(text)
    case .regex(let pattern): return "/\(escapeSlashes(pattern))/"
    case .field(let name, let comparison, let wanted): return "\(name):\(comparison.rawValue)\(value(wanted))"
    case .not(.any(let members)) where members.count > 1 && members.allSatisfy(isNegation):
      return "(\(members.map { term(opposite($0)) }.joined(separator: " ")))"
    case .not(let inner):
      if case .not = inner { return "-(\(term(inner)))" }
      return "-\(term(inner))"
    case .any(let members): return "(\(members.map(term).joined(separator: " OR ")))"
    }
  }

  private static func isNegation(_ condition: LogQuery.Condition) -> Bool { if case .not = condition { true } else { false } }

  private static func opposite(_ condition: LogQuery.Condition) -> LogQuery.Condition {
    if case .not(let inner) = condition { inner } else { .not(condition) }
  }

  static func time(_ moment: Timestamp) -> String {
    let nanoseconds = moment.nanoseconds
    return moment.rfc3339(nanoseconds % 1_000_000_000 == 0 ? .seconds : nanoseconds % 1_000_000 == 0 ? .milliseconds : .nanoseconds)
  }

  private static func isPlainWord(_ text: String) -> Bool {
    guard let first = text.first, !"-!/(".contains(first), !["OR", "AND", "NOT", "||", "&&"].contains(text), !RequestID.isUUID(text) else {
      return false
    }
    return text.allSatisfy { !$0.isWhitespace && !"\":)".contains($0) }
  }

  private static func value(_ text: String) -> String {
    guard let first = text.first, !"<>!=\"".contains(first), !text.hasPrefix("//"), text.allSatisfy({ !$0.isWhitespace && $0 != ")" })
    else {
      return quote(text)
    }
    return text
  }

  private static func quote(_ text: String) -> String {
    var out = "\""
    for character in text {
      if character == "\"" || character == "\\" { out.append("\\") }
      out.append(character)
    }
    return out + "\""
  }

  private static func escapeSlashes(_ pattern: String) -> String {
    var out = ""
    var isEscaped = false
    for character in pattern {
      if character == "/", !isEscaped { out.append("\\") }
      out.append(character)
      isEscaped = character == "\\" && !isEscaped
    }
    return out
  }
}
