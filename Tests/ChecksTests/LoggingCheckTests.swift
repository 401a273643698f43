import Application
import Checks
import ClusterModel
import JSONBytes
import MigrationPlan
import StrictYAML
import TelemetryModel
import TestKits
import Testing
import TimeFormat

@Suite("Logging checks: each passes when it should and fails when it should")
struct LoggingCheckTests {
  private func run(_ check: String, _ app: FakeApp, _ parameters: String? = nil, client: Bool = true) async -> CheckRunner.Report {
    let node = parameters.flatMap { YAMLReader.read($0, file: "p").root }
    return await CheckRunner(app.context(withClient: client)).run(check, parameters: node)
  }

  private func subject(_ name: String, _ report: CheckRunner.Report) -> Evidence? { report.evidence.first { $0.subject == name } }

  @Test("records valid: all subjects pass, exercised where the probe request went")
  func valid() async {
    let report = await run("logging.records-valid", FakeApp(), "{requests: [place-order, ask-for-report]}")
    #expect(report.evidence.map(\.subject) == ["billing", "catalog", "ledger", "orders", "reports"].map { "Deployment/\($0)" })
    #expect(report.evidence.allSatisfy { $0.outcome == .pass && $0.grade == .exercised }, "\(report.evidence)")
    #expect(subject("Deployment/orders", report)?.observed == "2 of 2 records valid")
    #expect(report.evidence.allSatisfy { $0.digest.utf8.count == 64 })
    #expect(Set(report.evidence.map(\.at)).count == 1)
  }

  @Test("records valid: every invalid line is named with its violation")
  func invalid() async {
    let app = FakeApp()
    app.logRaw("billing", "Exception in thread main")
    app.logRaw("billing", #"{"logMessage":"no level"}"#)
    let report = await run("logging.records-valid", app, "{requests: [place-order]}")
    #expect(report.outcome == .fail)
    #expect(subject("Deployment/billing", report)?.outcome == .fail)
    #expect(subject("Deployment/orders", report)?.outcome == .pass)
    #expect(report.details.count == 2)
    #expect(report.details.allSatisfy { $0.hasPrefix("billing-1 12:00:") })
    #expect(!report.howToFix.isEmpty)
  }

  @Test("records valid: where nothing may be sent it is observed only; without records or pods it is unknown or not applicable")
  func notExercised() async {
    let app = FakeApp()
    app.log("orders", "a")
    app.scale("reports", 0)
    let report = await run("logging.records-valid", app, client: false)
    #expect(subject("Deployment/orders", report)?.grade == .observed)
    #expect(subject("Deployment/orders", report)?.outcome == .pass)
    #expect(subject("Deployment/catalog", report)?.outcome == .unknown)
    #expect(subject("Deployment/reports", report)?.outcome == .notApplicable)
  }

  @Test("id echoed")
  func echoed() async {
    let report = await run("logging.id-echoed", FakeApp())
    #expect(report.outcome == .pass)
    #expect(report.evidence.map(\.subject) == ["Service/billing", "Service/catalog", "Service/orders", "Service/reports"])
    let dropping = FakeApp()
    dropping.faults.dropsEcho = true
    let lost = await run("logging.id-echoed", dropping)
    #expect(lost.outcome == .fail)
    #expect(lost.details.contains("sent a valid id: the response has no x-request-id"))
    let keeping = FakeApp()
    keeping.faults.keepsInvalid = true
    let kept = await run("logging.id-echoed", keeping)
    #expect(kept.outcome == .fail)
    #expect(kept.details.contains { $0.hasPrefix("sent an id with invalid characters") })
    let shut = FakeApp()
    shut.faults.isShut = true
    #expect(await run("logging.id-echoed", shut).outcome == .unknown)
    #expect(await run("logging.id-echoed", FakeApp(), client: false).outcome == .unknown)
  }

  @Test("id at every hop")
  func hops() async {
    let report = await run("logging.id-at-every-hop", FakeApp(), "{request: place-order}")
    #expect(report.outcome == .pass)
    #expect(report.evidence.first?.grade == .exercised)
    #expect(report.evidence.first?.observed.contains("orders 2, catalog 2, ledger 2, billing 2") == true)
    let silent = FakeApp()
    silent.faults.silentHop = "ledger"
    let missing = await run("logging.id-at-every-hop", silent, "{request: place-order, within: 3s}")
    #expect(missing.outcome == .fail)
    #expect(missing.details.first?.hasPrefix("ledger: no record") == true)
    let refusing = FakeApp()
    refusing.faults.status = 503
    #expect(await run("logging.id-at-every-hop", refusing, "{request: place-order}").outcome == .unknown)
    let deaf = FakeApp()
    deaf.faults.recorderIsDown = true
    let unheard = await run("logging.id-at-every-hop", deaf, "{request: place-order, within: 1s}")
    #expect(unheard.outcome == .unknown)
    #expect(unheard.evidence[0].observed.contains("is the recorder running?"))
  }

  @Test("a check that sends has no default request: it names one of the profile's, or says which there are")
  func noDefaultRequest() async {
    let none = await run("logging.id-at-every-hop", FakeApp())
    #expect(none.outcome == .unknown)
    #expect(
      none.evidence.map(\.observed) == [
        "the check needs a request of the app profile: set 'request: NAME' under its parameters, NAME one of place-order, list-items, "
          + "read-item, read-account, ask-for-report, read-report"
      ])
    let unknown = await run("logging.id-at-every-hop", FakeApp(), "{request: plaec-order}")
    #expect(unknown.evidence.first?.observed.hasSuffix("did you mean 'place-order'?") == true)
    let records = await run("logging.records-valid", FakeApp(), "{requests: [nothing]}")
    #expect(records.outcome == .unknown)
    let without = await CheckRunner(
      CheckContext(cluster: FakeApp(), logs: FakeApp(), client: FakeApp(), now: FakeApp().now)
    ).run("logging.id-at-every-hop")
    #expect(without.evidence.first?.observed.hasPrefix("no app profile was found") == true)
  }

  @Test("another application is checked by its profile alone")
  func otherApplication() async {
    let app = FakeApp(.invoices)
    let hops = await run("logging.id-at-every-hop", app, "{request: file-invoice}")
    #expect(hops.outcome == .pass, "\(hops.evidence)")
    #expect(hops.evidence.first?.observed.contains("gateway 2, archive 2") == true)
    let valid = await run("logging.records-valid", app, "{requests: [file-invoice]}")
    #expect(valid.evidence.map(\.subject) == ["Deployment/archive", "Deployment/gateway"])
    #expect(valid.evidence.allSatisfy { $0.outcome == .pass && $0.grade == .exercised }, "\(valid.evidence)")
    #expect(await run("logging.id-echoed", app, "{port: 9000}").evidence.map(\.subject) == ["Service/gateway"])
    #expect(await run("logging.one-completion", app, "{requests: [file-invoice]}").outcome == .pass)
  }

  @Test("one completion: one id may touch a service many times")
  func completions() async {
    let app = FakeApp()
    for _ in 0..<3 { app.serve(["orders", "catalog"], "same-id", status: 200) }
    app.advance(.seconds(30))
    let report = await run("logging.one-completion", app, "{requests: [place-order]}")
    #expect(report.outcome == .pass)
    #expect(subject("Deployment/catalog", report)?.observed == "4 requests with exactly one completion record")
    #expect(subject("Deployment/catalog", report)?.grade == .exercised)
  }

  @Test("one completion: none and two are both found, by id", arguments: [true, false])
  func badCompletions(isDoubled: Bool) async {
    let app = FakeApp()
    if isDoubled { app.faults.doubleCompletion = "catalog" } else { app.faults.missingCompletion = "catalog" }
    app.serve(["orders", "catalog"], "bad", status: 200)
    app.faults = .init()
    app.advance(.seconds(30))
    let report = await run("logging.one-completion", app)
    #expect(subject("Deployment/catalog", report)?.outcome == .fail)
    #expect(subject("Deployment/orders", report)?.outcome == .pass)
    #expect(report.details == ["catalog-1 bad: 1 started, \(isDoubled ? 2 : 0) completed"])
  }

  @Test("one completion: who answers and writes nothing at all does not pass", arguments: ["orders", "reports"])
  func silent(service: String) async {
    let app = FakeApp()
    app.faults.silentHop = service
    let requests = "{requests: [place-order, ask-for-report]}"
    let report = await run("logging.one-completion", app, requests)
    #expect(subject("Deployment/\(service)", report)?.outcome == .fail)
    #expect(subject("Deployment/billing", report)?.outcome != .fail)
    app.faults.isShut = true
    app.advance(.seconds(3600))
    #expect(await run("logging.one-completion", app, requests).outcome != .fail)
  }

  @Test("one completion: what is in flight, before the window or cut off by the page is nobody's fault")
  func edges() async {
    let app = FakeApp()
    // Its beginning lies before the window.
    app.log("orders", "old", ["logCategory": "apiRequest", "reqVerb": "GET", "reqPath": "/"])
    app.advance(.seconds(901))
    app.log("orders", "old", ["logCategory": "apiResponse", "reqStatusCode": 200, "reqDurationMicros": 901_000_000])
    app.log("orders", "young", ["logCategory": "apiRequest", "reqVerb": "GET", "reqPath": "/"])
    let report = await run("logging.one-completion", app, "{requests: [place-order]}")
    #expect(subject("Deployment/orders", report)?.outcome == .pass, "\(report.details)")
    #expect(subject("Deployment/orders", report)?.observed.contains("1 in flight") == true)
    for index in 0..<20 { app.serve(["orders"], "n\(index)", status: 200) }
    app.advance(.seconds(30))
    let cut = await run("logging.one-completion", app, "{records: 13, settle: 60s, requests: [place-order]}")
    #expect(subject("Deployment/orders", cut)?.outcome == .pass, "\(cut.details)")
  }

  @Test("a cluster that does not answer leaves every check unknown")
  func stale() async {
    let app = FakeApp()
    app.goStale()
    for check in ["logging.records-valid", "logging.id-echoed", "logging.id-at-every-hop", "logging.one-completion"] {
      let report = await run(check, app)
      #expect(report.outcome == .unknown)
      #expect(report.evidence[0].observed.contains("does not respond"))
    }
  }

  @Test("a check that hangs ends at its timeout; an unknown one is unknown")
  func timeout() async {
    let hang = CheckDefinition(id: "hang", assertion: "", onFailure: "", howToFix: "", parameters: []) { _ in
      try await Task.sleep(for: .seconds(600))
      return []
    }
    let report = await CheckRunner(FakeApp().context(), library: [hang]).run("hang", timeout: .milliseconds(1))
    #expect(report.outcome == .unknown)
    #expect(report.evidence[0].observed == "timed out after 1 ms")
    #expect(await run("no.such", FakeApp()).outcome == .unknown)
  }

  @Test("evidence carries the SHA-256 of what was looked at")
  func digest() async {
    let look = CheckDefinition(id: "look", assertion: "", onFailure: "", howToFix: "", parameters: []) { _ in
      [CheckFinding(subject: "s", outcome: .pass, grade: .observed, observed: "", query: "", data: Array("abc".utf8))]
    }
    let report = await CheckRunner(FakeApp().context(), library: [look]).run("look")
    // FIPS 180-4, the example of one block.
    #expect(report.evidence.map(\.digest) == ["ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"])
  }

  @Test("the runner runs what the plan wants, and its evidence makes the facility soak")
  func plan() async throws {
    let app = FakeApp()
    let text = PlanTemplate.text(start: app.now(), requests: app.profile.followedRequests.map(\.name))
    let (plan, diagnostics) = PlanParser.parse(text, file: "plan.yaml", checks: CheckLibrary.parameterTables)
    let read = try #require(plan, "\(diagnostics.map(\.text))")
    let reports = await CheckRunner(app.context()).run(read)
    #expect(reports.map(\.outcome) == [.pass, .pass, .pass, .pass], "\(reports.flatMap(\.evidence).map(\.observed))")
    let voyage = Voyage(read, evidence: reports.flatMap(\.evidence), reveals: [], now: app.now())
    #expect(voyage.facilities[0].state == .soaking)
    #expect(voyage.facilities[0].lowestGrade == .exercised)
    #expect(voyage.facilities[0].counts.pass == 15)
  }
}
