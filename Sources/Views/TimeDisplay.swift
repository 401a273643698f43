package import TimeFormat

/// How moments are written: in UTC or in the zone of the person who looks.
package struct TimeDisplay: Sendable, Hashable {
  /// Seconds east of UTC.
  package var offset: Int
  /// `UTC`, or the zone's abbreviation.
  package var name: String

  package init(offset: Int, name: String) {
    self.offset = offset
    self.name = name
  }

  package static let utc = TimeDisplay(offset: 0, name: "UTC")

  /// `14:03:02`.
  package func time(_ moment: Timestamp) -> String { CivilTime(moment, offset: offset).clock }
  /// `14:03:02.118`.
  package func millis(_ moment: Timestamp) -> String { CivilTime(moment, offset: offset).clockMillis }
  /// `14:03`.
  package func minute(_ moment: Timestamp) -> String { String(time(moment).prefix(5)) }
  /// `2018-01-22 14:03:02 UTC`.
  package func full(_ moment: Timestamp) -> String {
    let civil = CivilTime(moment, offset: offset)
    return "\(civil.date) \(civil.clock) \(name)"
  }

  /// `2018-01-22 14:03:02–14:20:00 UTC`; the day twice where it is another one.
  package func full(from: Timestamp, to: Timestamp) -> String {
    let (first, last) = (CivilTime(from, offset: offset), CivilTime(to, offset: offset))
    let end = first.date == last.date ? last.clock : " \(last.date) \(last.clock)"
    return "\(first.date) \(first.clock)\(first.date == last.date ? "–" : " –")\(end) \(name)"
  }

  /// As short as it stays clear beside `now`: `03:12` on the same day, `Sat 03:12` within six days, else `2018-01-22`.
  package func short(_ moment: Timestamp, now: Timestamp) -> String {
    let civil = CivilTime(moment, offset: offset)
    let today = CivilTime(now, offset: offset)
    let day = CivilTime.days(year: civil.year, month: civil.month, day: civil.day)
    let thisDay = CivilTime.days(year: today.year, month: today.month, day: today.day)
    if day == thisDay { return String(civil.clock.prefix(5)) }
    guard abs(thisDay - day) < 7 else { return civil.date }
    // 1970-01-01 was a Thursday.
    let names = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    return "\(names[((day % 7) + 7) % 7]) \(civil.clock.prefix(5))"
  }
}
