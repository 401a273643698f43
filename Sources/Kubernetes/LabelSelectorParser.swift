/// What is wrong with a label selector's text, in the words of the API server.
package struct SelectorError: Error, Hashable, CustomStringConvertible {
  package var message: String

  init(_ message: String) { self.message = message }

  package var description: String { message }
}

extension LabelSelector {
  /// `app=web,tier in (a, b),!old,x notin (y),n>3` (apimachinery, pkg/labels).
  package init(parsing text: String) throws(SelectorError) {
    var parser = SelectorParser(text)
    self.init(requirements: try parser.requirements())
  }
}

private struct SelectorParser {
  private enum Token: Equatable {
    case word(String)
    case symbol(String)
    case end

    var text: String {
      switch self {
      case .word(let text), .symbol(let text): text
      case .end: ""
      }
    }
  }

  private var tokens: [Token] = []
  private var index = 0

  init(_ text: String) {
    let bytes = Array(text.utf8)
    var at = 0
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), 0x0A, 0x0D: at += 1
      case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","), UInt8(ascii: ">"), UInt8(ascii: "<"):
        tokens.append(.symbol(String(decoding: bytes[at...at], as: UTF8.self)))
        at += 1
      case UInt8(ascii: "!"), UInt8(ascii: "="):
        let isDouble = at + 1 < bytes.count && bytes[at + 1] == UInt8(ascii: "=")
        tokens.append(.symbol(String(decoding: bytes[at..<at + (isDouble ? 2 : 1)], as: UTF8.self)))
        at += isDouble ? 2 : 1
      default:
        let start = at
        let stops = Set(" \t\n\r(),><!=".utf8)
        while at < bytes.count, !stops.contains(bytes[at]) { at += 1 }
        tokens.append(.word(String(decoding: bytes[start..<at], as: UTF8.self)))
      }
    }
  }

  private var current: Token { index < tokens.count ? tokens[index] : .end }

  private mutating func next() -> Token {
    defer { index += 1 }
    return current
  }

  mutating func requirements() throws(SelectorError) -> [LabelSelector.Requirement] {
    var found: [LabelSelector.Requirement] = []
    if current == .end { return found }
    while true {
      found.append(try requirement())
      switch next() {
      case .end: return found
      case .symbol(","): continue
      case let other: throw SelectorError("found '\(other.text)', expected: ',' or 'end of string'")
      }
    }
  }

  private mutating func requirement() throws(SelectorError) -> LabelSelector.Requirement {
    if current == .symbol("!") {
      _ = next()
      return .doesNotExist(try key())
    }
    let key = try key()
    switch current {
    case .end, .symbol(","): return .exists(key)
    case .symbol("="), .symbol("=="):
      _ = next()
      return .in(key, [value()])
    case .symbol("!="):
      _ = next()
      return .notIn(key, [value()])
    case .symbol(">"):
      _ = next()
      return .greaterThan(key, try number())
    case .symbol("<"):
      _ = next()
      return .lessThan(key, try number())
    case .word("in"):
      _ = next()
      return .in(key, try values())
    case .word("notin"):
      _ = next()
      return .notIn(key, try values())
    case let other: throw SelectorError("unable to parse requirement: found '\(other.text)', expected: in, notin, =, ==, !=, gt, lt")
    }
  }

  private mutating func key() throws(SelectorError) -> String {
    guard case .word(let text) = current else {
      throw SelectorError("found '\(current.text)', expected: !, identifier, or 'end of string'")
    }
    _ = next()
    guard NameRules.isLabelKey(text) else {
      throw SelectorError(
        "unable to parse requirement: <nil>: Invalid value: \"\(text)\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
      )
    }
    return text
  }

  private mutating func value() -> String {
    guard case .word(let text) = current else { return "" }
    _ = next()
    return text
  }

  private mutating func number() throws(SelectorError) -> Int64 {
    let text = value()
    guard let number = Int64(text) else {
      throw SelectorError("unable to parse requirement: \"\(text)\": for 'Gt', 'Lt' operators, the value must be an integer")
    }
    return number
  }

  private mutating func values() throws(SelectorError) -> Set<String> {
    guard next() == .symbol("(") else { throw SelectorError("unable to parse requirement: found no '(', expected: '('") }
    var found: Set<String> = []
    while true {
      found.insert(value())
      switch next() {
      case .symbol(","): continue
      case .symbol(")"): return found
      case let other: throw SelectorError("unable to parse requirement: found '\(other.text)', expected: ',' or ')'")
      }
    }
  }
}
