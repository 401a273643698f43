import CLinux
import Glibc
package import TimeFormat

/// The machine's wall clock, which can be set: durations are measured by `ContinuousClock`.
package enum WallClock {
  package static func now() -> Timestamp { Timestamp(nanoseconds: Int64(periplus_now())) }

  /// Seconds east of UTC in the user's time zone at a moment.
  package static func localOffset(at moment: Timestamp) -> Int {
    var seconds = time_t(moment.nanoseconds / 1_000_000_000)
    var parts = tm()
    localtime_r(&seconds, &parts)
    return parts.tm_gmtoff
  }
}
