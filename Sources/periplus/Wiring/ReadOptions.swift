import ArgumentParser
import RecordStore
import StateDirectory
import Views

/// Options that every reading command has.
struct ReadOptions: ParsableArguments {
  @OptionGroup var home: HomeOptions
  @OptionGroup var output: PrintOptions
  @Flag(help: "Show local times instead of UTC.") var local = false

  var face: TimeDisplay {
    local ? TimeDisplay(offset: WallClock.localOffset(at: WallClock.now()), name: "local") : .utc
  }

  func store() throws -> StoreReader { try StoreReader(home: home.resolve()) }

  var json: Bool { output.json }

  /// Prints a report in columns or in sentences, or its JSON lines.
  func show(_ report: Report, _ lines: @autoclosure () -> [String]) { output.show(report, lines()) }
}
