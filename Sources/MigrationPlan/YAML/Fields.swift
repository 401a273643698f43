package import TimeFormat

/// Reads the members of a mapping that was held to its schema. What does not fit was reported already and reads as absent.
package struct Fields {
  package let node: YAMLNode

  package init(_ node: YAMLNode) { self.node = node }

  package func node(_ name: String) -> YAMLNode? { node[name].flatMap { $0.isNull ? nil : $0 } }
  package func has(_ name: String) -> Bool { node(name) != nil }
  package func text(_ name: String) -> String? { node(name)?.text }
  package func text(_ name: String, or other: String) -> String { text(name) ?? other }
  package func integer(_ name: String) -> Int? { node(name)?.integer }
  package func number(_ name: String) -> Double? { node(name)?.number }
  package func flag(_ name: String) -> Bool? { node(name)?.flag }
  package func duration(_ name: String) -> Duration? { text(name).flatMap(Duration.init(option:)) }
  package func date(_ name: String) -> PlanDate? { text(name).flatMap(PlanDate.init) }
  package func texts(_ name: String) -> [String] { node(name)?.elements?.compactMap(\.text) ?? [] }
  package func records(_ name: String) -> [Fields] { node(name)?.elements?.map(Fields.init) ?? [] }
  package func record(_ name: String) -> Fields? { node(name).map(Fields.init) }
}

/// A day of the calendar, UTC.
package struct PlanDate: Sendable, Hashable, Comparable {
  package var start: Timestamp

  package init?(_ text: String) {
    guard text.utf8.count == 10, let start = Timestamp(rfc3339: "\(text)T00:00:00Z"), CivilTime(start).date == text else { return nil }
    self.start = start
  }

  package init(containing moment: Timestamp) {
    let day: Int64 = 86_400_000_000_000
    var days = moment.nanoseconds / day
    if moment.nanoseconds % day < 0 { days -= 1 }
    start = Timestamp(nanoseconds: days * day)
  }

  /// `2018-01-22`.
  package var text: String { CivilTime(start).date }
  /// The first moment of the next day.
  package var end: Timestamp { start + .seconds(86_400) }

  package static func < (one: PlanDate, other: PlanDate) -> Bool { one.start < other.start }
}
