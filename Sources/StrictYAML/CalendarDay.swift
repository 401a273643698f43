package import TimeFormat

/// A day of the calendar, UTC.
package struct CalendarDay: Sendable, Hashable, Comparable {
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

  package static func < (one: CalendarDay, other: CalendarDay) -> Bool { one.start < other.start }
}
