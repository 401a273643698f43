import StateDirectory
import TimeFormat

extension WallClock {
  /// A moment's day in the user's time zone.
  static func day(_ moment: Timestamp) -> String { CivilTime(moment, offset: localOffset(at: moment)).date }
}
