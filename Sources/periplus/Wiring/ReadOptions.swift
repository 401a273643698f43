import ArgumentParser
import RecordStore
import StateDirectory
import Views

/// Options that every reading command has.
struct ReadOptions: ParsableArguments {
  @OptionGroup var home: HomeOptions
  @Flag(help: "One JSON object a line, with stable keys (docs/json.md).") var json = false
  @Flag(help: "Show local times instead of UTC.") var local = false

  var face: TimeDisplay {
    local ? TimeDisplay(offset: WallClock.localOffset(at: WallClock.now()), name: "local") : .utc
  }

  func store() throws -> StoreReader { try StoreReader(home: home.resolve()) }

  /// Prints a report as text, or its JSON lines.
  func show(_ report: Report, _ lines: [String]) {
    if json {
      for line in lines { Output.line(line) }
    } else {
      for line in report.text(width: TerminalWidth.columns) { Output.line(line) }
    }
  }
}
