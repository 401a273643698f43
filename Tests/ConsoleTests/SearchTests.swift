import ClusterModel
import Console
import Screen
import TelemetryModel
import TestKits
import Testing
import TimeFormat
import Views

/// Searching: groups of context, and filters that follow what is typed.
@Suite("Search")
struct SearchTests {
  /// Records 0 to 29 of one pod, a second apart, and two of another in between.
  private static let logs: [LogRecord] =
    (0..<30).map { index in
      let two = index < 10 ? "0\(index)" : "\(index)"
      return Fixture.record(Int64(200 + index), "14:02:\(two).000", .info, "orders", "orders-7f7b8-4ftrr", "step \(two)")
    } + [
      Fixture.record(300, "14:02:05.500", .info, "catalog", "catalog-6d-bcjp2", "aside 1"),
      Fixture.record(301, "14:02:20.500", .info, "catalog", "catalog-6d-bcjp2", "aside 2"),
    ]

  /// The messages of the rows, with `--` between the groups.
  private static func rows(_ texts: [String], count: Int) async throws -> [String] {
    let matches = logs.filter { record in texts.contains { record.message == $0 } }.sorted { $0.at < $1.at }
    let context = try await LogContext.load(around: matches, count: count, from: MemoryLogs(logs, sourceID: Fixture.source))
    return LogsView(matches: matches, context: context.records, breaks: context.breaks).rows.compactMap { row in
      switch row {
      case .record(let record, let isMatch): (isMatch ? "> " : "") + record.message
      case .gap: "--"
      case .lifecycle: nil
      }
    }
  }

  @Test("-- stands between groups of context, as grep has it")
  func gaps() async throws {
    #expect(
      try await Self.rows(["step 04", "step 20"], count: 1)
        == ["step 03", "> step 04", "step 05", "--", "step 19", "> step 20", "step 21"])
  }

  @Test("groups that overlap or touch are one, and so are those of two pods at one time")
  func noGaps() async throws {
    #expect(
      try await Self.rows(["step 04", "step 06"], count: 1) == ["step 03", "> step 04", "step 05", "> step 06", "step 07"])
    #expect(
      try await Self.rows(["step 04", "step 07"], count: 1)
        == ["step 03", "> step 04", "step 05", "step 06", "> step 07", "step 08"])
    #expect(try await Self.rows(["step 05", "aside 1"], count: 1).contains("--") == false)
  }

  @Test("records of the same moment are neighbours in the order in which they were stored")
  func sameMoment() async throws {
    let logs = Self.logs.map { record in
      var record = record
      record.at = Fixture.at("14:02:00")
      return record
    }
    let match = try #require(logs.first { $0.message == "step 12" })
    let context = try await LogContext.load(around: [match], count: 2, from: MemoryLogs(logs, sourceID: Fixture.source))
    let rows = LogsView(matches: [match], context: context.records, breaks: context.breaks).rows
    #expect(
      rows.map { if case .record(let record, _) = $0 { record.message } else { "--" } }
        == ["step 10", "step 11", "step 12", "step 13", "step 14"])
  }

  @Test("without neighbours asked for, matches that do not follow each other are groups of one")
  func none() async throws {
    #expect(try await Self.rows(["step 04", "step 05", "step 09"], count: 0) == ["> step 04", "> step 05", "--", "> step 09"])
  }

  @Test("the Logs page shows -- between matches in their context, and the cursor can stand on it")
  func page() async throws {
    let ports = ConsolePorts.fake(logs: MemoryLogs(Self.logs, sourceID: Fixture.source))
    let driver = try await ConsoleDriver(Place(.logs, filter: "\"step 04\" OR \"step 20\""), ports: ports)
    #expect(await driver.screen().contains { $0.trimmingSuffix == "  --" } == false)
    try await driver.press("&", "g", "j", "j", "j", "j", "j", "j", "j")
    let lines = await driver.screen()
    #expect(lines.contains { $0.trimmingSuffix == "▸ --" })
  }

  @Test(
    "rows are filtered while one types, and Esc brings back those from before",
    arguments: [("2", "catalog", "reports"), ("3", "billing", "shop/reports"), (":nodes", "sin-2", "node-1")])
  func live(page: String, text: String, other: String) async throws {
    let driver = try await ConsoleDriver(Place(.voyage))
    if page.hasPrefix(":") { try await driver.press(":", "type:\(page.dropFirst())", "Enter") } else { try await driver.press(page) }
    try await driver.press("j")
    let before = await driver.text()
    #expect(before.contains(other))
    try await driver.press("/", "type:\(text)")
    let typed = await driver.screen().dropLast().joined(separator: "\n")
    #expect(typed.contains(text) && !typed.contains("\(other) "))
    try await driver.press("Esc")
    #expect(await driver.text() == before)
    try await driver.press("/", "type:\(text)", "Enter")
    #expect(await driver.text().contains(other) == false)
  }
}

extension String {
  /// Without the blanks at the end.
  fileprivate var trimmingSuffix: String { String(reversed().drop { $0 == " " }.reversed()) }
}
