import ClusterModel
import JSONBytes
import MigrationPlan
import Screen
import Synchronization
import TelemetryModel
import Testing
import TimeFormat
import Views

/// One declaration of a list: its table on the screen, its table in a report, its JSON and what is said of the JSON.
@Suite("Listings")
struct ListingTests {
  private struct Item: Sendable {
    var name: String
    var size: Int?
  }

  private static let items = Listing<Item>(
    "items", keys: ["size"],
    [
      Column(TableColumn("name", min: 8), json: [JSONField("name", .string, "as given") { $0.name }]) { item, _ in
        StyledLine(item.name, .strong)
      }.report { item, _ in "the \(item.name)" },
      Column(TableColumn("bar", ideal: 4, priority: 1)) { item, _ in StyledLine(String(repeating: "#", count: item.size ?? 0)) }.screenOnly,
      Column(TableColumn("size", ideal: 4, align: .right), isNumber: true, json: [JSONField("size", .number) { $0.size }]) { item, _ in
        StyledLine(item.size.map(String.init) ?? "–")
      },
      Column(json: JSONField("known", .boolean) { $0.size != nil }),
    ])

  private let context = ListingContext(now: Fixture.now)

  @Test("a column is declared once for screen, report and JSON")
  func once() {
    let items = [Item(name: "a", size: 3), Item(name: "b")]
    #expect(Self.items.tableColumns.map(\.title) == ["name", "bar", "size"])
    #expect(Self.items.tableRow(items[0], context).cells.map(\.text) == ["a", "###", "3"])
    let table = Self.items.reportTable(items, context)
    #expect(table.headers == ["name", "size"] && table.numeric == [1])
    #expect(table.rows == [["the a", "3"], ["the b", "–"]])
    #expect(Self.items.jsonLine(items[0]) == #"{"size":3,"name":"a","known":true}"#)
    #expect(Self.items.jsonLine(items[1]) == #"{"name":"b","known":false}"#)
    #expect(Self.items.shape.members.map(\.name) == ["size", "name", "known"])
  }

  @Test("a column that a page leaves out or changes is in the JSON as before")
  func pageColumns() {
    let narrow = Self.items.without("size").changing("bar") { $0.table?.title = "over 7 d" }
    #expect(narrow.tableColumns.map(\.title) == ["name", "over 7 d"])
    #expect(narrow.reportTable([Item(name: "a", size: 3)], context).headers == ["name"])
    #expect(narrow.jsonLine(Item(name: "a", size: 3)) == Self.items.jsonLine(Item(name: "a", size: 3)))
  }

  @Test("of many rows only the cells in sight are made", arguments: [(18, 2), (40, 3)])
  func onlyVisibleCells(width: Int, columns: Int) {
    let made = Mutex(0)
    let table = Self.items.table(rowCount: 20_000, selected: 19_999, context: context) { index in
      made.withLock { $0 += 1 }
      return Item(name: "\(index)", size: 1)
    }
    let surface = Surface(size: Size(columns: width, rows: 24), theme: Theme(depth: .mono), glyphs: .unicode)
    surface.draw(table, in: surface.bounds)
    // The header takes one of the rows; a cell asks for its row.
    #expect(made.withLock { $0 } == 23 * columns)
    #expect(surface.buffer.plainText().last?.contains("19999") == true)
    #expect(table.linear(width: 80, glyphs: .unicode).last == "▸ name 19999, bar #, size 1")
  }

  @Test("every JSON line has the members that are documented, in their order, in the documented form")
  func documented() throws {
    let clusters = ["dev-fra", "prd-fra"].map { ClusterHealth(snapshot: Fixture.snapshot($0), verdicts: Fixture.verdicts($0)) }
    let health = HealthView(clusters: clusters, reschedules: Fixture.reschedules, ledger: nil, now: Fixture.now)
    try check(health.jsonLines, [HealthListing.tiles.shape.described, ClusterSight.shape.described])
    let ledger = ReschedulesView(Fixture.reschedules, gaps: [], ledger: nil, now: Fixture.now)
    try check(ledger.jsonLines, [LedgerListings.entries.shape.described])
    try check(LogsView(matches: Fixture.records).jsonLines, [RecordListings.records.shape.described])
    let request = RequestView(id: Fixture.requestID, records: Fixture.records, lifecycle: Fixture.lifecycle)
    try check(
      request.jsonLines,
      [RequestView.summaryShape.described, RequestView.recordShape.described, RecordListings.moments.shape.described])
    let voyage = VoyageView(try #require(Fixture.voyage()))
    try check(
      voyage.jsonLines,
      [
        VoyageListings.facilities.shape.described, VoyageListings.gates.described, VoyageListings.waves.described,
        VoyageListings.registers.described, VoyageListings.environments.described,
      ])
    try check(Fixture.sources.map { SourceListing.sources.jsonLine($0) }, [SourceListing.sources.shape.described])
  }

  @Test("an entry of the ledger is written byte for byte as readers know it")
  func entry() {
    let entry = Reschedule(
      key: "k", at: Fixture.at("14:03:02"), cluster: "c", namespace: "n", workload: "Deployment/a", change: .replaced, cause: .deleted,
      old: .init(name: "a-1", uid: "1", node: "n1"), new: .init(name: "a-2", uid: "2", node: ""), container: "app", exitCode: 137,
      downtimeSeconds: 14, capacityGapSeconds: 0.5, confidence: 0.9, evidence: ["x", "y"], isPending: true)
    #expect(
      entry.jsonLine
        == #"{"at":"2018-01-22T14:03:02.000Z","cluster":"c","namespace":"n","workload":"Deployment/a","change":"replaced","cause":"deleted","#
        + #""old":{"name":"a-1","uid":"1","node":"n1"},"new":{"name":"a-2","uid":"2"},"container":"app","exitCode":137,"#
        + #""downtimeSeconds":14.0,"capacityGapSeconds":0.5,"confidence":0.9,"evidence":["x","y"],"pending":true}"#)
  }

  /// - Parameter shapes: those that a line may have, told apart by `type`.
  private func check(_ lines: [String], _ shapes: [(type: String?, members: [JSONMember])]) throws {
    #expect(!lines.isEmpty)
    for line in lines {
      let json = try JSONValue(parsing: line)
      var object = try #require(json.objectValue)
      let type = shapes.contains { $0.type != nil } ? object["type"]?.stringValue : nil
      let shape = try #require(shapes.first { $0.type == type }, "\(line)")
      if type != nil { object["type"] = nil }
      check(object, shape.members, line)
    }
  }

  private func check(_ object: JSONObject, _ members: [JSONMember], _ line: String) {
    let names = members.map(\.name)
    #expect(object.keys == names.filter { object[$0] != nil }, "\(line)")
    for (name, value) in object.map({ ($0.key, $0.value) }) {
      guard let member = members.first(where: { $0.name == name }) else { continue }
      #expect(member.form.fits(value), "\(name) of \(line)")
      guard !member.members.isEmpty else { continue }
      for inner in value.arrayValue ?? [value] { if let inner = inner.objectValue { check(inner, member.members, line) } }
    }
  }
}

extension JSONShape {
  fileprivate var described: (type: String?, members: [JSONMember]) { (type, members) }
}

extension JSONForm {
  fileprivate func fits(_ value: JSONValue) -> Bool {
    switch self {
    case .string: value.stringValue != nil
    case .number, .millis, .micros: value.intValue != nil
    case .boolean: value.boolValue != nil
    case .object: value.objectValue != nil
    case .strings: value.arrayValue?.allSatisfy { $0.stringValue != nil } == true
    case .objects: value.arrayValue?.allSatisfy { $0.objectValue != nil } == true
    case .time: value.stringValue.flatMap { Timestamp(rfc3339: $0) } != nil
    case .times: value.arrayValue?.allSatisfy { $0.stringValue.flatMap { Timestamp(rfc3339: $0) } != nil } == true
    case .seconds: value.doubleValue.map { $0 >= 0 } == true
    case .share: value.doubleValue.map { (0...1).contains($0) } == true
    }
  }
}
