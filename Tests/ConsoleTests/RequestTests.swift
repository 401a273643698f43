import ClusterModel
import Console
import Screen
import TelemetryModel
import TestKits
import Testing
import TimeFormat
import Views

/// What became of the pods that served a request, and where the page begins.
@Suite("Request")
struct RequestTests {
  private static let catalog = Reschedule.PodReference(name: "catalog-6d-bcjp2", uid: "uid-catalog-6d-bcjp2", node: "node-3")

  private static func entry(
    _ time: String, _ cause: Reschedule.Cause = .deleted, of old: Reschedule.PodReference = catalog, cluster: String = "prd-fra",
    change: Reschedule.Change = .replaced, container: String? = nil, exit: Int? = nil, new: Reschedule.PodReference? = nil
  ) -> Reschedule {
    Reschedule(
      key: "\(cluster)/\(old.uid)/\(container ?? "")/\(time)", at: Fixture.at(time), cluster: cluster, namespace: "shop",
      workload: "Deployment/catalog", change: change, cause: cause, old: old, new: new, container: container, exitCode: exit,
      evidence: ["deleted directly (kubectl or API)"])
  }

  private static func ending(_ kind: String, _ time: String, _ detail: String) -> PodLifecycleEvent {
    PodLifecycleEvent(
      kind: kind, at: Fixture.at(time), cluster: "prd-fra", namespace: "shop", pod: catalog.name, podUID: catalog.uid, node: "node-3",
      detail: detail)
  }

  private static func view(
    _ reschedules: [Reschedule], lifecycle: [PodLifecycleEvent] = Fixture.lifecycle, records: [LogRecord] = Fixture.records,
    until: Timestamp? = nil
  ) -> RequestView {
    RequestView(id: Fixture.requestID, records: records, lifecycle: lifecycle, reschedules: reschedules, until: until)
  }

  private static func catalogLane(_ view: RequestView) -> RequestView.Lane? { view.lanes.first { $0.service == "catalog" } }

  private static func call(_ id: Int64, _ time: String, _ path: String) -> LogRecord {
    Fixture.record(
      id, time, .info, "catalog", catalog.name, "request started", #","logCategory":"apiRequest","reqVerb":"GET","reqPath":"\#(path)""#)
  }

  private static func answer(_ id: Int64, _ time: String, _ status: Int, micros: Int, _ more: String = "") -> LogRecord {
    Fixture.record(
      id, time, .info, "catalog", catalog.name, "request completed",
      #","logCategory":"apiResponse","reqStatusCode":\#(status),"reqDurationMicros":\#(micros)\#(more)"#)
  }

  private static func exception(_ id: Int64, _ time: String, _ status: Int) -> LogRecord {
    Fixture.record(
      id, time, .error, "catalog", catalog.name, "Request failed: no such table", #","logCategory":"apiException","status":\#(status)"#)
  }

  @Test("a call whose handler throws is one lane, with the status of its response or, without one, of its error")
  func failedCalls() {
    func catalog(_ records: [LogRecord]) -> [String] {
      Self.view([], records: records).lanes.filter { $0.service == "catalog" }.map {
        "\($0.operation) \($0.status ?? 0) \($0.durationMicros ?? 0), \($0.records), \($0.errors)\($0.isComplete ? "" : " open")"
      }
    }
    let call = Self.call(1, "14:03:02.130", "/a")
    let error = Self.exception(2, "14:03:02.138", 500)
    #expect(catalog([call, error, Self.answer(3, "14:03:02.140", 502, micros: 10_000)]) == ["GET /a 502 10000, 3, 1"])
    #expect(catalog([call, error]) == ["GET /a 500 0, 2, 1"])
    // The next call to the pod is another lane, whether the failed one was answered or not.
    let next = [Self.call(4, "14:03:02.200", "/b"), Self.answer(5, "14:03:02.260", 200, micros: 60_000)]
    #expect(catalog([call, error] + next) == ["GET /a 500 0, 2, 1", "GET /b 200 60000, 2, 0"])
    // An error without the record of its call.
    #expect(catalog([error, Self.answer(3, "14:03:02.140", 502, micros: 10_000)]) == [" 502 10000, 2, 1"])
  }

  @Test("two calls to one pod are two lanes, each with its own path, status and time")
  func calls() {
    func catalog(_ records: [LogRecord]) -> [String] {
      Self.view([], records: records).lanes.filter { $0.service == "catalog" }.map {
        "\($0.operation) \($0.status ?? 0) \($0.durationMicros ?? 0)\($0.isComplete ? "" : " open")"
      }
    }
    // One after the other.
    #expect(
      catalog([
        Self.call(1, "14:03:02.130", "/a"), Self.answer(2, "14:03:02.140", 200, micros: 10_000),
        Self.call(3, "14:03:02.200", "/b"), Self.answer(4, "14:03:02.260", 500, micros: 60_000),
      ]) == ["GET /a 200 10000", "GET /b 500 60000"])
    // At once: an answer without a path is that of the call which began when it says.
    #expect(
      catalog([
        Self.call(1, "14:03:02.130", "/a"), Self.call(2, "14:03:02.160", "/b"), Self.answer(3, "14:03:02.180", 200, micros: 20_000),
        Self.answer(4, "14:03:02.230", 503, micros: 100_000),
      ]) == ["GET /a 503 100000", "GET /b 200 20000"])
    // One that says its path is about that call, and one that is missing is missed.
    #expect(
      catalog([
        Self.call(1, "14:03:02.130", "/a"), Self.call(2, "14:03:02.131", "/b"),
        Self.answer(3, "14:03:02.180", 404, micros: 1, #","reqVerb":"GET","reqPath":"/b""#),
      ]) == ["GET /a 0 0 open", "GET /b 404 1"])
    // An access log has completions alone.
    #expect(
      catalog([
        Self.answer(1, "14:03:02.180", 200, micros: 5, #","reqVerb":"GET","reqPath":"/a""#),
        Self.answer(2, "14:03:02.190", 201, micros: 6, #","reqVerb":"GET","reqPath":"/b""#),
      ]) == ["GET /a 200 5", "GET /b 201 6"])
  }

  @Test("a pod that was called twice ended after the later call, and is told so once")
  func endOfTwoCalls() {
    let view = Self.view(
      [Self.entry("14:03:09.200")],
      records: [
        Self.call(1, "14:03:02.130", "/a"), Self.answer(2, "14:03:02.140", 200, micros: 10_000),
        Self.call(3, "14:03:02.200", "/b"), Self.answer(4, "14:03:02.260", 200, micros: 60_000),
      ])
    #expect(view.lanes.map { $0.later?.event.detail } == [nil, "deleted"])
  }

  @Test("a pod that was deleted after the request is marked, with how much later; the time axis is not stretched")
  func later() throws {
    let new = Reschedule.PodReference(name: "catalog-6d-x2x9k", uid: "u2", node: "node-1")
    let view = Self.view([Self.entry("14:03:09.200", new: new)])
    let lane = try #require(Self.catalogLane(view))
    #expect(lane.death == nil)
    #expect(lane.later?.event.detail == "deleted")
    #expect(lane.later?.successor == "replaced by x2x9k on node-1")
    #expect(view.moments.max() == Fixture.at("14:03:04.020"))
    let axis = TimeAxis(moments: view.moments, width: 60)
    let index = try #require(view.lanes.firstIndex(of: lane))
    let lines = [
      view.laneLine(index, axis: axis, labelWidth: 30, isSelected: nil, face: .utc),
      view.endLine(index, axis: axis, labelWidth: 30, face: .utc),
    ]
    let text = lines.map { $0?.text ?? "" }.joined(separator: "\n")
    #expect(text.contains("✝ bcjp2 deleted 14:03:09, 7 s later"))
    let row = try #require(view.entries.last)
    #expect(row == .pod(try #require(lane.later).event))
    #expect(
      view.jsonLines[0].contains(
        #""what":"deleted","cause":"deleted","midRequest":false,"afterSeconds":7.032,"replacedBy":"catalog-6d-x2x9k""#))
  }

  @Test("without an entry of the ledger the pod's own moments tell its end, and one end is told once")
  func moments() throws {
    let moments = [Self.ending("terminating", "14:03:09", "Terminating, grace period 30 s"), Self.ending("gone", "14:03:12", "removed")]
    let alone = Self.view([], lifecycle: Fixture.lifecycle + moments)
    #expect(Self.catalogLane(alone)?.later?.event == moments[0])
    let both = Self.view([Self.entry("14:03:09.200")], lifecycle: Fixture.lifecycle + moments)
    #expect(Self.catalogLane(both)?.later?.event.detail == "deleted")
    #expect(both.entries.count { entry in if case .pod(let event) = entry { event.pod == Self.catalog.name } else { false } } == 1)
  }

  @Test("a pod of the same name in another cluster is another pod, whatever its uid")
  func otherCluster() {
    #expect(Self.catalogLane(Self.view([Self.entry("14:03:09", cluster: "prd-sin")]))?.ending == nil)
    var moment = Self.ending("gone", "14:03:09", "removed")
    moment.cluster = "prd-sin"
    let view = Self.view([], lifecycle: Fixture.lifecycle + [moment])
    #expect(Self.catalogLane(view)?.ending == nil)
    #expect(view.podsGone == 0)
  }

  @Test("two clusters with pods of one name are two pods of the request")
  func twoClusters() {
    let twins =
      Fixture.records
      + Fixture.records.map { record in
        var record = record
        record.origin.cluster = "prd-sin"
        return record
      }
    let view = Self.view([Self.entry("14:03:09", cluster: "prd-sin")], records: twins)
    #expect(view.pods == 8)
    #expect(view.lanes.filter { $0.ending?.event.detail == "deleted" }.map(\.cluster) == ["prd-sin"])
  }

  @Test("a StatefulSet's pod has the name of the one before: the uid tells them apart, and only the end of the one that served counts")
  func sameName() throws {
    var records = Fixture.records
    for index in records.indices where records[index].service == "catalog" {
      (records[index].origin.pod, records[index].origin.podUID) = ("catalog-0", "first")
    }
    let first = Reschedule.PodReference(name: "catalog-0", uid: "first", node: "node-3")
    let second = Reschedule.PodReference(name: "catalog-0", uid: "second", node: "node-1")
    let view = Self.view(
      [Self.entry("14:03:30", .crash, of: second), Self.entry("14:03:40", .drain, of: first, new: second)], records: records)
    let later = try #require(Self.catalogLane(view)?.later)
    #expect(later.event.detail == "drained")
    #expect(later.successor == "replaced by a pod of the same name on node-1")
    // Where the records do not know the uid, it is the first end of the name after them.
    for index in records.indices where records[index].service == "catalog" { records[index].origin.podUID = "" }
    let unknown = Self.view(
      [Self.entry("14:02:00", of: first), Self.entry("14:03:30", .drain, of: first), Self.entry("14:03:40", .crash, of: second)],
      records: records)
    #expect(Self.catalogLane(unknown)?.later?.event.at == Fixture.at("14:03:30"))
  }

  @Test("the first end after the request counts; a restart counts only of a container that served")
  func firstEnd() {
    let restart = { Self.entry($0, .oomKilled, change: .restarted, container: $1, exit: 137) }
    let view = Self.view([
      restart("14:03:06", "istio-proxy"), restart("14:03:08", "catalog"), restart("14:03:20", "catalog"), Self.entry("14:04:00"),
    ])
    #expect(Self.catalogLane(view)?.later?.event.detail == "OOM killed (137), restarted")
    #expect(Self.catalogLane(view)?.later?.event.at == Fixture.at("14:03:08"))
    let sidecar = Self.ending("containerEnded", "14:03:03", "container istio-proxy exited 1")
    #expect(Self.catalogLane(Self.view([], lifecycle: Fixture.lifecycle + [sidecar]))?.ending == nil)
  }

  @Test("an end in the middle of the request comes before what happened later, and what lies within a second is not told closer")
  func midRequest() {
    let during = Self.view([Self.entry("14:03:03"), Self.entry("14:04:00", .drain)])
    #expect(Self.catalogLane(during)?.death?.detail == "deleted")
    #expect(Self.catalogLane(during)?.later == nil)
    let soon = Self.view([Self.entry("14:03:04.900", of: .init(name: "ledger-77-m31aa", uid: "uid-ledger-77-m31aa", node: "node-1"))])
    let lane = soon.lanes.first { $0.pod == "ledger-77-m31aa" }
    #expect(lane?.later?.delay(after: Fixture.at("14:03:04.020")) == "under 1 s")
  }

  @Test("a pinned moment does not know what came after it")
  func pinned() {
    let entries = [Self.entry("14:03:09")]
    #expect(Self.catalogLane(Self.view(entries, until: Fixture.at("14:03:08")))?.ending == nil)
    #expect(Self.catalogLane(Self.view(entries, until: Fixture.at("14:03:10")))?.ending != nil)
  }

  @Test("a request of more records than the limit is cut at one place, and the page and the command's report say so")
  func cut() async throws {
    var record = Fixture.record(1, "14:03:02.121", .info, "orders", "orders-7f7b8-4ftrr", "one of many")
    record.id = .unstored
    let many = (0...RequestLookup.limit).map { index in
      var copy = record
      copy.at = record.at + .milliseconds(index)
      return copy
    }
    let sentence = "only the first \(RequestLookup.limit) records are shown"
    let lookup = RequestLookup(id: Fixture.requestID)
    let logs = MemoryLogs.fixture(many)
    let view = try await lookup.run(Sources(logs: logs, ledger: MemoryLedger.fixture()))
    #expect(view.records == RequestLookup.limit && view.missing.contains(sentence))
    #expect(view.report(face: .utc).text(width: 120).contains { $0.contains(sentence) })
    let driver = try await ConsoleDriver(
      Place(.request, item: Fixture.requestID), ports: .fake(logs: logs), size: Size(columns: 120, rows: 40))
    #expect(await driver.text().contains(sentence))
    let asked = logs.asked.filter { $0.conditions == [.requestID(Fixture.requestID)] }
    #expect(asked.count > 1 && asked.allSatisfy { $0.limit == RequestLookup.limit })
    // One that has just as many is whole.
    let whole = try await lookup.run(Sources(logs: MemoryLogs.fixture(Array(many.dropLast())), ledger: MemoryLedger.fixture()))
    #expect(whole.records == RequestLookup.limit && !whole.missing.contains(sentence))
  }

  // MARK: The page

  private static let failed = Fixture.record(
    8, "14:03:02.400", .error, "billing", "billing-7f7b8-9kk2s",
    "the invoice of the order could not be written: no space is left on the volume data-billing-0, which holds 1 GiB; the order is kept and is written again when there is space",
    #","orderId":"o-77","attempt":3"#)

  private static func ports(_ entries: [Reschedule]) -> (ports: ConsolePorts, ledger: MemoryLedger) {
    let ledger = MemoryLedger(Fixture.reschedules + entries, gaps: Fixture.gaps, lifecycle: Fixture.lifecycle)
    return (.fake(logs: .fixture(Fixture.records + [failed]), ledger: ledger), ledger)
  }

  @Test(
    "the page begins at the first error; its message stands in full at the cursor, with pod, node and image",
    arguments: ScreenGoldenTests.sizes.prefix(2))
  func screen(size: Size) async throws {
    let new = Reschedule.PodReference(name: "catalog-6d-x2x9k", uid: "u2", node: "node-1")
    let (ports, _) = Self.ports([Self.entry("14:03:09.200", new: new)])
    let driver = try await ConsoleDriver(Place(.request, item: Fixture.requestID), ports: ports, size: size)
    let screen = await driver.screen()
    #expect(screen.contains { $0.contains("▸ 14:03:02.400") && $0.contains("✖ ERROR") })
    try Golden.check(screen, "request-later-\(size.columns)x\(size.rows)")
    try await driver.press("G")
    let text = await driver.text()
    #expect(text.contains("deleted, 7 s later"))
    try Golden.check(await driver.screen(), "request-later-end-\(size.columns)x\(size.rows)")
  }

  @Test("without an error the page begins at the first record, and the cursor stays on its row when others come")
  func beginning() async throws {
    let (ports, ledger) = Self.ports([])
    let driver = try await ConsoleDriver(Place(.request, item: Fixture.requestID), ports: .fake(), size: Size(columns: 120, rows: 40))
    #expect(await driver.text().contains("▸ 14:03:02.121"))
    let live = try await ConsoleDriver(Place(.request, item: Fixture.requestID), ports: ports, size: Size(columns: 120, rows: 40))
    try await live.press("G", "k")
    #expect(await live.text().contains("▸ 14:03:03.900"))
    ledger.add([Self.entry("14:03:09.200")])
    await live.console.look()
    try await live.console.settle()
    #expect(await live.text().contains("bcjp2 deleted 14:03:09, 7 s later"))
    #expect(await live.text().contains("▸ 14:03:03.900"))
  }
}
