import ClusterModel
import Console
import Screen
import TelemetryModel
import Testing
import TimeFormat
import Views

@Suite("Look")
struct LookTests {
  private let now = Fixture.now

  @Test("files that were read once are never late, and take no place in the footer")
  func ingestIsNotLate() {
    let files = SourceStatus(name: "ingest", cluster: "files", currentAt: now - .seconds(3600), recordsIn: 4)
    let logs = SourceStatus(name: "logs", cluster: "dev-fra", currentAt: now - .seconds(1))
    let view = SourcesView([files, logs], clusters: [], now: now)
    #expect(view.footer(width: 80).text == "sources: logs 1.0 s, 0 dropped")
    #expect(view.lines.contains { $0.text.contains("ingest") && $0.text.contains("read once") })
    #expect(view.lines.flatMap(\.runs).allSatisfy { $0.role != .amber })
  }

  @Test("files that could not be read are named in the footer")
  func ingestFails() {
    let files = SourceStatus(name: "ingest", cluster: "files", currentAt: now - .seconds(3600), lastError: "x.gz is cut short")
    let view = SourcesView([files], clusters: [], now: now)
    #expect(view.lines.contains { $0.text.contains("x.gz is cut short") })
    // It was told to whom the file was given; it does not stand over what is late now.
    #expect(!view.footer(width: 80).text.contains("not answering"))
  }

  @Test("a watch that was opened again is current, whatever ended the one before")
  func reopenedWatch() {
    let watch = SourceStatus(name: "k8s", cluster: "dev-fra", currentAt: now - .seconds(1), lastError: "the connection was closed")
    #expect(SourcesView([watch], clusters: [], now: now).footer(width: 80).text == "sources: k8s 1.0 s")
    #expect(SourcesView([watch], clusters: [], now: now).footer(width: 10).text == "sources: all within 1.0 s")
    let late = SourceStatus(name: "k8s", cluster: "dev-fra", currentAt: now - .seconds(41), lastError: "connection refused")
    #expect(SourcesView([late], clusters: [], now: now).footer(width: 80).text.contains("not answering"))
  }

  @Test("where nobody keeps a ledger, no number of reschedules stands")
  func noLedger() {
    let clusters = ["dev-fra", "prd-fra"].map { ClusterHealth(snapshot: Fixture.snapshot($0), verdicts: Fixture.verdicts($0)) }
    let one = LedgerCoverage(
      [
        SourceStatus(name: "k8s", cluster: "prd-fra", currentAt: now - .seconds(3)),
        SourceStatus(name: "logs", cluster: "dev-fra", currentAt: now),
        // Never reached; and kept long ago.
        SourceStatus(name: "k8s", cluster: "dev-fra", lastError: "connection refused"),
        SourceStatus(name: "k8s", cluster: "dev-fra", currentAt: now - .seconds(86_400)),
      ], now: now)
    let words = "No reschedule history is recorded of dev-fra: periplus record --context dev-fra records it."

    let health = HealthView(clusters: clusters, reschedules: [], ledger: one, now: now)
    #expect(health.hasLedger && health.ledgerNote == words)
    for line in health.jsonLines { #expect(line.contains("unplanned24h") == line.contains(#""cluster":"prd-fra""#), "\(line)") }
    let none = HealthView(clusters: [clusters[0]], reschedules: [], ledger: one, now: now)
    let text = none.report(face: .utc).text(width: 100).joined(separator: "\n")
    #expect(!none.hasLedger && !text.contains("Reschedules in 24 h") && text.contains("No reschedule history is recorded of dev-fra"))

    let both = ReschedulesView([], gaps: [], ledger: one, clusters: ["dev-fra", "prd-fra"], now: now)
    #expect(both.hasLedger && both.ledgerNote == words)
    #expect(both.summary(span: "24 h").text.hasPrefix("last 24 h: 0"))
    // The ground's recorder comes with it, whatever the ground is called; a cluster that is only called so has none.
    #expect(LedgerCoverage([], now: now, ground: "lab").complaint(of: ["lab"]) == "The recorder of the ground has not reported yet.")
    #expect(
      LedgerCoverage([], now: now).complaint(of: ["ground"])
        == "No reschedule history is recorded of ground: periplus record --context ground records it.")
    let empty = ReschedulesView([], gaps: [], ledger: LedgerCoverage([], now: now), now: now)
    #expect(empty.summary(span: "24 h").text.hasPrefix("last 24 h: –"))
    #expect(empty.report(face: .utc, span: "24 h", order: .byTime).text(width: 200).contains(ReschedulesView.noLedger))
    // Before the store was asked nothing is said of it.
    #expect(ReschedulesView([], gaps: [], ledger: nil, clusters: ["dev-fra"], now: now).ledgerNote == nil)
  }

  @Test("a long sentence at the foot is not cut")
  func longNote() async throws {
    let driver = try await ConsoleDriver(size: Size(columns: 60, rows: 24))
    try await driver.press("5")
    let words = await driver.screen().suffix(2).joined(separator: " ").split(separator: " ")
    #expect(words.suffix(4).joined(separator: " ") == "Distributed tracing, sprint 9.")
  }

  @Test("nothing of the page stands in the strip beside a wide box")
  func noStrip() async throws {
    let driver = try await ConsoleDriver(Place(.logs))
    try await driver.press("?")
    for line in await driver.screen().dropFirst(1).dropLast(1) where line.contains("│") {
      #expect(line.hasPrefix("│") || line.hasPrefix(" "), "\(line)")
    }
  }

  @Test("a message that the row cuts stands in full below")
  func cutMessage() async throws {
    let driver = try await ConsoleDriver(Place(.logs, filter: "request:\(Fixture.requestID)"), size: Size(columns: 60, rows: 24))
    try await driver.press("G")
    let rows = await driver.screen()
    let selected = try #require(rows.first { $0.hasPrefix("▸") })
    #expect(selected.contains("…") && !selected.contains("(redelivered)"), "\(selected)")
    let record = try #require(rows.firstIndex { $0.contains("── record ") })
    #expect(rows[record...].joined(separator: " ").contains("ledger entry written (redelivered)"))
  }

  @Test("what lies over the page is part of its plain lines")
  func linearLayers() async throws {
    let driver = try await ConsoleDriver()
    try await driver.press("?")
    let lines = await driver.console.linear(width: 100)
    #expect(lines.contains { $0.contains("Keys of Health") })
    #expect(lines.contains { $0.contains("Drill into the row") })
  }

  @Test("later lines of a record's value stand under the value")
  func hangingIndent() {
    let line: StyledLine = [StyledRun("key   ", .dim), StyledRun("one two three four five six seven")]
    let lines = Paragraph.wrap(line, columns: 24, hanging: 6).map(\.text)
    #expect(lines == ["key   one two three four", "      five six seven"])
    #expect(Paragraph.wrap(line, columns: 12, hanging: 6).map(\.text).allSatisfy { TextWidth.width(of: $0) <= 12 })
  }

  @Test("amber, red and green stay apart in 256 colors")
  func colorsStayApart() {
    let theme = Theme(depth: .ansi256)
    let colors = [Role.red, .amber, .green, .accent, .grey].map { theme[$0].foreground }
    #expect(Set(colors).count == colors.count)
  }
}
