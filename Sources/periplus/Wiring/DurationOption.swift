import ArgumentParser
import TimeFormat

/// `30s`, `5m`, `2h`, `1d` on the command line.
struct DurationOption: ExpressibleByArgument {
  var duration: Duration

  init?(argument: String) {
    guard let duration = Duration(option: argument), duration > .zero else { return nil }
    self.duration = duration
  }
}
