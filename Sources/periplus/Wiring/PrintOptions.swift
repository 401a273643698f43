import ArgumentParser
import Glibc
import Screen
import StateDirectory
import Views

/// How a command prints what it lists.
struct PrintOptions: ParsableArguments {
  @Flag(help: "One JSON object a line, with stable keys (docs/json.md).") var json = false
  @Flag(help: "Sentences in reading order instead of columns, as a screen reader wants them.") var linear = false

  /// Prints a report in columns or in sentences, or its JSON lines.
  func show(_ report: Report, _ lines: @autoclosure () -> [String]) {
    if json { return lines().forEach(Output.json) }
    let printed = linear ? report.text(width: TerminalWidth.columns) : report.columns(TerminalInk.current)
    for line in printed { Output.line(line) }
  }
}

/// Colors where standard output is a terminal that has them, and nobody set `NO_COLOR` (no-color.org).
enum TerminalInk {
  static let current: Ink = {
    let environment = Environment.current
    guard isatty(STDOUT_FILENO) == 1, environment["NO_COLOR"] ?? "" == "", !["", "dumb"].contains(environment["TERM"] ?? "") else {
      return .none
    }
    return .classic
  }()
}
