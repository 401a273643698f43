import ClusterModel
import JSONBytes
import TelemetryModel
import Testing
import TimeFormat
import Views

@Suite("Views")
struct ReportTests {
  @Test("a log record's JSON has the documented keys in order")
  func record() throws {
    let json = try JSONValue(parsing: Fixture.records[0].jsonLine)
    #expect(
      json.objectValue?.keys == [
        "at", "cluster", "namespace", "service", "pod", "container", "level", "message", "requestId", "fields", "raw",
      ])
    #expect(json.at("fields", "customerId")?.intValue == 4711)
    #expect(json["raw"]?.stringValue == String(decoding: Fixture.records[0].raw, as: UTF8.self))
  }

  @Test("a reschedule's JSON leaves out what does not apply")
  func reschedule() throws {
    let drained = try #require(Fixture.reschedules.first { $0.cause == .drain })
    let json = try JSONValue(parsing: drained.jsonLine)
    #expect(json["exitCode"] == nil)
    #expect(json.at("old", "node")?.stringValue == "node-7")
    #expect(json["downtimeSeconds"]?.doubleValue == 14)
  }

  @Test("a pod that died in the middle of the request is marked, one that died later is not")
  func death() {
    let view = RequestView(id: Fixture.requestID, records: Fixture.records, lifecycle: Fixture.lifecycle)
    #expect(view.lanes.filter { $0.death != nil }.map(\.pod) == ["ledger-77-q9s2d"])
    let late = Fixture.lifecycle.map { event in
      var event = event
      if event.isEnding { event.at = Fixture.at("14:03:30") }
      return event
    }
    #expect(RequestView(id: Fixture.requestID, records: Fixture.records, lifecycle: late).lanes.allSatisfy { $0.death == nil })
  }

  @Test("of services that start in the same millisecond, the one that asks comes first")
  func sameMillisecond() throws {
    var records = Fixture.records
    let catalog = try #require(records.firstIndex { $0.service == "catalog" })
    records[catalog].at = records[0].at
    records[catalog].id = RecordID(0, of: Fixture.source)
    let view = RequestView(id: Fixture.requestID, records: records, lifecycle: [])
    #expect(view.lanes.first?.service == "orders")
    #expect(view.headline.hasPrefix("POST /orders → "))
  }

  @Test("a request without its answer says which service did not complete it")
  func unanswered() {
    let view = RequestView(id: Fixture.requestID, records: Fixture.records.filter { $0.id != Fixture.id(6) }, lifecycle: Fixture.lifecycle)
    #expect(view.headline == "POST /orders → no answer recorded")
    #expect(view.missing.contains { $0.hasPrefix("no completion record from orders") })
  }

  @Test("an answer that is not collected yet is not called missing")
  func late() throws {
    var view = RequestView(id: Fixture.requestID, records: Fixture.records.filter { $0.id != Fixture.id(6) }, lifecycle: Fixture.lifecycle)
    let lane = try #require(view.lanes.first { !$0.isComplete })
    func sources(_ until: Timestamp?) -> [SourceStatus] { [SourceStatus(name: "logs", cluster: lane.cluster, currentAt: until)] }
    for until in [nil, lane.end - .seconds(60), lane.end] as [Timestamp?] {
      view.collection = RequestCollection(sources(until))
      #expect(view.headline == "POST /orders → no answer collected yet")
      let sentence = try #require(view.missing.first { $0.hasPrefix("no completion record from orders") })
      #expect(sentence.contains(" yet, collection is behind: logs of \(lane.cluster) are collected "))
      #expect(sentence.contains(until.map { "up to \($0.rfc3339())" } ?? "not at all yet"))
    }
    // What the recorder has collected up to the question is all that there is.
    let asked = lane.end + .milliseconds(10)
    view.collection = RequestCollection(sources(lane.end), reached: [lane.cluster: asked], asked: asked)
    #expect(view.headline == "POST /orders → no answer recorded")
    #expect(view.collection.behind(asked) == nil)
    view.collection = RequestCollection(sources(lane.end + .seconds(2)))
    #expect(view.missing.contains { $0.hasPrefix("no completion record from orders") && !$0.contains("yet") })
    #expect(view.collection.behind(lane.end) == nil)
    #expect(view.collection.behind(lane.end + .seconds(3))?.hasPrefix("collection is behind: logs of") == true)
    // Where logs stay in their cluster nothing is waited for.
    let inPlace = SourceStatus(name: "logs", cluster: lane.cluster, dropReason: "they stay in the cluster")
    #expect(RequestCollection([inPlace]).behind(lane.end) == nil)
  }

  @Test("an entry that is not settled says so, and a pod without a node names none")
  func pending() throws {
    let entry = Reschedule(
      key: "k", at: Fixture.at("14:03:02"), cluster: "c", namespace: "n", workload: "Deployment/a", change: .replaced, cause: .deleted,
      old: .init(name: "a-1", uid: "1", node: "n1"), new: .init(name: "a-2", uid: "2", node: ""), isPending: true)
    let json = try JSONValue(parsing: Array(entry.jsonLine.utf8))
    #expect(json["pending"]?.boolValue == true)
    #expect(json.at("new", "name")?.stringValue == "a-2")
    #expect(json.at("new", "node") == nil)
  }

  @Test("Markdown shows foreign text and does not obey it")
  func markdown() {
    let report = Report("a", [.table(.init(headers: ["m"], rows: [["x | <b> [l](u)\u{1b}[31m"]])), .lines(["```", "x"])])
    #expect(report.markdown.contains("x \\| \\<b\\> \\[l\\](u)"))
    #expect(!report.markdown.contains("\u{1b}"))
    #expect(report.markdown.contains("````\n```"))
  }

  @Test("a table loses nothing when it is narrow", arguments: [20, 40, 60, 100])
  func narrow(width: Int) {
    let words = "one two three four five six seven eight nine ten eleven twelve"
    let lines = Report("t", [.table(.init(headers: ["a", "b"], rows: [["first", words]]))]).text(width: width)
    let text = lines.joined(separator: " ")
    for word in words.split(separator: " ") { #expect(text.contains(word)) }
    #expect(lines.allSatisfy { $0.count <= width })
  }

  @Test("times that are centuries or years apart have their columns", arguments: [30, 80, 120, 300])
  func longAxis(width: Int) throws {
    for texts in [
      ["1753-01-01T00:00:00Z", "2026-11-23T00:00:00Z", "2026-11-23T00:00:01Z"],
      ["1700-01-01T00:00:00Z", "1700-01-01T00:00:01Z", "2200-01-01T00:00:00Z"],
      ["2010-01-01T00:00:00Z", "2015-01-01T00:00:00Z", "2026-01-01T00:00:00Z"],
      ["2020-01-01T00:00:00Z", "2021-07-01T00:00:00Z", "2026-01-01T00:00:00Z"],
    ] {
      let moments = texts.compactMap { Timestamp(rfc3339: $0) }
      let axis = TimeAxis(moments: moments, width: width)
      #expect(TimeAxis(moments: [moments[0], moments[2]], width: width).scale().count == width)
      let columns = moments.map(axis.column(of:))
      #expect(columns == columns.sorted() && columns.allSatisfy { (0..<width).contains($0) }, "\(columns)")
      #expect(axis.scale().count == width)
    }
  }

  @Test("times that are nanoseconds apart have their columns", arguments: [30, 80, 300])
  func shortAxis(width: Int) {
    let start = Timestamp(rfc3339: "2026-11-23T04:00:00Z")!
    let moments = [1, 61, 101].map { start + .nanoseconds($0) }
    let columns = moments.map(TimeAxis(moments: moments, width: width).column(of:))
    #expect(columns == columns.sorted() && columns[0] == 0 && columns[2] == width - 1)
  }

  @Test("the axis keeps order and folds one long silence")
  func axis() {
    let moments = [0, 10, 20, 30, 1000, 1010].map { Timestamp(milliseconds: $0) }
    let axis = TimeAxis(moments: moments, width: 60)
    let columns = moments.map(axis.column(of:))
    #expect(columns == columns.sorted())
    #expect(axis.fold != nil)
    #expect(columns[3] - columns[0] > 15)
    #expect(axis.scale().count == 60)
  }
}
