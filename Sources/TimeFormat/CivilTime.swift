/// A moment as year, month, day and time of day in UTC plus an offset, by Howard Hinnant's algorithm for the
/// proleptic Gregorian calendar ("chrono-compatible low-level date algorithms").
package struct CivilTime: Sendable, Hashable {
  package var year: Int
  package var month: Int
  package var day: Int
  package var hour: Int
  package var minute: Int
  package var second: Int
  package var nanosecond: Int

  /// - Parameter offset: seconds east of UTC.
  package init(_ moment: Timestamp, offset: Int = 0) {
    let total = Int(moment.nanoseconds)
    // Rounded down by the remainder's sign: subtracting first would overflow at the earliest moments.
    let remainder = total % 1_000_000_000
    var seconds = total / 1_000_000_000 - (remainder < 0 ? 1 : 0)
    nanosecond = remainder < 0 ? remainder + 1_000_000_000 : remainder
    seconds += offset
    let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    let rest = seconds - days * 86_400
    hour = rest / 3600
    minute = rest / 60 % 60
    second = rest % 60
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// Days since 1970-01-01.
  package static func days(year: Int, month: Int, day: Int) -> Int {
    let year = month <= 2 ? year - 1 : year
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// The number of days in a month, 1 to 12.
  package static func daysInMonth(year: Int, month: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// `14:04:11`.
  package var clock: String { "\(two(hour)):\(two(minute)):\(two(second))" }
  /// `14:04:11.318`.
  package var clockMillis: String {
    let millis = nanosecond / 1_000_000
    return "\(clock).\(millis < 100 ? "0" : "")\(millis < 10 ? "0" : "")\(millis)"
  }
  /// `2018-01-22`.
  package var date: String { "\(year)-\(two(month))-\(two(day))" }

  private func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
