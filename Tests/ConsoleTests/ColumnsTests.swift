import Screen
import Testing
import Views

/// What commands print: kubectl's columns, and colors where there is a terminal.
@Suite("Columns")
struct ColumnsTests {
  private let report = Report(
    "Health at noon",
    [
      .text("✖ 1 red"),
      .table(
        .init(headers: ["status", "workload", "why"], rows: [["✖ red", "Deployment/api", "exit code 64"], ["✔ green", "Job/x", ""]])),
      .heading("Gates"), .table(.init(headers: ["gate"], rows: [])),
      .heading("Notes"), .list(["✖ not met", "plain"]),
    ])

  @Test("headers in capitals, three blanks between columns, nothing cut; a table without rows is left out with its heading")
  func columns() {
    #expect(
      report.columns() == [
        "✖ 1 red", "",
        "STATUS   WORKLOAD         WHY", "red      Deployment/api   exit code 64", "green    Job/x            <none>", "",
        "Notes", "  ✖ not met", "  plain",
      ])
  }

  @Test("a row is one line, however long and whatever is in it")
  func oneLine() {
    let long = String(repeating: "word ", count: 100) + "\nnext\u{1b}[31m"
    let lines = Report("t", [.table(.init(headers: ["a", "b"], rows: [[long, "x"]]))]).columns()
    #expect(lines.count == 2)
    #expect(lines[1].hasSuffix("   x") && !lines[1].contains("\u{1b}"))
  }

  @Test("colors come with the state and leave the columns as they are")
  func color() {
    let plain = report.columns()
    let colored = report.columns(.classic)
    #expect(colored[3] == "\u{1B}[1;31mred\u{1B}[0m      Deployment/api   exit code 64")
    #expect(colored[4].hasPrefix("\u{1B}[32mgreen\u{1B}[0m    Job/x"))
    #expect(colored.map { $0.replacing(#/\u{1B}\[[0-9;]*m/#, with: "") } == plain)
  }

  @Test("health is one table, with the clusters' names where there are several")
  func health() {
    let clusters = ["dev-fra", "prd-fra"].map { ClusterHealth(snapshot: Fixture.snapshot($0), verdicts: Fixture.verdicts($0)) }
    let view = HealthView(clusters: clusters, reschedules: Fixture.reschedules, ledger: nil, now: Fixture.now)
    let lines = view.table(face: .utc).columns()
    #expect(lines[0].hasPrefix("CLUSTER") && lines[0].contains("   STATUS") && lines[0].hasSuffix("   WHY"))
    #expect(lines.dropFirst().prefix { !$0.isEmpty }.count == view.tiles.count)
    let one = HealthView(clusters: [clusters[0]], reschedules: [], ledger: nil, now: Fixture.now)
    #expect(one.table(face: .utc).columns()[0].hasPrefix("STATUS"))
  }
}
