/// A field's value compared with what a query asks for.
package struct FieldTest: Sendable {
  package let comparison: LogQuery.Comparison
  package let wanted: String
  private let number: Double?
  private let level: LogLevel?
  private let pattern: [UInt8]
  private let kind: Kind

  private enum Kind: Sendable { case plain, level, statusClass(Double), exists, glob }

  package init(field: String, _ comparison: LogQuery.Comparison, _ wanted: String) {
    self.comparison = comparison
    self.wanted = wanted
    number = Double(wanted).flatMap { $0.isFinite ? $0 : nil }
    level = LogLevel(word: wanted)
    pattern = Array(wanted.utf8)
    let bytes = Array(wanted.lowercased().utf8)
    if LogFieldReader.Known(name: field) == .level, level != nil {
      kind = .level
    } else if comparison != .equal, comparison != .notEqual {
      kind = .plain
    } else if wanted == "*" {
      kind = .exists
    } else if bytes.count == 3, bytes[1] == UInt8(ascii: "x"), bytes[2] == UInt8(ascii: "x"),
      (UInt8(ascii: "1")...UInt8(ascii: "5")).contains(bytes[0])
    {
      kind = .statusClass(Double(bytes[0] - UInt8(ascii: "0")))
    } else if pattern.contains(UInt8(ascii: "*")) {
      kind = .glob
    } else {
      kind = .plain
    }
  }

  /// Whether the test needs nothing but equality with one exact text.
  package var isExactText: Bool {
    if case .plain = kind { comparison == .equal && number == nil } else { false }
  }

  /// A field that a record does not have is equal to nothing, and therefore unequal to everything.
  package func matches(_ value: String?) -> Bool {
    guard let value else { return comparison == .notEqual }
    switch kind {
    case .level:
      guard let have = LogLevel(word: value), let level else { return comparison == .notEqual }
      return holds(have < level ? -1 : have > level ? 1 : 0)
    case .exists: return comparison == .equal
    case .statusClass(let hundreds):
      let isIn = Double(value).map { ($0 / 100).rounded(.down) == hundreds } ?? false
      return isIn == (comparison == .equal)
    case .glob: return Self.glob(Array(value.utf8), pattern) == (comparison == .equal)
    case .plain:
      if let number, let have = Double(value) { return holds(have < number ? -1 : have > number ? 1 : 0) }
      return holds(value == wanted ? 0 : value.utf8.lexicographicallyPrecedes(wanted.utf8) ? -1 : 1)
    }
  }

  private func holds(_ order: Int) -> Bool {
    switch comparison {
    case .equal: order == 0
    case .notEqual: order != 0
    case .atLeast: order >= 0
    case .atMost: order <= 0
    case .above: order > 0
    case .below: order < 0
    }
  }

  /// `*` stands for any bytes. Linear but for the last star's retries.
  static func glob(_ text: [UInt8], _ pattern: [UInt8]) -> Bool {
    var at = 0
    var want = 0
    var star: (pattern: Int, text: Int)?
    while at < text.count {
      if want < pattern.count, pattern[want] == UInt8(ascii: "*") {
        star = (want, at)
        want += 1
      } else if want < pattern.count, pattern[want] == text[at] {
        want += 1
        at += 1
      } else if let last = star {
        want = last.pattern + 1
        star = (last.pattern, last.text + 1)
        at = last.text + 1
      } else {
        return false
      }
    }
    return pattern[want...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
