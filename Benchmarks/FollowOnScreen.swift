import RecordStore
import StateDirectory
import TelemetryModel
import TimeFormat

/// From the moment at which a service wrote a line to the moment at which the Logs page, following, has drawn it.
enum FollowOnScreen {
  static let span = Duration.seconds(40)
  static let rate = 10

  /// Needs a running ground. What is looked for on the screen is the id of an order, which a message carries: twelve random digits, so that
  /// nothing of it is left from what stood there before, and all of it is written.
  static func delays(of home: Home, _ bench: Workbench) async throws -> [Duration] {
    let terminal = try PseudoTerminal(bench.periplus, ["console"], environment: bench.environment(home))
    defer { terminal.quit() }
    guard terminal.read(until: ConsoleMarks.footer) != nil else { throw NotMeasured("the console showed no footer within 10 s") }
    terminal.type("4")
    terminal.drain(quiet: .seconds(1), limit: .seconds(5))

    let began = LargeCluster.now()
    let traffic = try ChildProcess.spawn(
      bench.periplus, ["traffic", "--rate", "\(rate)", "--for", "\(Int(span.seconds))s"], environment: bench.environment(home),
      output: "/dev/null")
    let recording = terminal.record(for: span + .seconds(2))
    _ = await ChildProcess.wait(traffic)

    let store = StoreReader(directory: home.store)
    var written: [String: Timestamp] = [:]
    for record in try await store.records(matching: LogQuery(limit: 100_000)).records where record.at >= began {
      for word in record.message.split(whereSeparator: { " :,".contains($0) }) where word.hasPrefix("o-") && word.utf8.count == 14 {
        written[String(word)] = min(written[String(word)] ?? record.at, record.at)
      }
    }
    // The first and the last digits may be those that stood there, and are then not written again.
    let seen = written.compactMap { id, at in recording.firstSight(of: id.utf8.dropFirst(4).dropLast(2)).map { $0 - at } }
    guard seen.count * 10 >= written.count * 9, seen.count >= 50 else {
      throw NotMeasured("only \(seen.count) of \(written.count) orders were seen on the Logs page")
    }
    return seen
  }
}
